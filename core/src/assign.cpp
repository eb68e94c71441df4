#include "core/assign.hpp"

#include "core/parallel.hpp"
#include "kernels.hpp"

namespace core {

void assign(Span<const float> points, Span<const float> centers, std::size_t dims,
            Span<std::uint8_t> indices, Span<float> distances, std::size_t n_threads) {
    constexpr std::size_t kChunk = 1 << 15;  // points: 384 KB of coordinates, inside a common L2
    const std::size_t n = points.size / dims;
    const std::size_t k = centers.size / dims;
    for_each_chunk((n + kChunk - 1) / kChunk, n_threads, [&](std::size_t chunk) {
        const std::size_t start = chunk * kChunk;
        const std::size_t count = n - start < kChunk ? n - start : kChunk;
        kernels().assign(points.data + start * dims, count, centers.data, k, dims,
                         indices.data + start,
                         distances.size ? distances.data + start : nullptr);
    });
}

}  // namespace core
