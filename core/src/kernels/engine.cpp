// The engine's table, and the loops over all points that need no tree.
#include "kernels/engine_entries.hpp"

namespace core {
namespace CORE_ISA {

std::int64_t sum_squares(const CloudView& cloud) {
    std::int64_t total = 0;
    for (int d = 0; d < cloud.dims; ++d) {
        const float* x = cloud.coordinates[d];
        for (std::size_t i = 0; i < cloud.n_points; ++i) {
            const std::int64_t q = fixed_point(x[i] * cloud.scale);
            total += std::int64_t(cloud.weights[i]) * (q * q);
        }
    }
    return total;
}

namespace {

// One lane per product: each is summed in the order of the points, whatever the width.
typedef double Products __attribute__((vector_size(8 * sizeof(double))));

template <int Dims>
void add_moments_of(const CloudView& cloud, const std::uint8_t* labels, const float* centers,
                    Moments& moments) {
    for (std::size_t i = 0; i < cloud.n_points; ++i) {
        const std::size_t c = labels[i];
        double x[Dims];
        for (int d = 0; d < Dims; ++d)
            x[d] = double(cloud.coordinates[d][i]) - double(centers[c * Dims + std::size_t(d)]);
        const double w = double(std::int32_t(cloud.weights[i]));
        const Products left = {x[0], x[1], x[2], x[0], x[0], x[1], 0, 0};
        const Products right = {x[0], x[1], x[2], x[1], x[2], x[2], 0, 0};
        Products sum;
        __builtin_memcpy(&sum, moments.of[c], sizeof sum);
        sum += w * left * right;
        __builtin_memcpy(moments.of[c], &sum, sizeof sum);
        if (Dims == 4) {
            const double last = w * x[Dims - 1];
            double* more = moments.of[c] + 6;
            more[0] += last * x[Dims - 1];
            for (int d = 0; d < 3; ++d) more[1 + d] += last * x[d];
        }
    }
}

}  // namespace

void add_moments(const CloudView& cloud, const std::uint8_t* labels, const float* centers,
                 Moments& moments) {
    if (cloud.dims == 3)
        add_moments_of<3>(cloud, labels, centers, moments);
    else
        add_moments_of<4>(cloud, labels, centers, moments);
}

const EngineKernels engine = {
    morton_keys, numbers_from_keys, embed, build_nodes, sum_squares, filter_pass, add_moments,
};

}  // namespace CORE_ISA
}  // namespace core
