// Build the nodes of a cloud from its sorted keys.
#include "kernels/engine_entries.hpp"
#include "kernels/vector.hpp"

namespace core {
namespace CORE_ISA {

namespace {

// The end of the run of keys that share the bits above `shift` with keys[start].
std::size_t run_end(const std::uint32_t* keys, std::size_t start, std::size_t n, unsigned shift) {
    const std::uint32_t prefix = keys[start] >> shift;
    std::size_t i = start + 1;
    for (; i + kLanes <= n; i += kLanes) {
        // Keys with the same prefix differ from it in the low bits only.
        const I32 difference = load(keys + i) ^ splat(std::int32_t(prefix << shift));
        const unsigned other = mask_bits((difference & splat(std::int32_t(~0u << shift))) != I32{});
        if (other) return i + std::size_t(__builtin_ctz(other));
    }
    while (i < n && keys[i] >> shift == prefix) ++i;
    return i;
}

// Whether weight x coordinate, counted from the lowest corner, may not fit 31 bits.
template <int Dims>
bool is_wide(const Node& node, float scale) {
    std::int64_t extent = 0;
    for (int d = 0; d < Dims; ++d) {
        const std::int64_t width =
            fixed_point(node.high[d] * scale) - fixed_point(node.low[d] * scale);
        extent = width > extent ? width : extent;
    }
    return node.sum[Dims] * (extent + 1) >= (std::int64_t{1} << 31);
}

// Box and sums of the points [first, first + size).
template <int Dims>
void summarize(const CloudView& cloud, std::size_t first, std::size_t size, Node& node) {
    F32 low[Dims];
    F32 high[Dims];
    I32 sum[4] = {};
    I32 weight{};
    std::int32_t origin[4] = {};
    const F32 scale = splat(cloud.scale);
    for (int d = 0; d < Dims; ++d) {
        const float start = cloud.coordinates[d][first];
        low[d] = high[d] = splat(start);
        origin[d] = fixed_point(start * cloud.scale);
    }
    for (std::size_t i = 0; i < size; i += kLanes) {
        I32 inside = splat(std::int32_t{-1});
        if (size - i < kLanes) inside = lane_numbers() < splat(std::int32_t(size - i));
        const I32 w = load(cloud.weights + first + i) & inside;
        weight = weight + w;
        for (int d = 0; d < Dims; ++d) {
            const F32 x = load(cloud.coordinates[d] + first + i);
            low[d] = inside ? smaller(low[d], x) : low[d];
            high[d] = inside ? larger(high[d], x) : high[d];
            sum[d] = sum[d] + w * (fixed_point_lanes(x * scale) - splat(origin[d]));
        }
    }
    if (Dims == 3) sum[3] = weight;
    Quad64 sums = totals(sum[0], sum[1], sum[2], sum[3]);
    const std::int64_t total_weight =
        Dims == 3 ? sums[3] : totals(weight, I32{}, I32{}, I32{})[0];
    const QuadF32 lows = leasts(low[0], low[1], low[2], low[Dims - 1]);
    const QuadF32 highs = -leasts(-high[0], -high[1], -high[2], -high[Dims - 1]);
    for (int d = 0; d < Dims; ++d) {
        node.low[d] = lows[d];
        node.high[d] = highs[d];
    }
    node.sum[Dims] = total_weight;
    node.is_wide = is_wide<Dims>(node, cloud.scale);
    for (int d = 0; d < Dims; ++d) {
        if (node.is_wide) {  // the vectors ran over: once more, slowly
            sums[d] = 0;
            for (std::size_t i = 0; i < size; ++i)
                sums[d] += std::int64_t(cloud.weights[first + i]) *
                           (fixed_point(cloud.coordinates[d][first + i] * cloud.scale) - origin[d]);
        }
        node.sum[d] = sums[d] + std::int64_t(origin[d]) * total_weight;
    }
    for (int d = Dims + 1; d < 2 * kMaxDims; ++d) node.sum[d] = 0;
    node.first = std::uint32_t(first);
    node.size = std::uint32_t(size);
    node.first_child = 0;
    node.n_children = 0;
}

template <int Dims>
void adopt(Node& parent, const Node* children, std::size_t n_children) {
    parent = children[0];
    for (std::size_t i = 1; i < n_children; ++i) {
        parent.size += children[i].size;
        for (int d = 0; d < Dims; ++d) {
            if (children[i].low[d] < parent.low[d]) parent.low[d] = children[i].low[d];
            if (children[i].high[d] > parent.high[d]) parent.high[d] = children[i].high[d];
        }
        for (int d = 0; d < 2 * kMaxDims; ++d) parent.sum[d] += children[i].sum[d];
    }
}

// The nodes above the points [begin, last), behind those that are there.
template <int Dims>
void build(CloudView& cloud, const std::uint32_t* keys, const unsigned* shifts, std::size_t begin,
           std::size_t last) {
    constexpr int kFinest = kLevels - 1;
    std::size_t open[kFinest];  // the first child, one level down, of the node being gathered
    for (int level = 0; level < kFinest; ++level) open[level] = cloud.n_nodes[level + 1];
    for (std::size_t first = begin; first < last;) {
        const std::size_t end = run_end(keys, first, last, shifts[kFinest]);
        Node& node = cloud.nodes[kFinest][cloud.n_nodes[kFinest]++];
        summarize<Dims>(cloud, first, end - first, node);
        for (int level = kFinest - 1; level >= 0; --level) {
            if (end < last && (keys[end] ^ keys[first]) >> shifts[level] == 0) break;
            Node& parent = cloud.nodes[level][cloud.n_nodes[level]++];
            const std::size_t n_children = cloud.n_nodes[level + 1] - open[level];
            adopt<Dims>(parent, cloud.nodes[level + 1] + open[level], n_children);
            parent.first_child = std::uint32_t(open[level]);
            parent.n_children = std::uint32_t(n_children);
            parent.is_wide = is_wide<Dims>(parent, cloud.scale);
            open[level] = cloud.n_nodes[level + 1];
        }
        first = end;
    }
}

}  // namespace

std::size_t count_runs(const std::uint32_t* keys, std::size_t n, unsigned shift) {
    std::size_t runs = n > 0;
    for (std::size_t i = 1; i < n; ++i) runs += ((keys[i] ^ keys[i - 1]) >> shift) != 0;
    return runs;
}

void build_nodes(CloudView& cloud, const std::uint32_t* keys, const unsigned (*shifts)[kLevels]) {
    for (std::size_t& n : cloud.n_nodes) n = 0;
    build<4>(cloud, keys, shifts[0], 0, cloud.n_soft);
    for (int level = 0; level < kLevels; ++level) cloud.n_soft_nodes[level] = cloud.n_nodes[level];
    build<3>(cloud, keys, shifts[1], cloud.n_soft, cloud.n_points);
}

}  // namespace CORE_ISA
}  // namespace core
