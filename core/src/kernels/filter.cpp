// One pass of k-means over a cloud by filtering: Kanungo et al., "An efficient k-means clustering
// algorithm" (2002), doi:10.1109/TPAMI.2002.1017616, with vectors of centers and of points.
//
// Every node of the tree gets the list of centers that can be nearest to a point of its box. One
// left: the node's sums are added, and no point is looked at. Else its children get the list, and
// at a leaf the points are compared with what is left of it.
#include "kernels/engine_entries.hpp"
#include "kernels/vector.hpp"

namespace core {
namespace CORE_ISA {

namespace {

constexpr std::size_t kRoom = kMaxCenters + kPadding;
constexpr float kFar = 1e15f;  // where the lanes behind the last center lie

struct Candidates {
    float at[kMaxDims][kRoom];
    std::int32_t id[kRoom];
    std::size_t size;
};

template <int Dims>
void close_list(Candidates& list) {
    for (int d = 0; d < Dims; ++d)
        for (int i = 0; i < kLanes; ++i) list.at[d][list.size + std::size_t(i)] = kFar;
}

// The centers of `from` that can be nearest to a point of the box, in the same order.
template <int Dims>
void filter(const Candidates& from, const Node& node, Candidates& to) {
    F32 low[Dims];
    F32 high[Dims];
    F32 middle[Dims];
    for (int d = 0; d < Dims; ++d) {
        low[d] = splat(node.low[d]);
        high[d] = splat(node.high[d]);
        middle[d] = splat(0.5f * (node.low[d] + node.high[d]));
    }
    F32 best = splat(3e38f);
    I32 where = splat(std::int32_t{0});
    I32 numbers = lane_numbers();
    for (std::size_t i = 0; i < from.size; i += kLanes) {
        F32 distance{};
        for (int d = 0; d < Dims; ++d) {
            const F32 difference = load(from.at[d] + i) - middle[d];
            distance = distance + difference * difference;
        }
        const I32 closer = distance < best;
        best = closer ? distance : best;
        where = closer ? numbers : where;
        numbers = numbers + splat(std::int32_t{kLanes});
    }
    float best_lanes[kLanes];
    std::int32_t where_lanes[kLanes];
    store(best_lanes, best);
    store(where_lanes, where);
    int lane = 0;
    for (int i = 1; i < kLanes; ++i)
        if (best_lanes[i] < best_lanes[lane]) lane = i;
    const std::size_t nearest = std::size_t(where_lanes[lane]);
    // A center is dropped when it loses to the nearest one at the corner of the box that suits it
    // best. The margin is ten times what rounding can do to any distance in the box, so that no
    // point can find it nearer after all.
    F32 reference[Dims];
    float reach = 0;
    for (int d = 0; d < Dims; ++d) {
        const float at = from.at[d][nearest];
        reference[d] = splat(at);
        const float below = at - node.low[d];
        const float above = node.high[d] - at;
        const float far = below > above ? below : above;
        reach += far * far;
    }
    const F32 margin = splat(4e-6f * reach);
    std::size_t size = 0;
    for (std::size_t i = 0; i < from.size; i += kLanes) {
        F32 ours = margin;
        F32 theirs{};
        for (int d = 0; d < Dims; ++d) {
            const F32 at = load(from.at[d] + i);
            const F32 corner = at > reference[d] ? high[d] : low[d];
            const F32 to_reference = corner - reference[d];
            const F32 to_center = corner - at;
            ours = ours + to_reference * to_reference;
            theirs = theirs + to_center * to_center;
        }
        for (unsigned bits = mask_bits(theirs <= ours); bits; bits &= bits - 1) {
            const std::size_t c = i + std::size_t(__builtin_ctz(bits));
            for (int d = 0; d < Dims; ++d) to.at[d][size] = from.at[d][c];
            to.id[size] = from.id[c];
            ++size;
        }
    }
    to.size = size;
    close_list<Dims>(to);
}

// The position in the list of the center nearest to each of kLanes points.
template <int Dims>
inline I32 nearest_in_list(const Candidates& list, const F32* point) {
    F32 best = splat(3e38f);
    I32 label = splat(std::int32_t{0});
    for (std::size_t c = 0; c < list.size; ++c) {
        F32 distance{};
        for (int d = 0; d < Dims; ++d) {
            const F32 difference = point[d] - splat(list.at[d][c]);
            distance = distance + difference * difference;
        }
        const I32 closer = distance < best;
        best = closer ? distance : best;
        label = closer ? splat(std::int32_t(c)) : label;
    }
    return label;
}

// Label the points of a leaf, and add them up under their centers.
template <int Dims>
void visit_leaf(const CloudView& cloud, const Node& node, const Candidates& list, Sums* sums,
                std::uint8_t* labels) {
    // Sums by masks need one vector per center and coordinate; with many centers for few points it
    // is cheaper to add the points one by one. So it is where 31 bits might not do.
    constexpr std::size_t kMasked = 8;
    const bool one_by_one = node.is_wide || list.size > kMasked;
    I32 weight_of[kMasked] = {};
    I32 sum_of[kMasked][Dims] = {};
    I32 origin[Dims];
    const F32 scale = splat(cloud.scale);
    for (int d = 0; d < Dims; ++d) origin[d] = splat(fixed_point(node.low[d] * cloud.scale));
    for (std::size_t start = 0; start < node.size; start += kLanes) {
        const std::size_t at = node.first + start;
        const std::size_t left = node.size - start;
        F32 point[Dims];
        for (int d = 0; d < Dims; ++d) point[d] = load(cloud.coordinates[d] + at);
        const I32 label = nearest_in_list<Dims>(list, point);
        if (labels || (sums && one_by_one)) {
            std::int32_t lanes[kLanes];
            store(lanes, label);
            const std::size_t count = left < kLanes ? left : kLanes;
            if (labels)
                for (std::size_t i = 0; i < count; ++i)
                    labels[at + i] = std::uint8_t(list.id[lanes[i]]);
            if (!sums) continue;
            if (one_by_one) {
                for (std::size_t i = 0; i < count; ++i) {
                    const std::int32_t id = list.id[lanes[i]];
                    const std::int64_t weight = cloud.weights[at + i];
                    sums->weight[id] += weight;
                    for (int d = 0; d < Dims; ++d)
                        sums->sum[id][d] +=
                            weight * fixed_point(cloud.coordinates[d][at + i] * cloud.scale);
                }
                continue;
            }
        }
        std::int32_t weight_lanes[kLanes];
        std::memcpy(weight_lanes, cloud.weights + at, sizeof weight_lanes);
        I32 weight = load(weight_lanes);
        if (left < kLanes) weight = weight & (lane_numbers() < splat(std::int32_t(left)));
        I32 product[Dims];
        for (int d = 0; d < Dims; ++d)
            product[d] = weight * (fixed_point_lanes(point[d] * scale) - origin[d]);
        // The last center gets what the others leave of the node.
        for (std::size_t c = 0; c + 1 < list.size; ++c) {
            const I32 own = label == splat(std::int32_t(c));
            weight_of[c] = weight_of[c] + (weight & own);
            for (int d = 0; d < Dims; ++d)
                sum_of[c][d] = sum_of[c][d] + (product[d] & own);
        }
    }
    if (!sums || one_by_one) return;
    std::int64_t weight_left = node.weight;
    std::int64_t sum_left[Dims];
    for (int d = 0; d < Dims; ++d) sum_left[d] = node.sum[d];
    for (std::size_t c = 0; c + 1 < list.size; ++c) {
        const std::int32_t id = list.id[c];
        const std::int64_t weight = total(weight_of[c]);
        sums->weight[id] += weight;
        weight_left -= weight;
        for (int d = 0; d < Dims; ++d) {
            const std::int64_t sum =
                total(sum_of[c][d]) + weight * fixed_point(node.low[d] * cloud.scale);
            sums->sum[id][d] += sum;
            sum_left[d] -= sum;
        }
    }
    const std::int32_t last = list.id[list.size - 1];
    sums->weight[last] += weight_left;
    for (int d = 0; d < Dims; ++d) sums->sum[last][d] += sum_left[d];
}

template <int Dims>
void visit(const CloudView& cloud, int level, std::size_t number, Candidates* lists, Sums* sums,
           std::uint8_t* labels) {
    const Node& node = cloud.nodes[level][number];
    Candidates& list = lists[level + 1];
    filter<Dims>(lists[level], node, list);
    if (list.size == 1) {
        const std::int32_t id = list.id[0];
        if (sums) {
            sums->weight[id] += node.weight;
            for (int d = 0; d < Dims; ++d) sums->sum[id][d] += node.sum[d];
        }
        if (labels) std::memset(labels + node.first, id, node.size);
        return;
    }
    if (node.n_children == 0) return visit_leaf<Dims>(cloud, node, list, sums, labels);
    for (std::size_t child = 0; child < node.n_children; ++child)
        visit<Dims>(cloud, level + 1, node.first_child + child, lists, sums, labels);
}

template <int Dims>
void filter_range(const CloudView& cloud, std::size_t first, std::size_t last,
                  const float* centers, std::size_t k, Sums* sums, std::uint8_t* labels) {
    Candidates lists[kLevels + 1];
    for (int d = 0; d < Dims; ++d)
        for (std::size_t c = 0; c < k; ++c) lists[0].at[d][c] = centers[c * Dims + std::size_t(d)];
    for (std::size_t c = 0; c < k; ++c) lists[0].id[c] = std::int32_t(c);
    lists[0].size = k;
    close_list<Dims>(lists[0]);
    for (std::size_t node = first; node < last; ++node)
        visit<Dims>(cloud, 0, node, lists, sums, labels);
}

}  // namespace

void filter_pass(const CloudView& cloud, std::size_t first, std::size_t last, const float* centers,
                 std::size_t k, Sums* sums, std::uint8_t* labels) {
    if (cloud.dims == 3)
        filter_range<3>(cloud, first, last, centers, k, sums, labels);
    else
        filter_range<4>(cloud, first, last, centers, k, sums, labels);
}

}  // namespace CORE_ISA
}  // namespace core
