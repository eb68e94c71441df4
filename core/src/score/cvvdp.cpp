// How a comparison streams: first the levels of the pyramid, each from the one before, then band by
// band in strips of rows. Within a strip every row is expanded from the next level, turned into
// contrasts, compared, and what masks is blurred along the row into a ring of the last kMaskSpan rows;
// as soon as their neighbors are in the ring, two rows are finished. Every row gives its own sums, added up in
// row order: strips and threads change nothing.
#include "score/cvvdp.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/parallel.hpp"
#include "score/cvvdp_kernels.hpp"
#include "kernels/kernels.hpp"
#include "score/ssimulacra2_rows.hpp"

namespace core::score {

namespace {

using rows::Buffer;
using rows::composite;
using rows::padded;

constexpr std::size_t kLeastRows = 32;  // of a strip: a third of overlap at most

struct Band {
    std::size_t height;
    std::size_t width;

    Band(const Viewing& viewing, std::size_t band) : height(viewing.height), width(viewing.width) {
        for (; band > 0; --band) {
            height = (height + 1) / 2;
            width = (width + 1) / 2;
        }
    }
    std::size_t stride() const { return padded(width); }
    std::size_t plane() const { return height * stride(); }
    bool blurs() const { return height > kMaskRadius && width > kMaskRadius; }
};

// Contrasts of the first band count once, those of the others twice: halving takes half of them.
float gain_of(std::size_t band) { return band == 0 ? 1.0f : 2.0f; }

// Row y when rows beyond the first and the last one are those within, the end itself doubled.
std::size_t doubled(std::ptrdiff_t y, std::size_t height) {
    if (y < 0) y = -y - 1;
    if (y >= std::ptrdiff_t(height)) y = 2 * std::ptrdiff_t(height) - 1 - y;
    return std::size_t(y);
}

// The same, the end itself not doubled.
std::size_t mirrored(std::ptrdiff_t y, std::size_t height) {
    if (y < 0) y = -y;
    if (y >= std::ptrdiff_t(height)) y = 2 * std::ptrdiff_t(height) - 2 - y;
    return std::size_t(y);
}

// Call strip(first, last) for strips that cover `height` rows; as few as keep the threads busy.
template <class Strip>
void for_each_strip(std::size_t height, std::size_t n_threads, const Strip& strip) {
    const std::size_t rows = std::max(height / thread_count(n_threads) + 1, kLeastRows);
    for_each_chunk((height + rows - 1) / rows, n_threads,
                   [&](std::size_t i) { strip(i * rows, std::min(height, (i + 1) * rows)); });
}

// One picture as light in opponent channels, at every level.
class Levels {
public:
    Levels(const Viewing& viewing, const Picture& picture, std::size_t n_threads)
        : viewing_(viewing), picture_(picture), planes_(size_of(viewing)) {
        for (std::size_t i = 0; i < 3 * 256; ++i)
            for (std::size_t c = 0; c < 3; ++c) light_[i][c] = viewing.light[3 * i + c];
        fill_palette();
        for (std::size_t level = 0; level + 1 < viewing.n_bands; ++level) reduce(level, n_threads);
    }

    // Row y of a plane of a level above 0.
    float* row(std::size_t level, std::size_t channel, std::size_t y) const {
        float* start = planes_.data();
        for (std::size_t l = 1; l < level; ++l) start += 3 * Band(viewing_, l).plane();
        const Band band(viewing_, level);
        return start + channel * band.plane() + y * band.stride();
    }

    // out[c]: row y of level 0.
    void read(std::size_t y, float* const out[3]) const {
        const std::size_t width = viewing_.width;
        const std::uint8_t* pixel = picture_.pixels + y * width * picture_.channels;
        if (picture_.channels == 1) {
            for (std::size_t x = 0; x < width; ++x) put(palette_[pixel[x]], x, out);
        } else if (picture_.channels == 3) {
            for (std::size_t x = 0; x < width; ++x, pixel += 3)
                put(light_of(pixel[0], pixel[1], pixel[2]), x, out);
        } else {
            for (std::size_t x = 0; x < width; ++x, pixel += 4) put(over(pixel), x, out);
        }
    }

private:
    typedef float Light __attribute__((vector_size(16)));  // three channels, and nothing

    static std::size_t size_of(const Viewing& viewing) {
        std::size_t total = 0;
        for (std::size_t l = 1; l < viewing.n_bands; ++l) total += 3 * Band(viewing, l).plane();
        return total;
    }

    static void put(Light light, std::size_t x, float* const out[3]) {
        for (std::size_t c = 0; c < 3; ++c) out[c][x] = light[c];
    }

    Light light_of(std::uint8_t red, std::uint8_t green, std::uint8_t blue) const {
        return light_[red] + light_[256 + green] + light_[512 + blue];
    }

