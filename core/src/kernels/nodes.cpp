// Build the nodes of a cloud from its sorted keys.
#include "kernels/engine_entries.hpp"
#include "kernels/vector.hpp"

namespace core {
namespace CORE_ISA {

namespace {

// A leaf is looked at point by point; below this many points that is cheaper than its children
// (40: an engine study on CQ100; 32 to 64 differ by less than the noise).
constexpr std::size_t kLeafSize = 40;

// The end of the run of keys that share the bits above `shift` with keys[start].
std::size_t run_end(const std::uint32_t* keys, std::size_t start, std::size_t n, unsigned shift) {
    const std::uint32_t prefix = keys[start] >> shift;
    std::size_t i = start + 1;
    for (; i + kLanes <= n; i += kLanes) {
        std::int32_t lanes[kLanes];
        std::memcpy(lanes, keys + i, sizeof lanes);
        for (int j = 0; j < kLanes; ++j) lanes[j] = std::int32_t(std::uint32_t(lanes[j]) >> shift);
        const unsigned other = mask_bits(load(lanes) != splat(std::int32_t(prefix)));
        if (other) return i + std::size_t(__builtin_ctz(other));
    }
    while (i < n && keys[i] >> shift == prefix) ++i;
    return i;
}

// The sum of lanes >= 0, in 64 bits.
std::int64_t total_wide(I32 lanes) {
    std::int32_t values[kLanes];
    store(values, lanes);
    std::int64_t sum = 0;
    for (int i = 0; i < kLanes; ++i) sum += values[i];
    return sum;
}

float least(F32 lanes) {
    float values[kLanes];
    store(values, lanes);
    float found = values[0];
    for (int i = 1; i < kLanes; ++i) found = values[i] < found ? values[i] : found;
    return found;
}

// Box and sums of the points [first, first + size).
template <int Dims>
void summarize(const CloudView& cloud, std::size_t first, std::size_t size, Node& node) {
    F32 low[Dims];
    F32 high[Dims];
    I32 sum[Dims] = {};
    std::int32_t origin[Dims];
    const F32 scale = splat(cloud.scale);
    for (int d = 0; d < Dims; ++d) {
        const float start = cloud.coordinates[d][first];
        low[d] = high[d] = splat(start);
        origin[d] = fixed_point(start * cloud.scale);
    }
    std::int64_t weight = 0;
    for (std::size_t i = 0; i < size; i += kLanes) {
        std::int32_t weights[kLanes];
        std::memcpy(weights, cloud.weights + first + i, sizeof weights);
        I32 inside = splat(std::int32_t{-1});
        if (size - i < kLanes) inside = lane_numbers() < splat(std::int32_t(size - i));
        const I32 w = load(weights) & inside;
        weight += total_wide(w);
        for (int d = 0; d < Dims; ++d) {
            const F32 x = load(cloud.coordinates[d] + first + i);
            low[d] = inside ? smaller(low[d], x) : low[d];
            high[d] = inside ? larger(high[d], x) : high[d];
            sum[d] = sum[d] + w * (fixed_point_lanes(x * scale) - splat(origin[d]));
        }
    }
    node.weight = weight;
    std::int64_t extent = 0;
    for (int d = 0; d < Dims; ++d) {
        node.low[d] = least(low[d]);
        node.high[d] = -least(-high[d]);
        const std::int64_t width = fixed_point(node.high[d] * cloud.scale) -
                                   fixed_point(node.low[d] * cloud.scale);
        extent = width > extent ? width : extent;
    }
    node.is_wide = weight * (extent + 1) >= (std::int64_t{1} << 31);
    for (int d = 0; d < Dims; ++d) {
        std::int64_t own = total(sum[d]);
        if (node.is_wide) {  // the vectors ran over: once more, slowly
            own = 0;
            for (std::size_t i = 0; i < size; ++i)
                own += std::int64_t(cloud.weights[first + i]) *
                       (fixed_point(cloud.coordinates[d][first + i] * cloud.scale) - origin[d]);
        }
        node.sum[d] = own + std::int64_t(origin[d]) * weight;
    }
}

void adopt(Node& parent, const Node* children, std::size_t n_children, int dims) {
    parent.first = children[0].first;
    parent.n_children = std::uint32_t(n_children);
    parent.size = 0;
    parent.weight = 0;
    for (int d = 0; d < dims; ++d) {
        parent.low[d] = children[0].low[d];
        parent.high[d] = children[0].high[d];
        parent.sum[d] = 0;
    }
    for (std::size_t i = 0; i < n_children; ++i) {
        parent.size += children[i].size;
        parent.weight += children[i].weight;
        for (int d = 0; d < dims; ++d) {
            if (children[i].low[d] < parent.low[d]) parent.low[d] = children[i].low[d];
            if (children[i].high[d] > parent.high[d]) parent.high[d] = children[i].high[d];
            parent.sum[d] += children[i].sum[d];
        }
    }
}

}  // namespace

void build_nodes(CloudView& cloud, const std::uint32_t* keys, unsigned channels,
                 const unsigned* level_bits) {
    const unsigned total_bits = 8 * channels;
    unsigned shifts[kLevels];
    for (int level = 0; level < kLevels; ++level)
        shifts[level] = total_bits - channels * level_bits[level];
    for (std::size_t& n : cloud.n_nodes) n = 0;
    std::size_t open[kLevels] = {};  // the first child, one level down, of the node being gathered
    constexpr int kFinest = kLevels - 1;
    for (std::size_t first = 0; first < cloud.n_points;) {
        const std::size_t end = run_end(keys, first, cloud.n_points, shifts[kFinest]);
        Node& node = cloud.nodes[kFinest][cloud.n_nodes[kFinest]++];
        if (cloud.dims == 3)
            summarize<3>(cloud, first, end - first, node);
        else
            summarize<4>(cloud, first, end - first, node);
        node.first = std::uint32_t(first);
        node.size = std::uint32_t(end - first);
        node.first_child = 0;
        node.n_children = 0;
        for (int level = kFinest - 1; level >= 0; --level) {
            if (end < cloud.n_points && keys[end] >> shifts[level] == keys[first] >> shifts[level])
                break;
            Node& parent = cloud.nodes[level][cloud.n_nodes[level]++];
            const Node* children = cloud.nodes[level + 1] + open[level];
            adopt(parent, children, cloud.n_nodes[level + 1] - open[level], cloud.dims);
            parent.first_child = std::uint32_t(open[level]);
            open[level] = cloud.n_nodes[level + 1];
            parent.is_wide = 0;
            if (parent.size > kLeafSize) continue;
            parent.n_children = 0;
            std::int64_t extent = 0;
            for (int d = 0; d < cloud.dims; ++d) {
                const std::int64_t width = fixed_point(parent.high[d] * cloud.scale) -
                                           fixed_point(parent.low[d] * cloud.scale);
                extent = width > extent ? width : extent;
            }
            parent.is_wide = parent.weight * (extent + 1) >= (std::int64_t{1} << 31);
        }
        first = end;
    }
}

}  // namespace CORE_ISA
}  // namespace core
