// How a score streams: scale by scale, in strips of rows. Within a strip, every row is read, turned
// to XYB, compared, and blurred along the row into a ring of the last kSpan rows; as soon as all their
// neighbors are in the ring, two rows are finished together. The halved linear rows of the next scale fall out on
// the way. Every row gives its own sums, added up in row order: strips and threads change nothing.
#include "score/ssimulacra2.hpp"

#include <cstring>
#include <memory>
#include <vector>

#include "base/parallel.hpp"
#include "kernels/kernels.hpp"
#include "score/ssimulacra2_kernels.hpp"
#include "score/ssimulacra2_rows.hpp"

namespace core::score {

namespace {

using namespace rows;

std::uint8_t needs_of(const Scoring& scoring, std::size_t scale, std::size_t channel) {
    return scoring.needs[scale * 3 + channel];
}

// Planes that a channel of the reference keeps: itself, its mean, and its variance if needed.
std::size_t planes_of(std::uint8_t needs) { return needs == 0 ? 0 : needs & kNeedsDifference ? 3 : 2; }

// Blurs along rows go into a ring of kSpan slots; taps() finds there the neighbors of rows y and
// y + 1, mirrored at the first and the last row (... 1 0 0 1 ...).
class Ring {
public:
    Ring(const Size& size, std::size_t slot) : height_(size.height), slot_(slot), buffer_(kSpan * slot) {}

    float* at(std::size_t y) const { return buffer_.data() + (y % kSpan) * slot_; }

    void taps(std::size_t y, const float* out[kSpan]) const {
        for (std::size_t k = 0; k < kSpan; ++k) {
            std::ptrdiff_t row = std::ptrdiff_t(y + k) - std::ptrdiff_t(kRadius);
            if (row < 0) row = -row - 1;
            if (row >= std::ptrdiff_t(height_)) row = 2 * std::ptrdiff_t(height_) - 1 - row;
            out[k] = at(std::size_t(row));
        }
    }

private:
    std::size_t height_;
    std::size_t slot_;
    AlignedFloats buffer_;
};

using Rings = std::vector<std::unique_ptr<Ring>>;  // one a channel, none where nothing is needed

Rings make_rings(const Scoring& scoring, std::size_t scale, std::size_t slot) {
    Rings rings;
    for (std::size_t c = 0; c < 3; ++c)
        rings.push_back(needs_of(scoring, scale, c)
                            ? std::make_unique<Ring>(Size(scoring, scale), slot)
                            : nullptr);
    return rings;
}

// A reference's rows of one scale, made as they are needed: itself, its mean, its variance.
class StreamedReference {
public:
    StreamedReference(const Scoring& scoring, const Pyramid& pyramid, std::size_t scale)
        : needs_(scoring.needs + scale * 3),
          size_(scoring, scale),
          reader_(scoring, pyramid, scale),
          scratch_(2 * (size_.stride() + 2 * kMargin)),
          finished_(2 * kPair * size_.stride()),
          rings_(make_rings(scoring, scale, 3 * size_.stride())) {}

    void push(std::size_t y, std::size_t first, std::size_t last) {
        float* xyb[3] = {};
        for (std::size_t c = 0; c < 3; ++c)
            if (needs_[c]) xyb[c] = row(c, y);
        reader_.read(y, first, last, xyb);
        for (std::size_t c = 0; c < 3; ++c)
            if (needs_[c])
                kernels().ssimulacra2->blur_reference(xyb[c], size_.width,
                                                      needs_[c] & kNeedsDifference, rings_[c]->at(y),
                                                      size_.stride(), scratch_.data());
    }

    // The channel itself, valid for the last kSpan rows pushed: the third part of a slot.
    float* row(std::size_t channel, std::size_t y) const {
        return rings_[channel]->at(y) + 2 * size_.stride();
    }

    void finish(std::size_t channel, std::size_t y, float* mean, float* variance) const {
        const float* taps[kSpan];
        rings_[channel]->taps(y, taps);
        kernels().ssimulacra2->finish_reference(taps, size_.stride(), size_.width, mean, variance);
    }

