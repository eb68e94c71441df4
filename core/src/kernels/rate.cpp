// Shortest path over one row: every offset is a state that is followed from pixel to pixel.
// Lanes meet only in Cheapest, where ties go to the lowest number: vectors of any width choose alike.
#include "kernels/entries.hpp"
#include "kernels/vector.hpp"
#include "rate/row.hpp"

#include <cstring>

namespace core {
namespace CORE_ISA {

using namespace rate;

namespace {

constexpr int kEntries = 256;
// Of six coordinates, errors of the second half count but are not passed on.
constexpr int carried(int dims) { return dims > 4 ? dims / 2 : dims; }
static_assert(kRateLanes % kLanes == 0, "groups are whole vectors");

// Prices of one more pixel by the length so far; from the last length on they are equal.
struct Growth {
#if defined(__AVX512F__)
    __m512 table;
    explicit Growth(const float* prices) { std::memcpy(&table, prices, sizeof table); }
    // With a mask that keeps all: GCC 12 takes what the plain one leaves undefined for a mistake.
    F32 operator()(I32 length) const {
        return (F32)_mm512_maskz_permutexvar_ps(__mmask16(~0u), (__m512i)length, table);
    }
#elif defined(__AVX2__)
    __m256 low, high;
    explicit Growth(const float* prices) {
        std::memcpy(&low, prices, sizeof low);
        std::memcpy(&high, prices + 8, sizeof high);
    }
    F32 operator()(I32 length) const {
        const __m256i index = (__m256i)length;
        return (F32)_mm256_blendv_ps(_mm256_permutevar8x32_ps(low, index),
                                     _mm256_permutevar8x32_ps(high, index),
                                     (__m256)_mm256_slli_epi32(index, 28));
    }
#else
    const float* table;
    explicit Growth(const float* prices) : table(prices) {}
    F32 operator()(I32 length) const {
        F32 price;
        for (int i = 0; i < kLanes; ++i) price[i] = table[length[i]];
        return price;
    }
#endif
};

// Matches at many offsets: price of the path through each, relative to the best path so far.
template <int Dims, int N>
struct Lanes {
    alignas(64) float cost[N];
    alignas(64) float error[carried(Dims)][N];
    alignas(64) std::int32_t length[N];

    void clear(int n) {
        for (int i = 0; i < n; ++i) {
            cost[i] = kNever;
            length[i] = 1;
            for (auto& of : error) of[i] = 0.0f;
        }
    }
};

// One pixel, at the lanes from `at`: go on, or start anew from the best path. Returns the price where the match may end here.
// The cost of an error: its square, and more if it is large, because such pixels are visible singly.
static inline F32 felt(F32 squared, float outlier) { return squared + outlier * (squared * squared); }

template <int Dims, int N>
static inline F32 step(Lanes<Dims, N>& lanes, int at, F32 start, float best, const Growth& grow,
                       const F32* source, const float* node_error, const float* target,
                       float weight, float spread, float outlier, int shortest, float forget) {
    const I32 before = load(lanes.length + at);
    const F32 on = load(lanes.cost + at) - best + grow(before < kLastPriced ? before : splat(kLastPriced));
    const I32 fresh = start < on;
    const F32 price = fresh ? start : on;
    const I32 length = fresh ? splat(1) : before + 1;
    store(lanes.length + at, length);
    F32 distance{};
    for (int d = 0; d < Dims; ++d) {
        if (d >= carried(Dims)) {
            const F32 error = target[d] - source[d];
            distance = distance + error * error;
            continue;
        }
        const F32 last = fresh ? splat(node_error[d]) : load(lanes.error[d] + at);
        const F32 taken = spread * last;
        const F32 error = (target[d] + taken) - source[d];
        store(lanes.error[d] + at, d == 0 ? error - forget * taken : error);
        distance = distance + error * error;
    }
    const F32 cost = price + weight * felt(distance, outlier);
    store(lanes.cost + at, cost);
    return length >= splat(shortest) ? cost : splat(kNever);
}

inline float price_of(const float* prices, std::int32_t length) {
    return prices[length < kLastPriced ? length : kLastPriced];
}

// The cheapest of all lanes; of equals the one with the lowest number, whatever the vector's width.
struct Cheapest {
    F32 price = splat(kNever);
    I32 number = splat(0);

