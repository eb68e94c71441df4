// How a score streams: scale by scale, in strips of rows. Within a strip, every row is read, turned
// to XYB, compared, and blurred along the row into a ring of the last kTaps rows; as soon as a row's
// neighbors are in the ring it is finished. The halved linear rows of the next scale fall out on
// the way. Every row gives its own sums, added up in row order: strips and threads change nothing.
#include "core/ssimulacra2.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "core/parallel.hpp"
#include "kernels.hpp"
#include "ssimulacra2_kernels.hpp"

namespace core {

namespace {

std::size_t padded(std::size_t width) { return (width + kBlock - 1) / kBlock * kBlock; }

// Floats at 64-byte alignment, zero at first.
class Buffer {
public:
    explicit Buffer(std::size_t size)
        : data_(static_cast<float*>(::operator new(size * sizeof(float) + 64, std::align_val_t(64)))) {
        std::memset(data_.get(), 0, size * sizeof(float));
    }
    float* data() const { return data_.get(); }

private:
    struct Free {
        void operator()(float* data) const { ::operator delete(data, std::align_val_t(64)); }
    };
    std::unique_ptr<float, Free> data_;
};

// Light of an encoded sRGB byte (IEC 61966-2-1).
const std::array<float, 256>& linear_of_byte() {
    static const std::array<float, 256> table = [] {
        std::array<float, 256> values{};
        for (std::size_t i = 0; i < 256; ++i) {
            const double v = double(i) / 255.0;
            values[i] = float(v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4));
        }
        return values;
    }();
    return table;
}

// `value` of opacity `alpha` over opaque `background`, as Pillow's alpha_composite rounds it.
std::uint8_t composite(std::uint8_t value, std::uint8_t alpha, std::uint8_t background) {
    const std::uint32_t sum =
        (value * std::uint32_t{alpha} + background * (255u - alpha) + 128u) << 7;
    return std::uint8_t(((sum >> 8) + sum) >> 15);
}

struct Size {
    std::size_t height;
    std::size_t width;

    Size(const Scoring& scoring, std::size_t scale) : height(scoring.height), width(scoring.width) {
        for (; scale > 0; --scale) {
            height = (height + 1) / 2;
            width = (width + 1) / 2;
        }
    }
    std::size_t stride() const { return padded(width); }
    std::size_t plane() const { return height * stride(); }
};

std::uint8_t needs_of(const Scoring& scoring, std::size_t scale, std::size_t channel) {
    return scoring.needs[scale * 3 + channel];
}

// Planes that a channel of the reference keeps: itself, its mean, and its spread when needed.
std::size_t planes_of(std::uint8_t needs) { return needs == 0 ? 0 : needs & kNeedsDifference ? 3 : 2; }

// One picture and its halved planes of linear light.
class Pyramid {
public:
    Pyramid(const Scoring& scoring, const Picture& picture)
        : picture_(picture), scoring_(scoring), planes_(size_of(scoring)) {
        if (picture.channels == 1) fill_palette();
    }

    float* plane_row(std::size_t scale, std::size_t channel, std::size_t y) const {
        float* start = planes_.data();
        for (std::size_t s = 1; s < scale; ++s) start += 3 * Size(scoring_, s).plane();
        const Size size(scoring_, scale);
        return start + channel * size.plane() + y * size.stride();
    }

    bool is_indexed() const { return picture_.channels == 1; }

    // linear[c] (out): one row of scale 0.
    void read_linear(std::size_t y, float* const linear[3]) const {
        const std::size_t width = scoring_.width;
        const std::uint8_t* const row = picture_.pixels + y * width * picture_.channels;
        const float* const light = linear_of_byte().data();
        if (picture_.channels == 1) {
            for (std::size_t c = 0; c < 3; ++c)
                for (std::size_t x = 0; x < width; ++x) linear[c][x] = palette_linear_[c][row[x]];
        } else if (picture_.channels == 3) {
            for (std::size_t x = 0; x < width; ++x)
                for (std::size_t c = 0; c < 3; ++c) linear[c][x] = light[row[3 * x + c]];
        } else {
            for (std::size_t x = 0; x < width; ++x)
                for (std::size_t c = 0; c < 3; ++c)
                    linear[c][x] =
                        light[composite(row[4 * x + c], row[4 * x + 3], picture_.background)];
        }
    }

