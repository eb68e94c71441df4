// The best cut of a box of points (see wu.hpp).
#include "kernels/engine_entries.hpp"

namespace core {
namespace CORE_ISA {

namespace {

// x, y, z (, t) sums and the weight, summed in the order of the points in every lane.
typedef double Stats __attribute__((vector_size(8 * sizeof(double))));
typedef double Stats3 __attribute__((vector_size(4 * sizeof(double))));

template <int Dims>
struct StatsOf {
    typedef Stats Type;
};
template <>
struct StatsOf<3> {
    typedef Stats3 Type;
};

// What one center at the mean saves over one at the origin.
template <int Dims>
inline double saved(const typename StatsOf<Dims>::Type& stats) {
    double squares = 0;
    for (int d = 0; d < Dims; ++d) squares += stats[d] * stats[d];
    return squares / stats[Dims];
}

template <int Dims>
void find_cut_of(const WuPoint* points, std::size_t n, Cut& cut) {
    typedef typename StatsOf<Dims>::Type Type;
    float low[Dims];
    float high[Dims];
    for (int d = 0; d < Dims; ++d) low[d] = high[d] = points[0].at[d];
    for (std::size_t i = 0; i < n; ++i)
        for (int d = 0; d < Dims; ++d) {
            low[d] = points[i].at[d] < low[d] ? points[i].at[d] : low[d];
            high[d] = points[i].at[d] > high[d] ? points[i].at[d] : high[d];
        }
    float steps[Dims];  // bins per unit
    for (int d = 0; d < Dims; ++d)
        steps[d] = high[d] > low[d] ? float(kWuBins) / (high[d] - low[d]) : 0;
    Type bins[Dims][kWuBins] = {};
    Type whole{};
    for (std::size_t i = 0; i < n; ++i) {
        Type stats{};
        const double weight = double(points[i].weight);
        for (int d = 0; d < Dims; ++d) stats[d] = weight * double(points[i].at[d]);
        stats[Dims] = weight;
        whole += stats;
        for (int d = 0; d < Dims; ++d)
            bins[d][wu_bin(points[i].at[d], low[d], steps[d])] += stats;
    }
    cut.weight = whole[Dims];
    for (int d = 0; d < Dims; ++d) cut.sum[d] = whole[d];
    cut.gain = 0;
    cut.axis = 0;
    if (!(whole[Dims] > 0)) return;
    const double together = saved<Dims>(whole);
    for (int d = 0; d < Dims; ++d) {
        Type left{};
        for (int b = 0; b + 1 < kWuBins; ++b) {
            if (!(bins[d][b][Dims] > 0)) continue;
            left += bins[d][b];
            const Type right = whole - left;
            if (!(right[Dims] > 0)) break;
            const double gain = saved<Dims>(left) + saved<Dims>(right) - together;
            if (gain > cut.gain) {
                cut.gain = gain;
                cut.axis = d;
                cut.last_bin = b;
                cut.low = low[d];
                cut.step = steps[d];
            }
        }
    }
}

}  // namespace

void find_cut(const WuPoint* points, std::size_t n, int dims, Cut& cut) {
    if (dims == 3)
        find_cut_of<3>(points, n, cut);
    else
        find_cut_of<4>(points, n, cut);
}

}  // namespace CORE_ISA
}  // namespace core
