// One pass of k-means over a cloud by filtering: Kanungo et al., "An efficient k-means clustering
// algorithm" (2002), doi:10.1109/TPAMI.2002.1017616, with vectors of centers and of points.
//
// Every node of the tree gets the list of centers that can be nearest to a point of its box. If only
// one is left, the node's sums are added and no point is examined. Otherwise its children get the
// list, and at a leaf the points are compared with the centers left.
//
// Opaque points of four dimensions are flat: they share the last coordinate, so what it adds to a
// distance belongs to the center, and they are walked in three dimensions.
#include "kernels/engine_entries.hpp"
#include "kernels/vector.hpp"

namespace core {
namespace CORE_ISA {

namespace {

constexpr std::size_t kRoom = kMaxCenters + kPadding;
constexpr float kFar = 1e15f;  // where the lanes behind the last center lie

struct Candidates {
    float at[kMaxDims][kRoom];
    float beside[kRoom];  // of flat points: the squared distance along the last coordinate
    std::int32_t id[kRoom];
    std::size_t size;
};

template <int Dims, bool IsFlat>
void close_list(Candidates& list) {
    for (int d = 0; d < Dims; ++d) store(list.at[d] + list.size, splat(kFar));
    if (IsFlat) store(list.beside + list.size, F32{});
}

// Append those of a vector of centers that have their bit set.
template <int Dims, bool IsFlat>
inline void append(const Candidates& from, std::size_t first, unsigned bits, Candidates& to) {
#if defined(__AVX512F__)
    const __mmask16 kept = __mmask16(bits);
    for (int d = 0; d < Dims; ++d)
        store(to.at[d] + to.size, (F32)_mm512_maskz_compress_ps(kept, load(from.at[d] + first)));
    if (IsFlat)
        store(to.beside + to.size,
              (F32)_mm512_maskz_compress_ps(kept, load(from.beside + first)));
    store(to.id + to.size, (I32)_mm512_maskz_compress_epi32(kept, (__m512i)load(from.id + first)));
    to.size += std::size_t(__builtin_popcount(bits));
#else
    for (; bits; bits &= bits - 1) {
        const std::size_t c = first + std::size_t(__builtin_ctz(bits));
        for (int d = 0; d < Dims; ++d) to.at[d][to.size] = from.at[d][c];
        if (IsFlat) to.beside[to.size] = from.beside[c];
        to.id[to.size] = from.id[c];
        ++to.size;
    }
#endif
}

// The centers of `from` that can be nearest to a point of the box, in the same order.
template <int Dims, bool IsFlat>
void filter(const Candidates& from, const Node& node, Candidates& to) {
    F32 low[Dims];
    F32 high[Dims];
    F32 middle[Dims];
    for (int d = 0; d < Dims; ++d) {
        low[d] = splat(node.low[d]);
        high[d] = splat(node.high[d]);
        middle[d] = splat(0.5f * (node.low[d] + node.high[d]));
    }
    // The center nearest to the middle, or nearly so, is as good a reference as any: distances are
    // compared as whole numbers whose last byte is the place in the list.
    I32 best = splat(std::int32_t{0x7fffffff});
    I32 place = lane_numbers();
    for (std::size_t i = 0; i < from.size; i += kLanes) {
        F32 distance = IsFlat ? load(from.beside + i) : F32{};
        for (int d = 0; d < Dims; ++d) {
            const F32 difference = load(from.at[d] + i) - middle[d];
            distance = distance + difference * difference;
        }
        I32 bits;
        std::memcpy(&bits, &distance, sizeof bits);
        bits = (bits & splat(std::int32_t{~0xff})) | place;
        best = bits < best ? bits : best;
        place = place + splat(std::int32_t{kLanes});
    }
    const std::size_t nearest = std::size_t(least(best) & 0xff);
    // A center is dropped when it loses to the reference at the corner of the box that suits it
    // best. The margin is ten times what rounding can do to any distance in the box, so that no
    // point can find it nearer after all.
    F32 reference[Dims];
    const float shared = IsFlat ? from.beside[nearest] : 0;
    float reach = shared;
    for (int d = 0; d < Dims; ++d) {
        const float at = from.at[d][nearest];
        reference[d] = splat(at);
        const float below = at - node.low[d];
        const float above = node.high[d] - at;
        const float far = below > above ? below : above;
        reach += far * far;
    }
    const F32 margin = splat(4e-6f * reach + shared);
    to.size = 0;
    for (std::size_t i = 0; i < from.size; i += kLanes) {
        F32 ours = margin;
        F32 theirs = IsFlat ? load(from.beside + i) : F32{};
        for (int d = 0; d < Dims; ++d) {
            const F32 at = load(from.at[d] + i);
            const F32 corner = at > reference[d] ? high[d] : low[d];
            const F32 to_reference = corner - reference[d];
            const F32 to_center = corner - at;
            ours = ours + to_reference * to_reference;
            theirs = theirs + to_center * to_center;
        }
        append<Dims, IsFlat>(from, i, mask_bits(theirs <= ours), to);
    }
    close_list<Dims, IsFlat>(to);
}

// The position in the list of the center nearest to each of kLanes points.
template <int Dims, bool IsFlat>
inline I32 nearest_in_list(const Candidates& list, const F32* point) {
    F32 best = splat(3e38f);
    I32 label = splat(std::int32_t{0});
    for (std::size_t c = 0; c < list.size; ++c) {
        F32 distance{};
        for (int d = 0; d < Dims; ++d) {
            const F32 difference = point[d] - splat(list.at[d][c]);
            distance = distance + difference * difference;
        }
        if (IsFlat) distance = distance + splat(list.beside[c]);
        const I32 closer = distance < best;
        best = closer ? distance : best;
        label = closer ? splat(std::int32_t(c)) : label;
    }
    return label;
}

inline void add_to(std::int64_t* to, Quad64 sums) {
    Quad64 before;
    std::memcpy(&before, to, sizeof before);
    before = before + sums;
    std::memcpy(to, &before, sizeof before);
}

// Add what `weight` and `products` hold for one center. Products count from the origin, whose
// fourth number is 1 for three coordinates, where the weight stands.
template <int Dims>
inline void add_sums(I32 weight, const I32* products, Quad64 origin, std::int64_t* to) {
    if (Dims == 3) {
        const Quad64 sums = totals(products[0], products[1], products[2], weight);
        const std::int64_t total = sums[3];
        const Quad64 relative = sums & Quad64{-1, -1, -1, 0};
        add_to(to, relative + product(origin, total));
    } else {
        const Quad64 sums = totals(products[0], products[1], products[2], products[Dims - 1]);
        const std::int64_t total = totals(weight, I32{}, I32{}, I32{})[0];
        add_to(to, sums + product(origin, total));
        to[4] += total;
    }
}

// Label the points of a leaf, and add them up under their centers.
template <int Dims, bool IsFlat>
void visit_leaf(const CloudView& cloud, const Node& node, const Candidates& list, Sums* sums,
                std::uint8_t* labels) {
    // Sums are gathered over the whole leaf when it has several vectors of points for few centers,
    // else vector by vector for the centers that occur in it.
    constexpr std::size_t kGathered = 8;
    const bool is_gathered = node.size > kLanes && list.size <= kGathered;
    I32 weight_of[kGathered];
    I32 sum_of[kGathered][Dims];
    if (is_gathered)
        for (std::size_t c = 0; c + 1 < list.size; ++c) {
            weight_of[c] = I32{};
            for (int d = 0; d < Dims; ++d) sum_of[c][d] = I32{};
        }
    Quad64 origin = {0, 0, 0, 1};
    I32 lowest[Dims];
    const F32 scale = splat(cloud.scale);
    for (int d = 0; d < Dims; ++d) {
        const std::int32_t low = fixed_point(node.low[d] * cloud.scale);
        origin[d] = low;
        lowest[d] = splat(low);
    }
    for (std::size_t start = 0; start < node.size; start += kLanes) {
        const std::size_t at = node.first + start;
        const std::size_t left = node.size - start;
        F32 point[Dims];
        for (int d = 0; d < Dims; ++d) point[d] = load(cloud.coordinates[d] + at);
        const I32 label = nearest_in_list<Dims, IsFlat>(list, point);
        if (labels) {
            std::int32_t lanes[kLanes];
            store(lanes, label);
            const std::size_t count = left < kLanes ? left : kLanes;
            for (std::size_t i = 0; i < count; ++i)
                labels[at + i] = std::uint8_t(list.id[lanes[i]]);
        }
        if (!sums) continue;
        if (node.is_wide) {  // 31 bits might not do: one by one
            std::int32_t lanes[kLanes];
            store(lanes, label);
            for (std::size_t i = 0; i < kLanes && i < left; ++i) {
                std::int64_t* to = sums->of[list.id[lanes[i]]];
                const std::int64_t weight = cloud.weights[at + i];
                for (int d = 0; d < Dims; ++d)
                    to[d] += weight * fixed_point(cloud.coordinates[d][at + i] * cloud.scale);
                to[Dims] += weight;
            }
            continue;
        }
        I32 weight = load(cloud.weights + at);
        if (left < kLanes) weight = weight & (lane_numbers() < splat(std::int32_t(left)));
        I32 products[Dims];
        for (int d = 0; d < Dims; ++d)
            products[d] = weight * (fixed_point_lanes(point[d] * scale) - lowest[d]);
        if (is_gathered) {
            // The last center gets what the others leave of the node.
            for (std::size_t c = 0; c + 1 < list.size; ++c) {
                const I32 own = label == splat(std::int32_t(c));
                weight_of[c] = weight_of[c] + (weight & own);
                for (int d = 0; d < Dims; ++d)
                    sum_of[c][d] = sum_of[c][d] + (products[d] & own);
            }
            continue;
        }
        std::int32_t label_lanes[kLanes];
        store(label_lanes, label);
        unsigned open = left < kLanes ? (1u << left) - 1 : (1u << (kLanes - 1)) * 2 - 1;
        while (open) {
            const std::int32_t c = label_lanes[__builtin_ctz(open)];
            const I32 own = label == splat(c);
            open &= ~mask_bits(own);
            I32 masked[Dims];
            for (int d = 0; d < Dims; ++d) masked[d] = products[d] & own;
            add_sums<Dims>(weight & own, masked, origin, sums->of[list.id[c]]);
        }
    }
    if (!sums || node.is_wide || !is_gathered) return;
    std::int64_t rest[Dims + 1];
    for (int d = 0; d <= Dims; ++d) rest[d] = node.sum[d];
    for (std::size_t c = 0; c + 1 < list.size; ++c) {
        std::int64_t own[2 * kMaxDims] = {};
        add_sums<Dims>(weight_of[c], sum_of[c], origin, own);
        std::int64_t* to = sums->of[list.id[c]];
        for (int d = 0; d <= Dims; ++d) {
            to[d] += own[d];
            rest[d] -= own[d];
        }
    }
    std::int64_t* last = sums->of[list.id[list.size - 1]];
    for (int d = 0; d <= Dims; ++d) last[d] += rest[d];
}

// Whether to examine the points of a node one by one: if their distances to the candidates cost less
// than shortening the list for every child. Rough numbers of instructions: with half or twice of them
// the time is within 2 %, a fixed size of leaves costs 10 to 20 % (lab book, Engine).
bool is_leaf(const Node& node, std::size_t n_candidates) {
    if (node.n_children == 0) return true;
    const std::size_t n_vectors = (node.size + kLanes - 1) / kLanes;
    return !node.is_wide &&
           4 * n_vectors * n_candidates <= node.n_children * (80 + 3 * n_candidates);
}

template <int Dims, bool IsFlat>
void visit(const CloudView& cloud, int level, std::size_t number, Candidates* lists, Sums* sums,
           std::uint8_t* labels) {
    const Node& node = cloud.nodes[level][number];
    const Candidates& above = lists[level];
    // One vector of points against a short list costs less than shortening the list.
    constexpr std::size_t kShort = 6;
    if (node.size <= kLanes && above.size <= kShort)
        return visit_leaf<Dims, IsFlat>(cloud, node, above, sums, labels);
    Candidates& list = lists[level + 1];
    filter<Dims, IsFlat>(above, node, list);
    if (list.size == 1) {
        const std::int32_t id = list.id[0];
        if (sums)
            for (int d = 0; d < 2 * kMaxDims; ++d) sums->of[id][d] += node.sum[d];
        if (labels) std::memset(labels + node.first, id, node.size);
        return;
    }
    if (is_leaf(node, list.size)) return visit_leaf<Dims, IsFlat>(cloud, node, list, sums, labels);
    for (std::size_t child = 0; child < node.n_children; ++child)
        visit<Dims, IsFlat>(cloud, level + 1, node.first_child + child, lists, sums, labels);
}

template <int Dims, bool IsFlat>
void filter_range(const CloudView& cloud, std::size_t first, std::size_t last,
                  const float* centers, std::size_t k, Sums* sums, std::uint8_t* labels) {
    Candidates lists[kLevels + 1];
    constexpr std::size_t stride = IsFlat ? Dims + 1 : Dims;
    for (std::size_t c = 0; c < k; ++c) {
        for (int d = 0; d < Dims; ++d) lists[0].at[d][c] = centers[c * stride + std::size_t(d)];
        if (IsFlat) {
            const float x = cloud.coordinates[Dims][cloud.n_soft] - centers[c * stride + Dims];
            lists[0].beside[c] = x * x;
        }
        lists[0].id[c] = std::int32_t(c);
    }
    lists[0].size = k;
    close_list<Dims, IsFlat>(lists[0]);
    for (std::size_t node = first; node < last; ++node)
        visit<Dims, IsFlat>(cloud, 0, node, lists, sums, labels);
}

// Flat points are added up in three dimensions, and the last coordinate follows from the weights.
void filter_flat(const CloudView& cloud, std::size_t first, std::size_t last, const float* centers,
                 std::size_t k, Sums* sums, std::uint8_t* labels) {
    if (!sums) return filter_range<3, true>(cloud, first, last, centers, k, nullptr, labels);
    Sums flat;
    std::memset(&flat, 0, sizeof flat.of[0] * k);
    filter_range<3, true>(cloud, first, last, centers, k, &flat, labels);
    const std::int64_t shared = fixed_point(cloud.coordinates[3][cloud.n_soft] * cloud.scale);
    for (std::size_t c = 0; c < k; ++c) {
        const std::int64_t weight = flat.of[c][3];
        for (int d = 0; d < 3; ++d) sums->of[c][d] += flat.of[c][d];
        sums->of[c][3] += weight * shared;
        sums->of[c][4] += weight;
    }
}

}  // namespace

void filter_pass(const CloudView& cloud, std::size_t first, std::size_t last, const float* centers,
                 std::size_t k, Sums* sums, std::uint8_t* labels) {
    if (cloud.dims == 3)
        return filter_range<3, false>(cloud, first, last, centers, k, sums, labels);
    const std::size_t n_soft = cloud.n_soft_nodes[0];
    if (first < n_soft)
        filter_range<4, false>(cloud, first, last < n_soft ? last : n_soft, centers, k, sums,
                               labels);
    if (last > n_soft)
        filter_flat(cloud, first > n_soft ? first : n_soft, last, centers, k, sums, labels);
}

}  // namespace CORE_ISA
}  // namespace core