    // xyb[c] (out, or nullptr): one row of scale 0 of an indexed picture.
    void read_xyb(std::size_t y, float* const xyb[3]) const {
        const std::uint8_t* const row = picture_.pixels + y * scoring_.width;
        for (std::size_t c = 0; c < 3; ++c)
            if (xyb[c])
                for (std::size_t x = 0; x < scoring_.width; ++x) xyb[c][x] = palette_xyb_[c][row[x]];
    }

private:
    static std::size_t size_of(const Scoring& scoring) {
        std::size_t total = 0;
        for (std::size_t s = 1; s < scoring.n_scales; ++s) total += 3 * Size(scoring, s).plane();
        return total;
    }

    void fill_palette() {
        for (std::size_t i = 0; i < picture_.n_colors; ++i) {
            const std::uint8_t* const color = picture_.palette + i * picture_.palette_channels;
            for (std::size_t c = 0; c < 3; ++c)
                palette_linear_[c][i] =
                    linear_of_byte()[picture_.palette_channels == 3
                                         ? color[c]
                                         : composite(color[c], color[3], picture_.background)];
        }
        float* const out[3] = {palette_xyb_[0], palette_xyb_[1], palette_xyb_[2]};
        kernels().ssimulacra2->xyb(palette_linear_[0], palette_linear_[1], palette_linear_[2], 256,
                                   out);
    }

    const Picture& picture_;
    const Scoring& scoring_;
    Buffer planes_;
    alignas(64) float palette_linear_[3][256] = {};
    alignas(64) float palette_xyb_[3][256] = {};
};

// Reads the rows of one scale of a picture in order, and halves them for the next scale.
class Reader {
public:
    Reader(const Scoring& scoring, const Pyramid& pyramid, std::size_t scale)
        : pyramid_(pyramid),
          scale_(scale),
          size_(scoring, scale),
          halves_(scale + 1 < scoring.n_scales),
          buffer_(scale == 0 ? 6 * (size_.stride() + kBlock) : 0) {}

    // xyb[c] (out, or nullptr): row y. Rows must come in order; those in [first, last) belong to
    // this reader's strip, which starts at an even row, and are halved.
    void read(std::size_t y, std::size_t first, std::size_t last, float* const xyb[3]) {
        const bool owned = halves_ && y >= first && y < last;
        const bool shortcut = scale_ == 0 && pyramid_.is_indexed();
        if (!shortcut || owned) fetch(y);
        if (shortcut) {
            pyramid_.read_xyb(y, xyb);
        } else {
            const float* const* const row = rows_[y % 2];
            kernels().ssimulacra2->xyb(row[0], row[1], row[2], size_.width, xyb);
        }
        if (!owned) return;
        const bool is_last = y + 1 == size_.height;
        if (y % 2 == 0 && !is_last) return;
        const std::size_t half_width = (size_.width + 1) / 2;
        for (std::size_t c = 0; c < 3; ++c) {
            float* const half = pyramid_.plane_row(scale_ + 1, c, y / 2);
            kernels().ssimulacra2->halve(rows_[0][c], rows_[y % 2][c], half_width, half);
            // An odd width is halved again as if its last column stood there twice.
            if (half_width % 2 == 1) half[half_width] = half[half_width - 1];
        }
    }

private:
    void fetch(std::size_t y) {
        const float** const row = rows_[y % 2];
        if (scale_ > 0) {
            for (std::size_t c = 0; c < 3; ++c) row[c] = pyramid_.plane_row(scale_, c, y);
            return;
        }
        float* linear[3];
        for (std::size_t c = 0; c < 3; ++c)
            row[c] = linear[c] = buffer_.data() + (3 * (y % 2) + c) * (size_.stride() + kBlock);
        pyramid_.read_linear(y, linear);
        for (float* const values : linear) values[size_.width] = values[size_.width - 1];
    }