    Light over(const std::uint8_t* pixel) const {
        if (pixel[3] == 255) return light_of(pixel[0], pixel[1], pixel[2]);
        const std::uint8_t behind = picture_.background;
        return light_of(composite(pixel[0], pixel[3], behind), composite(pixel[1], pixel[3], behind),
                        composite(pixel[2], pixel[3], behind));
    }

    void fill_palette() {
        for (std::size_t i = 0; i < picture_.n_colors; ++i) {
            const std::uint8_t* const color = picture_.palette + i * picture_.palette_channels;
            palette_[i] = picture_.palette_channels == 4 ? over(color)
                                                         : light_of(color[0], color[1], color[2]);
        }
    }

    void reduce(std::size_t level, std::size_t n_threads) const {
        const Band from(viewing_, level);
        for_each_strip(Band(viewing_, level + 1).height, n_threads,
                       [&](std::size_t first, std::size_t last) {
                           const std::size_t slot = from.stride();
                           Buffer scratch(from.stride() + 2 * kRowMargin);
                           Buffer ring(level == 0 ? 5 * 3 * slot : 0);
                           std::size_t next = first == 0 ? 0 : 2 * first - 2;
                           for (std::size_t y = first; y < last; ++y) {
                               if (level == 0)
                                   for (; next < from.height && next <= 2 * y + 2; ++next)
                                       read_into(ring, slot, next);
                               for (std::size_t c = 0; c < 3; ++c) {
                                   const float* rows[5];
                                   for (std::size_t k = 0; k < 5; ++k) {
                                       const std::size_t at =
                                           doubled(std::ptrdiff_t(2 * y + k) - 2, from.height);
                                       rows[k] = level == 0 ? slot_of(ring, slot, at, c)
                                                            : row(level, c, at);
                                   }
                                   kernels().cvvdp->reduce(rows, from.width, from.height % 2 == 1,
                                                           row(level + 1, c, y), scratch.data());
                               }
                           }
                       });
    }

    static float* slot_of(const Buffer& ring, std::size_t slot, std::size_t y, std::size_t channel) {
        return ring.data() + (3 * (y % 5) + channel) * slot;
    }

    void read_into(const Buffer& ring, std::size_t slot, std::size_t y) const {
        float* const out[3] = {slot_of(ring, slot, y, 0), slot_of(ring, slot, y, 1),
                               slot_of(ring, slot, y, 2)};
        read(y, out);
    }

    const Viewing& viewing_;
    const Picture& picture_;
    Buffer planes_;
    Light light_[3 * 256] = {};
    Light palette_[256] = {};
};

// The rows of one band of one picture: a level, and what is expanded of the next one.
class BandRows {
public:
    BandRows(const Viewing& viewing, const Levels& levels, std::size_t band)
        : levels_(levels),
          band_(band),
          size_(viewing, band),
          next_(viewing, band + 1),
          buffer_(6 * size_.stride()),
          scratch_(next_.stride() + 2 * kRowMargin) {}

    void make(std::size_t y) {
        float* const own[3] = {buffer_.data(), buffer_.data() + size_.stride(),
                               buffer_.data() + 2 * size_.stride()};
        if (band_ == 0) levels_.read(y, own);
        const std::size_t at = y / 2;
        const std::size_t before = at == 0 ? 0 : at - 1;
        const std::size_t after = at + 1 < next_.height ? at + 1 : at;
        for (std::size_t c = 0; c < 3; ++c) {
            level[c] = band_ == 0 ? own[c] : levels_.row(band_, c, y);
            float* const row = buffer_.data() + (3 + c) * size_.stride();
            const float* const rows[3] = {levels_.row(band_ + 1, c, before),
                                          levels_.row(band_ + 1, c, at),
                                          levels_.row(band_ + 1, c, after)};
            kernels().cvvdp->expand(rows, size_.width, y % 2 == 0, row, scratch_.data());
            coarse[c] = row;
        }
    }

    const float* level[3] = {};
    const float* coarse[3] = {};

private:
    const Levels& levels_;
    std::size_t band_;
    Band size_;
    Band next_;
    Buffer buffer_;
    Buffer scratch_;
};

// What the last band is divided by, and the sensitivity there: of lightness averaged over the band.
struct LastBand {
    double mean = 0.0;

    LastBand(const float* lightness, const Band& band) {
        for (std::size_t y = 0; y < band.height; ++y)
            for (std::size_t x = 0; x < band.width; ++x)
                mean += std::max(double(lightness[y * band.stride() + x]), 0.01);
        mean /= double(band.height) * double(band.width);
    }

