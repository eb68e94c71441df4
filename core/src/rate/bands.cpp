#include <vector>

#include "base/parallel.hpp"
#include "rate/rate.hpp"

namespace core::rate {

double map_rate_apart(std::size_t n_bands, std::size_t n_threads, std::size_t width,
                      std::size_t dims, Span<const float> palette, Span<const double> counts,
                      const RateOptions& options, Span<const float> points,
                      Span<const float> weights, Span<const float> smoothness,
                      Span<const std::uint8_t> nearest, Span<std::uint8_t> indices) {
    const std::size_t height = indices.size / width;
    std::vector<double> bits(n_bands);
    for_each_chunk(n_bands, n_threads, [&](std::size_t band) {
        const std::size_t from = height * band / n_bands * width;
        const std::size_t n = height * (band + 1) / n_bands * width - from;
        RateMapper mapper(width, dims, palette, counts, options);
        mapper.map_rows({points.data + from * dims, n * dims}, {weights.data + from, n},
                        {smoothness.data + from, n}, {nearest.data + from, n},
                        {indices.data + from, n});
        bits[band] = mapper.bits();
    });
    double total = 0;
    for (const double of_band : bits) total += of_band;
    return total;
}

}  // namespace core::rate