    const Pyramid& pyramid_;
    std::size_t scale_;
    Size size_;
    bool halves_;
    Buffer buffer_;
    const float* rows_[2][3] = {};
};

// Blurs along rows go into a ring of kTaps slots; taps() finds a row's neighbors in it, mirrored at
// the first and the last row (... 1 0 0 1 ...).
class Ring {
public:
    Ring(const Size& size, std::size_t slot) : height_(size.height), slot_(slot), buffer_(kTaps * slot) {}

    float* at(std::size_t y) const { return buffer_.data() + (y % kTaps) * slot_; }

    void taps(std::size_t y, const float* out[kTaps]) const {
        for (std::size_t k = 0; k < kTaps; ++k) {
            std::ptrdiff_t row = std::ptrdiff_t(y + k) - std::ptrdiff_t(kRadius);
            if (row < 0) row = -row - 1;
            if (row >= std::ptrdiff_t(height_)) row = 2 * std::ptrdiff_t(height_) - 1 - row;
            out[k] = at(std::size_t(row));
        }
    }

private:
    std::size_t height_;
    std::size_t slot_;
    Buffer buffer_;
};

// The planes of one scale of a reference inside a cache.
struct Cached {
    float* planes[3][3];

    Cached(const Scoring& scoring, float* cache, std::size_t scale) {
        for (std::size_t s = 0; s <= scale; ++s)
            for (std::size_t c = 0; c < 3; ++c)
                for (std::size_t p = 0; p < planes_of(needs_of(scoring, s, c)); ++p) {
                    planes[c][p] = cache;
                    cache += Size(scoring, s).plane();
                }
    }
};

// Makes the reference's rows of one scale: the channel itself, its mean, its spread.
class ReferenceRows {
public:
    ReferenceRows(const Scoring& scoring, const Pyramid& pyramid, std::size_t scale)
        : needs_(scoring.needs + scale * 3),
          size_(scoring, scale),
          reader_(scoring, pyramid, scale),
          scratch_(2 * (size_.stride() + 2 * kMargin)) {
        for (std::size_t c = 0; c < 3; ++c)
            if (needs_[c]) rings_.emplace_back(std::make_unique<Ring>(size_, 3 * size_.stride()));
            else rings_.emplace_back(nullptr);
    }

    // The channel's row y, valid until kTaps rows later: the third part of a slot.
    const float* row(std::size_t channel, std::size_t y) const {
        return rings_[channel]->at(y) + 2 * size_.stride();
    }

    void push(std::size_t y, std::size_t first, std::size_t last) {
        float* xyb[3] = {};
        for (std::size_t c = 0; c < 3; ++c)
            if (needs_[c]) xyb[c] = rings_[c]->at(y) + 2 * size_.stride();
        reader_.read(y, first, last, xyb);
        for (std::size_t c = 0; c < 3; ++c)
            if (needs_[c])
                kernels().ssimulacra2->blur_reference(xyb[c], size_.width, needs_[c] & kNeedsDifference,
                                                      rings_[c]->at(y), size_.stride(),
                                                      scratch_.data());
    }

    void finish(std::size_t y, std::size_t channel, float* mean, float* spread) const {
        const float* taps[kTaps];
        rings_[channel]->taps(y, taps);
        kernels().ssimulacra2->finish_reference(
            taps, size_.stride(), size_.width, mean,
            needs_[channel] & kNeedsDifference ? spread : nullptr);
    }

private:
    const std::uint8_t* needs_;
    Size size_;
    Reader reader_;
    Buffer scratch_;
    std::vector<std::unique_ptr<Ring>> rings_;
};

// Makes the test picture's rows of one scale and their sums against the reference.
class TestRows {
public:
    TestRows(const Scoring& scoring, const Pyramid& pyramid, std::size_t scale)
        : needs_(scoring.needs + scale * 3),
          size_(scoring, scale),
          reader_(scoring, pyramid, scale),
          xyb_(3 * size_.stride()),
          scratch_(2 * (size_.stride() + 2 * kMargin)) {
        for (std::size_t c = 0; c < 3; ++c)
            if (needs_[c]) rings_.emplace_back(std::make_unique<Ring>(size_, slot()));
            else rings_.emplace_back(nullptr);
    }