    double sensitivity(const float* table) const {
        const double levels = double(kCvvdpLevels - 1);
        const double first = std::log2(0.005);
        double place = (std::log2(mean) - first) * levels / (std::log2(10000.0) - first);
        place = place > 0 ? std::min(place, levels) : 0.0;  // NaN, too, is no place
        const std::size_t at = std::size_t(place);
        const std::size_t next = std::min(at + 1, kCvvdpLevels - 1);
        return std::exp2(table[at] + (place - double(at)) * (double(table[next]) - double(table[at])));
    }
};

const float* table_of(const Viewing& viewing, std::size_t band) {
    return viewing.sensitivity + band * 3 * kCvvdpLevels;
}

// A reference's rows of one band, made as they are needed.
class StreamedReference {
public:
    StreamedReference(const Viewing& viewing, const Levels& levels, std::size_t band)
        : viewing_(viewing), band_(band), size_(viewing, band), rows_(viewing, levels, band),
          made_(6 * size_.stride()) {}

    ReferenceRow row(std::size_t y) {
        make(y, made_.data(), size_.stride());
        ReferenceRow out;
        for (std::size_t c = 0; c < 3; ++c) {
            out.contrast[c] = made_.data() + c * size_.stride();
            out.sensitivity[c] = made_.data() + (3 + c) * size_.stride();
        }
        return out;
    }

    // out: row y of six planes that lie `plane` floats apart.
    void make(std::size_t y, float* out, std::size_t plane) {
        rows_.make(y);
        float* const contrast[3] = {out, out + plane, out + 2 * plane};
        float* const sensitivity[3] = {out + 3 * plane, out + 4 * plane, out + 5 * plane};
        kernels().cvvdp->reference(rows_.level, rows_.coarse, size_.width, gain_of(band_),
                                   table_of(viewing_, band_), contrast, sensitivity);
    }

private:
    const Viewing& viewing_;
    std::size_t band_;
    Band size_;
    BandRows rows_;
    Buffer made_;
};

// The same rows, found in a cache.
class CachedReference {
public:
    CachedReference(const Viewing& viewing, const float* cache, std::size_t band)
        : size_(viewing, band), planes_(cache) {
        for (std::size_t b = 0; b < band; ++b) planes_ += 6 * Band(viewing, b).plane();
    }

    ReferenceRow row(std::size_t y) const {
        ReferenceRow out;
        for (std::size_t c = 0; c < 3; ++c) {
            out.contrast[c] = planes_ + c * size_.plane() + y * size_.stride();
            out.sensitivity[c] = planes_ + (3 + c) * size_.plane() + y * size_.stride();
        }
        return out;
    }

private:
    Band size_;
    const float* planes_;
};

// Compares the rows of one band in order, and sums them up.
class Comparison {
public:
    Comparison(const Viewing& viewing, const Levels& levels, std::size_t band)
        : band_(band),
          size_(viewing, band),
          rows_(viewing, levels, band),
          slot_(3 * 2 * size_.stride()),
          ring_(kMaskSpan * slot_),
          scratch_(3 * (size_.stride() + 2 * kRowMargin)) {}

    void push(std::size_t y, const ReferenceRow& reference) {
        rows_.make(y);
        float* difference[3];
        float* common[3];
        for (std::size_t c = 0; c < 3; ++c) {
            difference[c] = at(y, c);
            common[c] = at(y, 3 + c);
        }
        kernels().cvvdp->compare(rows_.level, rows_.coarse, size_.width, gain_of(band_), reference,
                                 size_.blurs(), difference, common, scratch_.data());
    }

    // Rows from y on, n_rows of them; sums (out): 3 a row.
    void finish(std::size_t y, std::size_t n_rows, double* sums) const {
        const float* taps[3][kMaskSpan] = {};
        const float* difference[kMaskPair][3] = {};
        const bool blurs = size_.blurs();
        for (std::size_t c = 0; c < 3; ++c) {
            for (std::size_t r = 0; r < n_rows; ++r) difference[r][c] = at(y + r, c);
            for (std::size_t k = 0; k < (blurs ? kMaskTaps + n_rows - 1 : n_rows); ++k) {
                const std::ptrdiff_t row = std::ptrdiff_t(y + k) - std::ptrdiff_t(kMaskRadius);
                taps[c][k] = at(blurs ? mirrored(row, size_.height) : y + k, 3 + c);
            }
        }
        kernels().cvvdp->finish(taps, blurs, n_rows, difference, size_.width, sums);
    }

private:
    float* at(std::size_t y, std::size_t plane) const {
        return ring_.data() + (y % kMaskSpan) * slot_ + plane * size_.stride();
    }

