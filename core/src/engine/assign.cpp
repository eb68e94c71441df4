#include "engine/assign.hpp"

#include "base/parallel.hpp"
#include "kernels/kernels.hpp"

namespace core::engine {

namespace {

template <class Scalar, class Kernel>
void assign_chunks(Kernel kernel, Span<const Scalar> points, Span<const Scalar> centers,
                   std::size_t dims, Span<std::uint8_t> indices, Span<Scalar> distances,
                   std::size_t n_threads) {
    constexpr std::size_t kChunk = 1 << 15;  // points: 384 KB of coordinates, inside a common L2
    const std::size_t n = points.size / dims;
    const std::size_t k = centers.size / dims;
    for_each_chunk((n + kChunk - 1) / kChunk, n_threads, [&](std::size_t chunk) {
        const std::size_t start = chunk * kChunk;
        const std::size_t count = n - start < kChunk ? n - start : kChunk;
        kernel(points.data + start * dims, count, centers.data, k, dims, indices.data + start,
               distances.size ? distances.data + start : nullptr);
    });
}

}  // namespace

void assign(Span<const float> points, Span<const float> centers, std::size_t dims,
            Span<std::uint8_t> indices, Span<float> distances, std::size_t n_threads) {
    assign_chunks(kernels().assign, points, centers, dims, indices, distances, n_threads);
}

void assign(Span<const double> points, Span<const double> centers, std::size_t dims,
            Span<std::uint8_t> indices, Span<double> distances, std::size_t n_threads) {
    assign_chunks(kernels().assign_double, points, centers, dims, indices, distances, n_threads);
}

}  // namespace core::engine