    // Valid until another row of the same parity is finished.
    FinishedRow finish(std::size_t channel, std::size_t y) const {
        float* const mean = finished_.data() + 2 * (y % kPair) * size_.stride();
        float* const variance = needs_[channel] & kNeedsDifference ? mean + size_.stride() : nullptr;
        finish(channel, y, mean, variance);
        return {row(channel, y), mean, variance, nullptr};
    }

private:
    const std::uint8_t* needs_;
    Size size_;
    Reader reader_;
    AlignedFloats scratch_;
    AlignedFloats finished_;
    Rings rings_;
};

// The same rows, found in a cache.
class CachedReference {
public:
    CachedReference(const Scoring& scoring, const float* cache, std::size_t scale)
        : stride_(Size(scoring, scale).stride()) {
        for (std::size_t s = 0; s <= scale; ++s)
            for (std::size_t c = 0; c < 3; ++c)
                for (std::size_t p = 0; p < planes_of(needs_of(scoring, s, c)); ++p) {
                    if (s == scale) planes_[c][p] = cache;
                    cache += Size(scoring, s).plane();
                }
    }

    void push(std::size_t, std::size_t, std::size_t) const {}

    const float* row(std::size_t channel, std::size_t y) const {
        return planes_[channel][0] + y * stride_;
    }

    FinishedRow finish(std::size_t channel, std::size_t y) const {
        const float* const variance = planes_[channel][2];
        return {row(channel, y), planes_[channel][1] + y * stride_,
                variance ? variance + y * stride_ : nullptr, nullptr};
    }

private:
    std::size_t stride_;
    const float* planes_[3][3] = {};
};

// The test picture's rows of one scale, and their sums against a reference's.
class TestRows {
public:
    TestRows(const Scoring& scoring, const Pyramid& pyramid, std::size_t scale)
        : needs_(scoring.needs + scale * 3),
          size_(scoring, scale),
          reader_(scoring, pyramid, scale),
          xyb_(3 * size_.stride()),
          scratch_(2 * (size_.stride() + 2 * kMargin)),
          rings_(make_rings(scoring, scale, 4 * size_.stride() + 2 * kMargin)) {}

    template <class Reference>
    void push(std::size_t y, std::size_t first, std::size_t last, const Reference& reference) {
        float* xyb[3] = {};
        for (std::size_t c = 0; c < 3; ++c)
            if (needs_[c]) xyb[c] = xyb_.data() + c * size_.stride();
        reader_.read(y, first, last, xyb);
        for (std::size_t c = 0; c < 3; ++c)
            if (needs_[c])
                kernels().ssimulacra2->blur_difference(
                    reference.row(c, y), xyb[c], size_.width, needs_[c] & kNeedsDifference,
                    difference(c, y), rings_[c]->at(y), size_.stride(), scratch_.data());
    }

    // Rows y and, when both is true, y + 1; row_sums (out): 3 x kMapSums a row.
    template <class Reference>
    void finish(std::size_t y, bool both, const Reference& reference, double* row_sums) const {
        for (std::size_t c = 0; c < 3; ++c) {
            if (!needs_[c]) continue;
            const float* taps[kSpan];
            rings_[c]->taps(y, taps);
            FinishedRow rows[kPair];
            for (std::size_t i = 0; i < kPair; ++i) {
                const std::size_t at = both ? y + i : y;
                rows[i] = reference.finish(c, at);
                rows[i].difference = difference(c, at);
            }
            double sums[kPair][kMapSums];
            kernels().ssimulacra2->finish(taps, size_.stride(), size_.width,
                                          needs_[c] & kNeedsDifference, needs_[c] & kNeedsEdges,
                                          rows, sums[0]);
            for (std::size_t i = 0; i < (both ? kPair : 1); ++i)
                std::memcpy(row_sums + ((y + i) * 3 + c) * kMapSums, sums[i], sizeof sums[i]);
        }
    }

private:
    float* difference(std::size_t channel, std::size_t y) const {
        return rings_[channel]->at(y) + 3 * size_.stride() + kMargin;
    }