    std::size_t band_;
    Band size_;
    BandRows rows_;
    std::size_t slot_;
    Buffer ring_;
    Buffer scratch_;
};

// make_reference(band): the rows of the reference for one strip.
template <class MakeReference>
void sum_band(const Viewing& viewing, const Levels& levels, std::size_t band, double* sums,
              std::size_t n_threads, const MakeReference& make_reference) {
    const Band size(viewing, band);
    std::vector<double> row_sums(size.height * 3);
    for_each_strip(size.height, n_threads, [&](std::size_t first, std::size_t last) {
        auto reference = make_reference(band);
        Comparison comparison(viewing, levels, band);
        std::size_t pushed = first > kMaskRadius ? first - kMaskRadius : 0;
        for (std::size_t y = first; y < last; y += kMaskPair) {
            const std::size_t n_rows = std::min(kMaskPair, last - y);
            for (; pushed < size.height && pushed < y + n_rows + kMaskRadius; ++pushed)
                comparison.push(pushed, reference.row(pushed));
            comparison.finish(y, n_rows, row_sums.data() + 3 * y);
        }
    });
    for (std::size_t c = 0; c < 3; ++c) {
        sums[c] = 0.0;
        for (std::size_t y = 0; y < size.height; ++y) sums[c] += row_sums[3 * y + c];
    }
}

// reference, test: three planes each.
void sum_last(const Viewing& viewing, const float* reference, const float* test, double* sums) {
    constexpr double kSmall = 1e-5;
    const std::size_t last = viewing.n_bands - 1;
    const Band size(viewing, last);
    const LastBand of_reference(reference, size), of_test(test, size);
    for (std::size_t c = 0; c < 3; ++c) {
        const double s = of_reference.sensitivity(table_of(viewing, last) + c * kCvvdpLevels);
        sums[c] = 0.0;
        for (std::size_t y = 0; y < size.height; ++y)
            for (std::size_t x = 0; x < size.width; ++x) {
                const std::size_t i = c * size.plane() + y * size.stride() + x;
                const double d = std::abs(std::min(double(test[i]) / of_test.mean, 1000.0) -
                                          std::min(double(reference[i]) / of_reference.mean, 1000.0)) * s;
                sums[c] += d * (d + 2.0 * kSmall);
            }
    }
}

template <class MakeReference>
void sum_bands(const Viewing& viewing, const Levels& levels, const float* last_of_reference,
               double* sums, std::size_t n_threads, const MakeReference& make_reference) {
    const std::size_t last = viewing.n_bands - 1;
    for (std::size_t band = 0; band < last; ++band)
        sum_band(viewing, levels, band, sums + 3 * band, n_threads, make_reference);
    sum_last(viewing, last_of_reference, levels.row(last, 0, 0), sums + 3 * last);
}

// Where the last band's three planes stand in a cache, behind six planes for each band before it.
std::size_t last_in_cache(const Viewing& viewing) {
    std::size_t total = 0;
    for (std::size_t b = 0; b + 1 < viewing.n_bands; ++b) total += 6 * Band(viewing, b).plane();
    return total;
}

}  // namespace

std::size_t cvvdp_cache_size(const Viewing& viewing) {
    return last_in_cache(viewing) + 3 * Band(viewing, viewing.n_bands - 1).plane();
}

void cvvdp_prepare(const Viewing& viewing, const Picture& reference, float* cache,
                   std::size_t n_threads) {
    const Levels levels(viewing, reference, n_threads);
    const std::size_t last = viewing.n_bands - 1;
    std::memcpy(cache + last_in_cache(viewing), levels.row(last, 0, 0),
                3 * Band(viewing, last).plane() * sizeof(float));
    for (std::size_t band = 0; band < last; ++band) {
        const Band size(viewing, band);
        for_each_strip(size.height, n_threads, [&](std::size_t first, std::size_t end) {
            StreamedReference rows(viewing, levels, band);
            for (std::size_t y = first; y < end; ++y)
                rows.make(y, cache + y * size.stride(), size.plane());
        });
        cache += 6 * size.plane();
    }
}

void cvvdp_sums(const Viewing& viewing, const float* cache, const Picture& test, double* sums,
                std::size_t n_threads) {
    const Levels levels(viewing, test, n_threads);
    sum_bands(viewing, levels, cache + last_in_cache(viewing), sums, n_threads,
              [&](std::size_t band) { return CachedReference(viewing, cache, band); });
}

void cvvdp_sums(const Viewing& viewing, const Picture& reference, const Picture& test, double* sums,
                std::size_t n_threads) {
    const Levels original(viewing, reference, n_threads);
    const Levels levels(viewing, test, n_threads);
    sum_bands(viewing, levels, original.row(viewing.n_bands - 1, 0, 0), sums, n_threads,
              [&](std::size_t band) { return StreamedReference(viewing, original, band); });
}

}  // namespace core::score
