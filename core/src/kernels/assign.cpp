#include "kernels/entries.hpp"
#include "kernels/vector.hpp"

namespace core {
namespace CORE_ISA {

namespace {

template <int Dims>
void assign_points(const float* points, std::size_t n, const float* centers, std::size_t k,
                   std::uint8_t* indices, float* distances) {
    for (std::size_t start = 0; start < n; start += kLanes) {
        const std::size_t count = n - start < kLanes ? n - start : kLanes;
        float lanes[Dims][kLanes] = {};
        for (std::size_t i = 0; i < count; ++i)
            for (int d = 0; d < Dims; ++d) lanes[d][i] = points[(start + i) * Dims + std::size_t(d)];
        F32 coordinate[Dims];
        for (int d = 0; d < Dims; ++d) coordinate[d] = load(lanes[d]);
        F32 best = splat(3.0e38f);
        I32 label = splat(std::int32_t{0});
        for (std::size_t c = 0; c < k; ++c) {
            F32 distance{};
            for (int d = 0; d < Dims; ++d) {
                const F32 difference = coordinate[d] - splat(centers[c * Dims + std::size_t(d)]);
                distance = distance + difference * difference;
            }
            const I32 closer = distance < best;
            best = closer ? distance : best;
            label = closer ? splat(std::int32_t(c)) : label;
        }
        float best_lanes[kLanes];
        std::int32_t label_lanes[kLanes];
        store(best_lanes, best);
        store(label_lanes, label);
        for (std::size_t i = 0; i < count; ++i) {
            indices[start + i] = std::uint8_t(label_lanes[i]);
            if (distances) distances[start + i] = best_lanes[i];
        }
    }
}

}  // namespace

void assign(const float* points, std::size_t n, const float* centers, std::size_t k,
            std::size_t dims, std::uint8_t* indices, float* distances) {
    switch (dims) {
        case 1: return assign_points<1>(points, n, centers, k, indices, distances);
        case 2: return assign_points<2>(points, n, centers, k, indices, distances);
        case 3: return assign_points<3>(points, n, centers, k, indices, distances);
        default: return assign_points<4>(points, n, centers, k, indices, distances);
    }
}

}  // namespace CORE_ISA
}  // namespace core
