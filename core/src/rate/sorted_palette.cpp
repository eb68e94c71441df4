#include "rate/sorted_palette.hpp"

#include <algorithm>

#include "base/log2_exact.hpp"
#include "rate/row.hpp"

namespace core::rate {

SortedPalette::SortedPalette(std::size_t d, Span<const float> colors, Span<const double> counts, double price_mix)
    : dims(d), n_colors(colors.size / d) {
    n_padded = (n_colors + kRateLanes - 1) / kRateLanes * kRateLanes;
    entry.resize(n_colors);
    place.resize(n_colors);
    for (std::size_t j = 0; j < n_colors; ++j) entry[j] = int(j);
    std::stable_sort(entry.begin(), entry.end(), [&](int a, int b) {
        return colors[std::size_t(a) * dims] < colors[std::size_t(b) * dims];
    });
    for (std::size_t j = 0; j < n_colors; ++j) place[std::size_t(entry[j])] = int(j);
    for (std::size_t i = 0; i < dims; ++i) {
        palette[i].assign(kSeparator + 1, kNowhere);
        for (std::size_t j = 0; j < n_colors; ++j)
            palette[i][j] = colors[std::size_t(entry[j]) * dims + i];
    }
    double total = 0;
    for (std::size_t j = 0; j < n_colors; ++j) total += counts[j] + 1;
    label_bits.resize(n_colors);
    double mean = 0;
    for (std::size_t j = 0; j < n_colors; ++j) {
        const double share = (counts[std::size_t(entry[j])] + 1) / total;
        label_bits[j] = -log2_exact(share);
        mean += share * label_bits[j];
    }
    for (double& price : label_bits)
        price = price_mix * price + (1 - price_mix) * mean;

    bucket_origin = palette[0][0];
    const float range = palette[0][n_colors - 1] - bucket_origin;
    bucket_scale = range > 0 ? 256.0f / range : 0.0f;
    bucket.resize(258);
    std::size_t j = 0;
    for (std::size_t b = 0; b < 257; ++b) {
        while (j < n_colors && (palette[0][j] - bucket_origin) * bucket_scale < float(b)) ++j;
        bucket[b] = std::uint16_t(j);
    }
    bucket[257] = std::uint16_t(n_colors);
}

}  // namespace core::rate