    void offer(F32 other, I32 number_of_other) {
        const I32 lower = other < price;
        price = lower ? other : price;
        number = lower ? number_of_other : number;
    }
    // Whether one costs less than `limit`; then limit becomes its price, and found its number.
    bool below(float& limit, int& found) const {
        const F32 low = spread_least(price);
        if (!(low[0] < limit)) return false;
        limit = low[0];
        found = least(price == low ? number : splat(0x7fffffff));
        return true;
    }

private:
    static F32 spread_least(F32 lanes) {
        for (int step = kLanes / 2; step > 0; step /= 2) {
            const F32 other = swapped(lanes, step);
            lanes = other < lanes ? other : lanes;
        }
        return lanes;
    }
};

template <int Dims>
void map_row(const RateRow& r) {
    Lanes<Dims, kMaxGroups * kRateLanes> fixed;
    Lanes<Dims, kRateLanes> found;
    const int n_fixed = r.n_groups * kRateLanes;
    fixed.clear(n_fixed);
    found.clear(kRateLanes);
    std::uint32_t found_at[kFoundLanes] = {};   // ring position of the source's next pixel
    alignas(64) float found_start[kRateLanes];
    std::uint32_t found_offset[kFoundLanes] = {};
    alignas(64) float found_source[Dims][kRateLanes];
    for (float& price : found_start) price = kNever;
    for (int d = 0; d < Dims; ++d)
        for (float& place : found_source[d]) place = kNowhere;
    // A run, or a literal that may start one, for every entry in the window of the last pixel.
    alignas(64) float run_cost[kEntries];
    alignas(64) float run_error[carried(Dims)][kEntries];
    alignas(64) std::int32_t run_length[kEntries] = {};   // 0: only the literal so far
    alignas(64) std::int32_t run_literal[kEntries] = {};  // 1: begins with a literal of its own
    for (float& cost : run_cost) cost = kNever;
    for (auto& errors : run_error)
        for (float& error : errors) error = 0.0f;
    std::size_t alive_from = 0, alive_to = 0;

    const Growth grow(r.grow);
    float node_error[carried(Dims)] = {};
    int node_label = r.last_label;
    float best = 0.0f;  // price of the best path to the last node, relative to the one before
    // What goes on across the end of the row.
    for (int lane = 0; lane < n_fixed; ++lane)
        if (r.continues[lane]) {
            fixed.cost[lane] = 0.0f;
            fixed.length[lane] = r.continues[lane];
        }
    if (r.found_length) {
        found.cost[0] = 0.0f;
        found.length[0] = r.found_length;
        found_at[0] = found_offset[0] = r.found_continues;
        found_start[0] = r.found_start;
    }
    if (r.run_continues) {
        run_cost[node_label] = 0.0f;
        run_length[node_label] = r.run_continues;
        alive_from = std::size_t(node_label) / kRateLanes * kRateLanes;
        alive_to = alive_from + kRateLanes;
    }

    for (std::size_t x = 0; x < r.width; ++x) {
        const float weight = r.weight[x];
        const float spread = r.spread[x];
        float target[Dims];
        for (int d = 0; d < Dims; ++d) target[d] = r.target[d][x];

        // Matches.
        Cheapest match;
        for (int g = 0; g < r.n_groups; ++g) {
            const float* from[Dims];
            for (int d = 0; d < Dims; ++d)
                from[d] = r.above[r.group_row[g]][d] + (std::ptrdiff_t(x) + r.group_dx[g]);
            for (int v = 0; v < kRateLanes; v += kLanes) {
                const int at = g * kRateLanes + v;
                F32 source[Dims];
                for (int d = 0; d < Dims; ++d) source[d] = load(from[d] + v);
                const F32 end = step(fixed, at, load(r.start + at), best, grow, source, node_error,
                                     target, weight, spread, r.outlier, r.shortest, r.forget);
                match.offer(end, lane_numbers() + at);
            }
        }
        if (r.candidate) {
            const std::uint32_t candidate = r.candidate[x];
            if (candidate != kNoCandidate) {
                const std::uint32_t offset = candidate - std::uint32_t(x);
                int worst = 0;
                bool known = false;
                for (int i = 0; i < kFoundLanes; ++i) {
                    known = known || (found_start[i] < kNever && found_offset[i] == offset);
                    if (found.cost[i] > found.cost[worst]) worst = i;
                }
                if (!known) {
                    found.cost[worst] = kNever;
                    found_offset[worst] = offset;
                    found_at[worst] = candidate;
                    found_start[worst] = r.candidate_start[x];
                }
            }
            for (int i = 0; i < kFoundLanes; ++i) {
                const std::size_t label = r.ring[found_at[i]++ & r.ring_mask];
                for (int d = 0; d < Dims; ++d) found_source[d][i] = r.palette[d][label];
            }
            for (int at = 0; at < kFoundLanes; at += kLanes) {
                F32 source[Dims];
                for (int d = 0; d < Dims; ++d) source[d] = load(found_source[d] + at);
                const F32 end = step(found, at, load(found_start + at), best, grow, source,
                                     node_error, target, weight, spread, r.outlier, r.shortest, r.forget);
                match.offer(end, lane_numbers() + (n_fixed + at));
            }
        }

        // The best path's last label may start a run.
        if (node_label >= 0) {
            const int l = node_label;
            if (std::size_t(l) < alive_from || std::size_t(l) >= alive_to ||
                r.start_run < run_cost[l] - best + price_of(r.grow, run_length[l])) {
                run_cost[l] = best;
                run_length[l] = 0;
                run_literal[l] = 0;
                for (int d = 0; d < carried(Dims); ++d) run_error[d][l] = node_error[d];
            }
        }

        // The cheapest literal. Entries whose first coordinate alone costs more are passed over.
        float shifted[Dims];
        for (int d = 0; d < Dims; ++d)
            shifted[d] = d < carried(Dims) ? target[d] + spread * node_error[d] : target[d];
        const float forgotten = r.forget * (spread * node_error[0]);
        const std::size_t guess = r.nearest[x];
        float bound = 0.0f;
        for (int d = 0; d < Dims; ++d) {
            const float difference = shifted[d] - r.palette[d][guess];
            bound += difference * difference;
        }
        bound = weight * (bound + r.outlier * (bound * bound)) + r.literal[guess];
        const float radius =
            __builtin_sqrtf((bound - r.literal_least) / weight) * 1.001f + 0.01f;
        float first = (shifted[0] - radius - r.bucket_origin) * r.bucket_scale - 1.0f;
        float last = (shifted[0] + radius - r.bucket_origin) * r.bucket_scale + 2.0f;
        first = first < 0.0f ? 0.0f : first > 257.0f ? 257.0f : first;
        last = last < 0.0f ? 0.0f : last > 257.0f ? 257.0f : last;
        const std::size_t from = r.bucket[int(first)] / kRateLanes * kRateLanes;
        const std::size_t to =
            (r.bucket[int(last)] + std::size_t(kRateLanes) - 1) / kRateLanes * kRateLanes;
        // Runs of entries that fell out of the window end.
        for (std::size_t j = alive_from; j < alive_to; ++j)
            if (j < from || j >= to) run_cost[j] = kNever;
        alive_from = from;
        alive_to = to;

        Cheapest literals, runs;
        I32 label = lane_numbers() + std::int32_t(from);
        for (std::size_t j = from; j < to; j += kLanes) {
            F32 distance{};
            F32 run_distance{};
            F32 error[carried(Dims)], on_error[carried(Dims)];
            for (int d = 0; d < Dims; ++d) {
                const F32 entry = load(r.palette[d] + j);
                if (d >= carried(Dims)) {
                    const F32 off = target[d] - entry;
                    distance = distance + off * off;
                    run_distance = run_distance + off * off;
                    continue;
                }
                error[d] = shifted[d] - entry;
                distance = distance + error[d] * error[d];
                const F32 taken = spread * load(run_error[d] + j);
                on_error[d] = (target[d] + taken) - entry;
                run_distance = run_distance + on_error[d] * on_error[d];
                if (d == 0) {
                    error[d] = error[d] - forgotten;
                    on_error[d] = on_error[d] - r.forget * taken;
                }
            }
            const F32 price = weight * felt(distance, r.outlier) + load(r.literal + j);
            literals.offer(price, label);

            I32 length = load(run_length + j);
            I32 literal_first = load(run_literal + j);
            const F32 on =
                (load(run_cost + j) - best + grow(length < kLastPriced ? length : splat(kLastPriced))) +
                weight * felt(run_distance, r.outlier);
            length = length + 1;
            runs.offer(length >= splat(r.shortest) ? on : splat(kNever), label);
            // A literal that loses here may still be worth it as the start of a run.
            const I32 fresh = price + r.start_run < on;
            store(run_cost + j, fresh ? price : on);
            store(run_length + j, fresh ? splat(0) : length);
            store(run_literal + j, fresh ? splat(1) : literal_first);
            for (int d = 0; d < carried(Dims); ++d)
                store(run_error[d] + j, fresh ? error[d] : on_error[d]);
            label = label + kLanes;
        }
        float least_price = bound;
        int literal = int(guess);
        literals.below(least_price, literal);

        // The best way to reach the next node.
        int lane = -1, run = -1;
        match.below(least_price, lane);
        runs.below(least_price, run);
        RateNode& node = r.nodes[x];
        if (run >= 0) {
            node_label = run;
            node.kind = run_literal[run] ? kLiteralRun : kRun;
            node.length = std::uint32_t(run_length[run]);
            node.source = std::uint32_t(run);
            for (int d = 0; d < carried(Dims); ++d) node_error[d] = run_error[d][run];
        } else if (lane < 0) {
            node.kind = kLiteral;
            node.length = 1;
            node.source = std::uint32_t(literal);
            node_label = literal;
            for (int d = 0; d < carried(Dims); ++d) node_error[d] = shifted[d] - r.palette[d][literal];
            node_error[0] -= forgotten;
        } else if (lane < n_fixed) {
            const int g = lane / kRateLanes;
            node.kind = std::uint32_t(kFixed + lane);
            node.length = std::uint32_t(fixed.length[lane]);
            node.source = 0;
            node_label = r.labels_above[r.group_row[g]][std::ptrdiff_t(x) + r.group_dx[g] +
                                                        lane % kRateLanes];
            for (int d = 0; d < carried(Dims); ++d) node_error[d] = fixed.error[d][lane];
        } else {
            lane -= n_fixed;
            node.kind = std::uint32_t(kFound + lane);
            node.length = std::uint32_t(found.length[lane]);
            node.source = found_at[lane] - 1;
            node_label = r.ring[node.source & r.ring_mask];
            for (int d = 0; d < carried(Dims); ++d) node_error[d] = found.error[d][lane];
        }
        best = least_price;
    }
}

}  // namespace

void map_row(const RateRow& row) {
    switch (row.dims) {
        case 6: return map_row<6>(row);
        case 4: return map_row<4>(row);
        default: return map_row<3>(row);
    }
}

}  // namespace CORE_ISA
}  // namespace core