    const std::uint8_t* needs_;
    Size size_;
    Reader reader_;
    AlignedFloats xyb_;
    AlignedFloats scratch_;
    Rings rings_;
};

// Call strip(first, last) for strips of rows that cover the scale, each starting at an even row.
// Strips cost 2 x kRadius rows of overlap each, so there are as few as keep the threads busy.
template <class Strip>
void for_each_strip(const Size& size, std::size_t n_threads, const Strip& strip) {
    constexpr std::size_t kLeastRows = 32;  // a third of overlap at most
    std::size_t rows = rows_of_strip(size.height, size.width, kLeastRows, n_threads);
    rows += rows % 2;
    for_each_chunk((size.height + rows - 1) / rows, n_threads, [&](std::size_t i) {
        const std::size_t last = (i + 1) * rows < size.height ? (i + 1) * rows : size.height;
        strip(i * rows, last);
    });
}

// Call push(y) for every row a strip reads, and finish(y, both) for the rows it owns two by two.
template <class Push, class Finish>
void stream(const Size& size, std::size_t first, std::size_t last, const Push& push,
            const Finish& finish) {
    std::size_t pushed = first > kRadius ? first - kRadius : 0;
    for (std::size_t y = first; y < last; y += kPair) {
        const std::size_t wanted = y + kPair + kRadius;
        for (; pushed < size.height && pushed < wanted; ++pushed) push(pushed);
        finish(y, y + 1 < last);
    }
}

// make_reference(scale): the rows of the reference for one strip.
template <class MakeReference>
void sum_scales(const Scoring& scoring, const Picture& test, double* sums, std::size_t n_threads,
                const MakeReference& make_reference) {
    constexpr std::size_t kRowSums = 3 * kMapSums;
    const Pyramid pyramid(scoring, test);
    for (std::size_t scale = 0; scale < scoring.n_scales; ++scale) {
        const Size size(scoring, scale);
        std::vector<double> row_sums(size.height * kRowSums);
        for_each_strip(size, n_threads, [&](std::size_t first, std::size_t last) {
            auto reference = make_reference(scale);
            TestRows rows(scoring, pyramid, scale);
            stream(
                size, first, last,
                [&](std::size_t y) {
                    reference.push(y, first, last);
                    rows.push(y, first, last, reference);
                },
                [&](std::size_t y, bool both) {
                    rows.finish(y, both, reference, row_sums.data());
                });
        });
        double* const out = sums + scale * kRowSums;
        for (std::size_t i = 0; i < kRowSums; ++i) {
            out[i] = 0.0;
            for (std::size_t y = 0; y < size.height; ++y) out[i] += row_sums[y * kRowSums + i];
        }
    }
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
        for_each_strip(size, n_threads, [&](std::size_t first, std::size_t last) {
            StreamedReference rows(scoring, pyramid, scale);
            const auto keep = [&](std::size_t y) {
                float* row = cache + y * size.stride();
                for (std::size_t c = 0; c < 3; ++c) {
                    const std::size_t planes = planes_of(needs_of(scoring, scale, c));
                    if (planes == 0) continue;
                    std::memcpy(row, rows.row(c, y), size.stride() * sizeof(float));
                    rows.finish(c, y, row + size.plane(),
                                planes == 3 ? row + 2 * size.plane() : nullptr);
                    row += planes * size.plane();
                }
            };
            stream(
                size, first, last, [&](std::size_t y) { rows.push(y, first, last); },
                [&](std::size_t y, bool both) {
                    keep(y);
                    if (both) keep(y + 1);
                });
        });
        for (std::size_t c = 0; c < 3; ++c) cache += planes_of(needs_of(scoring, scale, c)) * size.plane();
    }
}

void ssimulacra2_sums(const Scoring& scoring, const float* cache, const Picture& test, double* sums,
                      std::size_t n_threads) {
    sum_scales(scoring, test, sums, n_threads,
               [&](std::size_t scale) { return CachedReference(scoring, cache, scale); });
}

void ssimulacra2_sums(const Scoring& scoring, const Picture& reference, const Picture& test,
                      double* sums, std::size_t n_threads) {
    const Pyramid pyramid(scoring, reference);
    sum_scales(scoring, test, sums, n_threads,
               [&](std::size_t scale) { return StreamedReference(scoring, pyramid, scale); });
}

}  // namespace core::score
