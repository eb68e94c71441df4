// Local deviation of lightness, band by band; rows that neighboring bands share are computed twice.
#include "rate/masking.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/parallel.hpp"

namespace core::rate {

namespace {

constexpr std::size_t kBand = 64;  // rows at a time

// A row with room for as many repeated pixels on both sides as a filter reaches.
struct PaddedRow {
    PaddedRow(std::size_t width_, std::size_t reach_)
        : width(width_), reach(reach_), values(width_ + 2 * reach_) {}
    float* row() { return values.data() + reach; }
    void repeat_edges() {
        std::fill_n(values.data(), reach, row()[0]);
        std::fill_n(row() + width, reach, row()[width - 1]);
    }
    std::size_t width, reach;
    std::vector<float> values;
};

// out = the filter over rows[-reach ... reach], where rows(i) is a row of the picture or its edge.
template <class Rows, class Value>
void down(std::size_t width, Span<const float> taps, const Rows& rows, const Value& value,
          float* out) {
    const float* middle = rows(0);
    for (std::size_t x = 0; x < width; ++x) out[x] = value(middle[x]) * taps[0];
    for (std::size_t i = 1; i < taps.size; ++i) {
        const float tap = taps[i];
        const float* above = rows(-std::ptrdiff_t(i));
        const float* below = rows(std::ptrdiff_t(i));
        for (std::size_t x = 0; x < width; ++x)
            out[x] = out[x] + (value(below[x]) + value(above[x])) * tap;
    }
}

void along(PaddedRow& padded, Span<const float> taps, float* out) {
    padded.repeat_edges();
    const float* row = padded.row();
    for (std::size_t x = 0; x < padded.width; ++x) out[x] = row[x] * taps[0];
    for (std::size_t i = 1; i < taps.size; ++i) {
        const float tap = taps[i];
        const float *left = row - i, *right = row + i;
        for (std::size_t x = 0; x < padded.width; ++x)
            out[x] = out[x] + (right[x] + left[x]) * tap;
    }
}

std::size_t inside(std::ptrdiff_t row, std::size_t height) {
    return std::size_t(std::clamp<std::ptrdiff_t>(row, 0, std::ptrdiff_t(height) - 1));
}

}  // namespace

void importance(std::size_t height, std::size_t width, std::size_t dims, Span<const float> points,
                const Masking& masking, Span<float> importance, std::size_t n_threads) {
    if (height == 0 || width == 0) return;
    const std::size_t narrow = masking.narrow.size - 1, wide = masking.wide.size - 1;
    const auto same = [](float value) { return value; };
    const auto squared = [](float value) { return value * value; };

    for_each_chunk((height + kBand - 1) / kBand, n_threads, [&](std::size_t band) {
        const std::size_t top = band * kBand, bottom = std::min(height, top + kBand);
        const std::size_t first = top > wide ? top - wide : 0;
        const std::size_t last = std::min(height, bottom + wide);
        // Lightness of the rows that deviations of these rows look at.
        const std::size_t seen = first > narrow ? first - narrow : 0;
        const std::size_t end = std::min(height, last + narrow);
        std::vector<float> lightness((end - seen) * width), deviation((last - first) * width);
        for (std::size_t i = 0; i < lightness.size(); ++i)
            lightness[i] = points[(seen * width + i) * dims];

        PaddedRow means(width, std::max(narrow, wide)), squares(width, narrow);
        std::vector<float> square(width);
        for (std::size_t y = first; y < last; ++y) {
            const auto rows = [&](std::ptrdiff_t by) {
                return lightness.data() + (inside(std::ptrdiff_t(y) + by, height) - seen) * width;
            };
            float* out = deviation.data() + (y - first) * width;
            down(width, masking.narrow, rows, same, means.row());
            down(width, masking.narrow, rows, squared, squares.row());
            along(means, masking.narrow, out);
            along(squares, masking.narrow, square.data());
            for (std::size_t x = 0; x < width; ++x) {
                const float variance = square[x] - out[x] * out[x];
                out[x] = std::sqrt(variance > 0 ? variance : 0);
            }
        }
        for (std::size_t y = top; y < bottom; ++y) {
            const auto rows = [&](std::ptrdiff_t by) {
                return deviation.data() + (inside(std::ptrdiff_t(y) + by, height) - first) * width;
            };
            float* out = importance.data + y * width;
            down(width, masking.wide, rows, same, means.row());
            along(means, masking.wide, out);
            for (std::size_t x = 0; x < width; ++x) out[x] = 1 / (1 + out[x] / masking.half);
        }
    });
}

}  // namespace core::rate