    template <class ReferenceRow>
    void push(std::size_t y, std::size_t first, std::size_t last, const ReferenceRow& reference) {
        float* xyb[3] = {};
        for (std::size_t c = 0; c < 3; ++c)
            if (needs_[c]) xyb[c] = xyb_.data() + c * size_.stride();
        reader_.read(y, first, last, xyb);
        for (std::size_t c = 0; c < 3; ++c)
            if (needs_[c])
                kernels().ssimulacra2->blur_difference(
                    reference(c, y), xyb[c], size_.width, needs_[c] & kNeedsDifference,
                    difference(c, y), rings_[c]->at(y), size_.stride(), scratch_.data());
    }

    void finish(std::size_t y, std::size_t channel, const float* reference, const float* mean,
                const float* spread, double* sums) const {
        const float* taps[kTaps];
        rings_[channel]->taps(y, taps);
        kernels().ssimulacra2->finish(taps, size_.stride(), size_.width,
                                      needs_[channel] & kNeedsDifference,
                                      needs_[channel] & kNeedsEdges, reference, mean, spread,
                                      difference(channel, y), sums);
    }

private:
    std::size_t slot() const { return 4 * size_.stride() + 2 * kMargin; }
    float* difference(std::size_t channel, std::size_t y) const {
        return rings_[channel]->at(y) + 3 * size_.stride() + kMargin;
    }

    const std::uint8_t* needs_;
    Size size_;
    Reader reader_;
    Buffer xyb_;
    Buffer scratch_;
    std::vector<std::unique_ptr<Ring>> rings_;
};

// Call strip(first, last) for strips of rows that cover the scale, each starting at an even row.
// Strips cost kTaps rows of overlap each, so there are as few as keep the threads busy.
template <class Strip>
void for_each_strip(const Size& size, std::size_t n_threads, const Strip& strip) {
    constexpr std::size_t kLeastRows = 32;  // 30 % of overlap at most
    std::size_t rows = size.height;
    if (thread_count(n_threads) > 1) rows = size.height / thread_count(n_threads) + 1;
    if (rows < kLeastRows) rows = kLeastRows;
    rows += rows % 2;
    for_each_chunk((size.height + rows - 1) / rows, n_threads, [&](std::size_t i) {
        const std::size_t last = (i + 1) * rows < size.height ? (i + 1) * rows : size.height;
        strip(i * rows, last);
    });
}

// Call push(y) for every row a strip reads and finish(y) for every row it owns, as soon as it can.
template <class Push, class Finish>
void stream(const Size& size, std::size_t first, std::size_t last, const Push& push,
            const Finish& finish) {
    std::size_t pushed = first > kRadius ? first - kRadius : 0;
    for (std::size_t y = first; y < last; ++y) {
        const std::size_t until = y + kRadius + 1 < size.height ? y + kRadius + 1 : size.height;
        for (; pushed < until; ++pushed) push(pushed);
        finish(y);
    }
}

void add_rows(const std::vector<double>& rows, double* sums) {
    constexpr std::size_t kWidth = 3 * kMapSums;
    for (std::size_t i = 0; i < kWidth; ++i) sums[i] = 0.0;
    for (std::size_t row = 0; row < rows.size(); row += kWidth)
        for (std::size_t i = 0; i < kWidth; ++i) sums[i] += rows[row + i];
}

}  // namespace

std::size_t ssimulacra2_cache_size(const Scoring& scoring) {
    std::size_t total = 0;
    for (std::size_t s = 0; s < scoring.n_scales; ++s)
        for (std::size_t c = 0; c < 3; ++c)
            total += planes_of(needs_of(scoring, s, c)) * Size(scoring, s).plane();
    return total;
}

