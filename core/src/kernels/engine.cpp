// The engine's table, and the loops over all points that need no tree.
#include "kernels/engine_entries.hpp"
#include "kernels/vector.hpp"

namespace core {
namespace CORE_ISA {

// Few of the counts are not 0, so they are taken one by one.
std::size_t collect(std::uint32_t* counts, std::uint64_t groups, std::uint32_t constant,
                    std::uint32_t* keys, std::uint32_t* found) {
    std::size_t size = 0;
    for (; groups; groups &= groups - 1) {
        const std::uint32_t start = 64 * std::uint32_t(__builtin_ctzll(groups));
        std::uint64_t bits = 0;
        for (std::uint32_t i = 0; i < 64; i += kLanes)
            bits |= std::uint64_t(mask_bits(load(counts + start + i) != I32{})) << i;
        for (; bits; bits &= bits - 1, ++size) {
            const std::uint32_t at = start + std::uint32_t(__builtin_ctzll(bits));
            keys[size] = constant | at;
            found[size] = counts[at];
            counts[at] = 0;
        }
    }
    return size;
}

void nearest_pairs(const float* centers, const double* weights, std::size_t k, std::size_t dims,
                   std::int32_t* partners, float* costs) {
    constexpr std::size_t kRoom = kMaxCenters + kPadding;
    float at[kMaxDims][kRoom] = {};
    float weight[kRoom] = {};
    for (std::size_t c = 0; c < k; ++c) {
        for (std::size_t d = 0; d < dims; ++d) at[d][c] = centers[c * dims + d];
        weight[c] = float(weights[c]);
    }
    for (std::size_t c = 0; c < k; ++c) {
        partners[c] = std::int32_t(c);
        if (!(weight[c] > 0)) continue;
        F32 best = splat(3e38f);
        I32 partner = splat(std::int32_t(c));
        I32 other = lane_numbers();
        for (std::size_t i = 0; i < k; i += kLanes) {
            F32 distance{};
            for (std::size_t d = 0; d < dims; ++d) {
                const F32 difference = load(at[d] + i) - splat(at[d][c]);
                distance = distance + difference * difference;
            }
            const F32 w = load(weight + i);
            const F32 cost = distance * (w * splat(weight[c]) / (w + splat(weight[c])));
            const I32 closer = (cost < best) & (w > F32{}) & (other != splat(std::int32_t(c)));
            best = closer ? cost : best;
            partner = closer ? other : partner;
            other = other + splat(std::int32_t{kLanes});
        }
        float best_lanes[kLanes];
        std::int32_t partner_lanes[kLanes];
        store(best_lanes, best);
        store(partner_lanes, partner);
        int lane = 0;
        for (int i = 1; i < kLanes; ++i)
            if (best_lanes[i] < best_lanes[lane] ||
                (best_lanes[i] == best_lanes[lane] && partner_lanes[i] < partner_lanes[lane]))
                lane = i;
        if (best_lanes[lane] < 3e38f) partners[c] = partner_lanes[lane];
        costs[c] = best_lanes[lane];
    }
}

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

namespace {

template <int Dims>
void add_errors_of(const CloudView& cloud, const std::uint8_t* labels, const float* centers,
                   const std::uint8_t* groups, double* errors) {
    for (std::size_t i = 0; i < cloud.n_points; ++i) {
        double error = 0;
        for (int d = 0; d < Dims; ++d) {
            const double x = double(cloud.coordinates[d][i]) -
                             double(centers[std::size_t(labels[i]) * Dims + std::size_t(d)]);
            error += x * x;
        }
        errors[groups[i]] += double(std::int32_t(cloud.weights[i])) * error;
    }
}

}  // namespace

void add_errors(const CloudView& cloud, const std::uint8_t* labels, const float* centers,
                const std::uint8_t* groups, double* errors) {
    if (cloud.dims == 3)
        add_errors_of<3>(cloud, labels, centers, groups, errors);
    else
        add_errors_of<4>(cloud, labels, centers, groups, errors);
}

const EngineKernels engine = {
    morton_keys, collect,     numbers_from_keys, embed,    count_runs,  build_nodes,
    sum_squares, filter_pass, nearest_pairs,     find_cut, add_moments,
    add_errors,
};

}  // namespace CORE_ISA
}  // namespace core
