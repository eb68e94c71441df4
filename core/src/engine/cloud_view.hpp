// What the kernels see of a cloud of colors: plain pointers, shared by all instruction sets.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/colorimetry.hpp"

namespace core::engine {

constexpr int kMaxDims = 4;
constexpr std::size_t kMaxCenters = 256;
// Room behind every array of coordinates and weights, so that whole vectors can be read at the end.
constexpr std::size_t kPadding = 16;
constexpr int kLevels = 3;  // of nodes: cells of 3, 4 and 5 bits per channel, or fewer

// Below which bit of a key the cells of `bits` bits (1 to 8) per channel begin. RGB keys interleave
// all bits. RGBA keys interleave the top three bits of each channel, then come two more of alpha, the
// other five of RGB interleaved, and the last three of alpha: what has one alpha, as all that is
// opaque, stands together as if it were RGB. From 4 bits on, a cell has 5 bits of alpha.
static inline unsigned cell_shift(unsigned bits, unsigned channels) {
    if (channels == 3) return 3 * (8 - bits);
    if (bits <= 3) return 32 - 4 * bits;
    return bits == 8 ? 0 : 3 + 3 * (8 - bits);
}

// The same for an RGBA color that is not opaque. Premultiplied, what is half transparent takes half
// the room along each axis: every halving of alpha makes cells of one bit less, down to 3.
static inline unsigned soft_cell_shift(unsigned bits, std::uint32_t key) {
    if (bits <= 3) return cell_shift(bits, 4);
    const unsigned halvings = key >> 31 ? 0 : key >> 27 & 1 ? 1 : key >> 23 & 1 ? 2 : 3;
    const unsigned rgb_bits = bits > 3 + halvings ? bits - halvings : 3;
    return 3 + 3 * (8 - rgb_bits);
}

// A cell of the octree: its tight box and the exact sums of its points.
//
// Opaque points in four dimensions, and the nodes above them, are treated as three-dimensional: the
// last coordinate is the same for all and is in no node.
struct Node {
    float low[kMaxDims];
    float high[kMaxDims];
    std::int64_t sum[2 * kMaxDims];  // as in Sums: the weight stands behind the coordinates
    std::uint32_t first;  // of its points
    std::uint32_t size;
    std::uint32_t first_child;  // among the nodes of the next level
    std::uint32_t n_children;   // 0: there is no finer level
    // Whether weight x coordinate, counted from the lowest corner, may not fit 31 bits.
    std::uint32_t is_wide;
    std::uint32_t padding[3];
};

// Points in Morton order, coordinates apart, with the nodes above them.
//
// Sums are made of whole numbers: the coordinate times `scale`, rounded, times the weight. So they
// are exact, and no order of threads, lanes or nodes can change them.
struct CloudView {
    int dims;
    float scale;  // fixed-point steps per unit
    std::size_t n_points;
    std::size_t n_soft;  // in four dimensions the points up to here are not opaque, all others are
    float* coordinates[kMaxDims];
    std::uint32_t* weights;
    Node* nodes[kLevels];
    std::size_t n_nodes[kLevels];
    std::size_t n_soft_nodes[kLevels];  // the first of them, above the points that are not opaque
};

// What one pass over a cloud adds up for every center: of[c][d] is the sum of weight x fixed-point
// coordinate d, of[c][dims] that of the weights. Sums of disjoint parts add to the whole.
struct Sums {
    std::int64_t of[kMaxCenters][2 * kMaxDims];
};

// Second moments about a center of every point it is nearest to, in squared units: the products
// xx, yy, zz, xy, xz, yz and, in four dimensions, tt, xt, yt, zt.
constexpr int kMoments = 16;
struct Moments {
    double of[kMaxCenters][kMoments];
};

constexpr int kWuBins = 32;  // along each side of a box: Wu's 5 bits for the first, finer below

struct WuPoint {
    float at[kMaxDims];
    float weight;
};

static inline int wu_bin(float at, float low, float step) {
    const int bin = int((at - low) * step);
    return bin < kWuBins ? bin : kWuBins - 1;
}

// The cut of a box where the error falls most, and the box's own sums.
struct Cut {
    double weight;
    double sum[kMaxDims];
    double gain;  // 0: it cannot be cut
    int axis;
    int last_bin;  // points up to this bin go left
    float low;
    float step;
};

struct EngineKernels {
    void (*morton_keys)(const std::uint8_t* pixels, std::size_t n, std::size_t channels,
                        std::uint32_t* keys);
    // Of 4096 counts (in, out: all 0), those that are not 0: place | constant to keys, the count to
    // found (out). groups: a bit for every 64 counts to look at. Returns how many there are.
    std::size_t (*collect)(std::uint32_t* counts, std::uint64_t groups, std::uint32_t constant,
                           std::uint32_t* keys, std::uint32_t* found);
    // Morton keys to R*2^16 + G*2^8 + B (+ A*2^24).
    void (*numbers_from_keys)(const std::uint32_t* keys, std::size_t n, std::size_t channels,
                              std::uint32_t* numbers);
    void (*embed)(const std::uint32_t* numbers, std::size_t n, std::size_t channels,
                  const Colorimetry* seen, float* const* coordinates);
    // How many runs of keys there are that share the bits above `shift`.
    std::size_t (*count_runs)(const std::uint32_t* keys, std::size_t n, unsigned shift);
    // shifts: of the cells that are nodes, for soft colors and for the rest (cell_shift).
    void (*build_nodes)(CloudView& cloud, const std::uint32_t* keys,
                        const unsigned (*shifts)[kLevels]);
    std::int64_t (*sum_squares)(const CloudView& cloud);
    // Nodes [first, last) of the top level; sums are added to, labels set; either may be null.
    void (*filter_pass)(const CloudView& cloud, std::size_t first, std::size_t last,
                        const float* centers, std::size_t k, Sums* sums, std::uint8_t* labels);
    // For every center with weight: the other one at which merging the two costs least (Ward), and
    // that cost; the center itself when there is no other. centers: k x dims, k <= 256.
    void (*nearest_pairs)(const float* centers, const double* weights, std::size_t k,
                          std::size_t dims, std::int32_t* partners, float* costs);
    void (*find_cut)(const WuPoint* points, std::size_t n, int dims, Cut& cut);
    void (*add_moments)(const CloudView& cloud, const std::uint8_t* labels, const float* centers,
                        Moments& moments);
    // errors[groups[i]] += weight x squared distance to the center labels[i], for every point i.
    void (*add_errors)(const CloudView& cloud, const std::uint8_t* labels, const float* centers,
                       const std::uint8_t* groups, double* errors);
};

// The whole number nearest to value, ties to even, for |value| < 2^22: the same in a lane of any
// vector and in a plain register, with no rounding mode to depend on.
static inline std::int32_t fixed_point(float value) {
    const float shifted = value + 12582912.0f;  // 1.5 x 2^23: the last bit then counts ones
    std::int32_t bits;
    __builtin_memcpy(&bits, &shifted, sizeof bits);
    return bits - 0x4B400000;
}

}  // namespace core::engine