void ssimulacra2_prepare(const Scoring& scoring, const Picture& reference, float* cache,
                         std::size_t n_threads) {
    const Pyramid pyramid(scoring, reference);
    for (std::size_t scale = 0; scale < scoring.n_scales; ++scale) {
        const Size size(scoring, scale);
        const Cached cached(scoring, cache, scale);
        for_each_strip(size, n_threads, [&](std::size_t first, std::size_t last) {
            ReferenceRows rows(scoring, pyramid, scale);
            stream(
                size, first, last, [&](std::size_t y) { rows.push(y, first, last); },
                [&](std::size_t y) {
                    const std::size_t at = y * size.stride();
                    for (std::size_t c = 0; c < 3; ++c) {
                        const std::uint8_t needs = needs_of(scoring, scale, c);
                        if (!needs) continue;
                        std::memcpy(cached.planes[c][0] + at, rows.row(c, y),
                                    size.stride() * sizeof(float));
                        rows.finish(y, c, cached.planes[c][1] + at,
                                    needs & kNeedsDifference ? cached.planes[c][2] + at : nullptr);
                    }
                });
        });
    }
}

void ssimulacra2_sums(const Scoring& scoring, const float* cache, const Picture& test, double* sums,
                      std::size_t n_threads) {
    const Pyramid pyramid(scoring, test);
    for (std::size_t scale = 0; scale < scoring.n_scales; ++scale) {
        const Size size(scoring, scale);
        const Cached cached(scoring, const_cast<float*>(cache), scale);  // only read here
        std::vector<double> row_sums(size.height * 3 * kMapSums);
        for_each_strip(size, n_threads, [&](std::size_t first, std::size_t last) {
            TestRows rows(scoring, pyramid, scale);
            const auto reference = [&](std::size_t c, std::size_t y) {
                return cached.planes[c][0] + y * size.stride();
            };
            stream(
                size, first, last, [&](std::size_t y) { rows.push(y, first, last, reference); },
                [&](std::size_t y) {
                    const std::size_t at = y * size.stride();
                    for (std::size_t c = 0; c < 3; ++c) {
                        const std::uint8_t needs = needs_of(scoring, scale, c);
                        if (needs)
                            rows.finish(y, c, reference(c, y), cached.planes[c][1] + at,
                                        needs & kNeedsDifference ? cached.planes[c][2] + at : nullptr,
                                        row_sums.data() + (y * 3 + c) * kMapSums);
                    }
                });
        });
        add_rows(row_sums, sums + scale * 3 * kMapSums);
    }
}

void ssimulacra2_sums(const Scoring& scoring, const Picture& reference, const Picture& test,
                      double* sums, std::size_t n_threads) {
    const Pyramid reference_pyramid(scoring, reference);
    const Pyramid test_pyramid(scoring, test);
    for (std::size_t scale = 0; scale < scoring.n_scales; ++scale) {
        const Size size(scoring, scale);
        std::vector<double> row_sums(size.height * 3 * kMapSums);
        for_each_strip(size, n_threads, [&](std::size_t first, std::size_t last) {
            ReferenceRows reference_rows(scoring, reference_pyramid, scale);
            TestRows test_rows(scoring, test_pyramid, scale);
            const Buffer finished(2 * size.stride());
            float* const mean = finished.data();
            float* const spread = mean + size.stride();
            const auto row = [&](std::size_t c, std::size_t y) { return reference_rows.row(c, y); };
            stream(
                size, first, last,
                [&](std::size_t y) {
                    reference_rows.push(y, first, last);
                    test_rows.push(y, first, last, row);
                },
                [&](std::size_t y) {
                    for (std::size_t c = 0; c < 3; ++c) {
                        if (!needs_of(scoring, scale, c)) continue;
                        reference_rows.finish(y, c, mean, spread);
                        test_rows.finish(y, c, row(c, y), mean, spread,
                                         row_sums.data() + (y * 3 + c) * kMapSums);
                    }
                });
        });
        add_rows(row_sums, sums + scale * 3 * kMapSums);
    }
}

}  // namespace core
