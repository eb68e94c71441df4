// How a comparison streams: first the levels of the pyramid, each from the one before, then band by
// band in strips of rows. Within a strip every row is expanded from the next level, turned into
// contrasts, compared, and the mask is blurred along the row into a ring of the last kMaskSpan rows;
// as soon as their neighbors are in the ring, two rows are finished. Every row gives its own sums, added up in
// row order: strips and threads change nothing.
#include "score/cvvdp.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/kernels.hpp"
#include "score/cvvdp_kernels.hpp"
#include "score/cvvdp_levels.hpp"

namespace core::score {

namespace {

using namespace levels;

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
    AlignedFloats buffer_;
    AlignedFloats scratch_;
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
    AlignedFloats made_;
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
    AlignedFloats ring_;
    AlignedFloats scratch_;
};

// make_reference(band): the rows of the reference for one strip.
template <class MakeReference>
void sum_band(const Viewing& viewing, const Levels& levels, std::size_t band, double* sums,
              std::size_t n_threads, const MakeReference& make_reference) {
    const Band size(viewing, band);
    std::vector<double> row_sums(size.height * 3);
    for_each_strip(size.height, size.width, n_threads, [&](std::size_t first, std::size_t last) {
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
        for_each_strip(size.height, size.width, n_threads, [&](std::size_t first, std::size_t end) {
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
