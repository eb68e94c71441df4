// Shortest path over one row: every offset is a state that is followed from pixel to pixel.
// Vectors have eight lanes for every instruction set, so that the order of all sums and ties is one.
#include "kernels/entries.hpp"
#include "rate_row.hpp"

#include <cstring>

namespace core {
namespace CORE_ISA {

namespace {

constexpr int kEntries = 256;
typedef float F8 __attribute__((vector_size(32)));
typedef std::int32_t I8 __attribute__((vector_size(32)));

static inline F8 all(float value) { return value - F8{}; }
static inline F8 read(const float* from) {
    F8 value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

// Matches at eight offsets: price of the path through each, relative to the best path so far.
template <int Dims>
struct Lanes {
    F8 cost;
    F8 error[Dims];
    I8 length;

    void clear() {
        cost = all(kNever);
        for (int d = 0; d < Dims; ++d) error[d] = F8{};
        length = I8{} + 1;
    }
};

static inline F8 gather(const float* table, I8 index) {
    F8 value;
    for (int i = 0; i < kRateLanes; ++i) value[i] = table[index[i]];
    return value;
}

// One pixel: go on, or start anew from the best path. Returns the price where it may end here.
template <int Dims>
static inline F8 step(Lanes<Dims>& lanes, F8 start, float best, const float* grow, const F8* source,
                      const float* node_error, const float* target, float weight, float spread) {
    const F8 on = lanes.cost - best + gather(grow, lanes.length);
    const I8 fresh = start < on;
    const F8 price = fresh ? start : on;
    lanes.length = fresh ? I8{} + 1 : lanes.length + 1;
    F8 distance{};
    for (int d = 0; d < Dims; ++d) {
        const F8 before = fresh ? all(node_error[d]) : lanes.error[d];
        const F8 error = (target[d] + spread * before) - source[d];
        lanes.error[d] = error;
        distance = distance + error * error;
    }
    lanes.cost = price + weight * distance;
    return lanes.length >= 3 ? lanes.cost : all(kNever);
}

template <int Dims>
void map_row(const RateRow& r) {
    Lanes<Dims> fixed[kMaxGroups];
    Lanes<Dims> found;
    for (int g = 0; g < r.n_groups; ++g) fixed[g].clear();
    found.clear();
    std::uint32_t found_at[kRateLanes] = {};   // ring position of the source's next pixel
    float found_start[kRateLanes];
    std::uint32_t found_offset[kRateLanes] = {};
    for (float& price : found_start) price = kNever;
    // A run, or a literal that may start one, for every entry in the window of the last pixel.
    alignas(32) float run_cost[kEntries];
    alignas(32) float run_error[Dims][kEntries];
    alignas(32) std::int32_t run_length[kEntries] = {};   // 0: only the literal so far
    alignas(32) std::int32_t run_literal[kEntries] = {};  // 1: begins with a literal of its own
    for (float& cost : run_cost) cost = kNever;
    for (int d = 0; d < Dims; ++d)
        for (float& error : run_error[d]) error = 0.0f;
    std::size_t alive_from = 0, alive_to = 0;

    float node_error[Dims] = {};
    int node_label = -1;
    float best = 0.0f;  // price of the best path to the last node, relative to the one before
    // Straight above goes on across the end of the row: the filter bytes match too.
    for (int lane = 0; lane < r.n_groups * kRateLanes; ++lane)
        if (r.continues[lane]) {
            fixed[lane / kRateLanes].cost[lane % kRateLanes] = 0.0f;
            fixed[lane / kRateLanes].length[lane % kRateLanes] = r.continues[lane];
        }

    for (std::size_t x = 0; x < r.width; ++x) {
        const float weight = r.weight[x];
        float target[Dims];
        for (int d = 0; d < Dims; ++d) target[d] = r.target[d][x];

        // Matches.
        F8 low = all(kNever);
        I8 group = I8{};
        for (int g = 0; g < r.n_groups; ++g) {
            const std::ptrdiff_t at = std::ptrdiff_t(x) + r.group_dx[g];
            F8 source[Dims];
            for (int d = 0; d < Dims; ++d) source[d] = read(r.above[r.group_row[g]][d] + at);
            const F8 end = step<Dims>(fixed[g], read(r.start + g * kRateLanes), best, r.grow, source,
                                      node_error, target, weight, r.spread);
            const I8 lower = end < low;
            low = lower ? end : low;
            group = lower ? I8{} + g : group;
        }
        if (r.candidate) {
            const std::uint32_t candidate = r.candidate[x];
            if (candidate != kNoCandidate) {
                const std::uint32_t offset = candidate - std::uint32_t(x);
                int worst = 0;
                bool known = false;
                for (int i = 0; i < kRateLanes; ++i) {
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
            F8 source[Dims];
            for (int i = 0; i < kRateLanes; ++i) {
                const std::size_t label = r.ring[found_at[i]++ & (kRing - 1)];
                for (int d = 0; d < Dims; ++d) source[d][i] = r.palette[d][label];
            }
            const F8 end = step<Dims>(found, read(found_start), best, r.grow, source, node_error,
                                      target, weight, r.spread);
            const I8 lower = end < low;
            low = lower ? end : low;
            group = lower ? I8{} + r.n_groups : group;
        }

        // The best path's last label may start a run.
        if (node_label >= 0) {
            const int l = node_label;
            if (std::size_t(l) < alive_from || std::size_t(l) >= alive_to ||
                r.start_run < run_cost[l] - best + r.grow[run_length[l]]) {
                run_cost[l] = best;
                run_length[l] = 0;
                run_literal[l] = 0;
                for (int d = 0; d < Dims; ++d) run_error[d][l] = node_error[d];
            }
        }

        // The cheapest literal. Entries whose first coordinate alone costs more are passed over.
        float shifted[Dims];
        for (int d = 0; d < Dims; ++d) shifted[d] = target[d] + r.spread * node_error[d];
        const std::size_t guess = r.nearest[x];
        float bound = 0.0f;
        for (int d = 0; d < Dims; ++d) {
            const float difference = shifted[d] - r.palette[d][guess];
            bound += difference * difference;
        }
        bound = weight * bound + r.literal[guess];
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

        F8 literal_low = all(kNever);
        I8 literal_label = I8{};
        F8 run_low = all(kNever);
        I8 run_label = I8{};
        I8 label = I8{0, 1, 2, 3, 4, 5, 6, 7} + std::int32_t(from);
        for (std::size_t j = from; j < to; j += kRateLanes) {
            F8 distance{};
            F8 run_distance{};
            F8 error[Dims], on_error[Dims];
            for (int d = 0; d < Dims; ++d) {
                const F8 entry = read(r.palette[d] + j);
                error[d] = shifted[d] - entry;
                distance = distance + error[d] * error[d];
                on_error[d] = (target[d] + r.spread * read(run_error[d] + j)) - entry;
                run_distance = run_distance + on_error[d] * on_error[d];
            }
            const F8 price = weight * distance + read(r.literal + j);
            const I8 lower = price < literal_low;
            literal_low = lower ? price : literal_low;
            literal_label = lower ? label : literal_label;

            I8 length, literal_first;
            std::memcpy(&length, run_length + j, sizeof length);
            std::memcpy(&literal_first, run_literal + j, sizeof literal_first);
            const F8 on = (read(run_cost + j) - best + gather(r.grow, length)) + weight * run_distance;
            length = length + 1;
            const F8 end = length >= 3 ? on : all(kNever);
            const I8 run_lower = end < run_low;
            run_low = run_lower ? end : run_low;
            run_label = run_lower ? label : run_label;
            // A literal that loses here may still be worth it as the start of a run.
            const I8 fresh = price + r.start_run < on;
            const F8 cost = fresh ? price : on;
            length = fresh ? I8{} : length;
            literal_first = fresh ? I8{} + 1 : literal_first;
            std::memcpy(run_cost + j, &cost, sizeof cost);
            std::memcpy(run_length + j, &length, sizeof length);
            std::memcpy(run_literal + j, &literal_first, sizeof literal_first);
            for (int d = 0; d < Dims; ++d) {
                const F8 kept = fresh ? error[d] : on_error[d];
                std::memcpy(run_error[d] + j, &kept, sizeof kept);
            }
            label = label + kRateLanes;
        }
        float literal_price = bound;
        int literal = int(guess);
        for (int i = 0; i < kRateLanes; ++i)
            if (literal_low[i] < literal_price ||
                (literal_low[i] == literal_price && literal_label[i] < literal)) {
                literal_price = literal_low[i];
                literal = literal_label[i];
            }

        // The best way to reach the next node.
        int lane = -1;
        bool is_run = false;
        float least = literal_price;
        for (int i = 0; i < kRateLanes; ++i)
            if (low[i] < least) {
                least = low[i];
                lane = i;
            }
        for (int i = 0; i < kRateLanes; ++i)
            if (run_low[i] < least) {
                least = run_low[i];
                lane = i;
                is_run = true;
            }
        RateNode& node = r.nodes[x];
        if (lane < 0) {
            node.kind = kLiteral;
            node.length = 1;
            node.source = std::uint32_t(literal);
            node_label = literal;
            for (int d = 0; d < Dims; ++d) node_error[d] = shifted[d] - r.palette[d][literal];
        } else if (is_run) {
            node_label = run_label[lane];
            node.kind = run_literal[node_label] ? kLiteralRun : kRun;
            node.length = std::uint16_t(run_length[node_label]);
            node.source = std::uint32_t(node_label);
            for (int d = 0; d < Dims; ++d) node_error[d] = run_error[d][node_label];
        } else {
            const int g = group[lane];
            if (g < r.n_groups) {
                node.kind = std::uint16_t(kFixed + g * kRateLanes + lane);
                node.length = std::uint16_t(fixed[g].length[lane]);
                node.source = 0;
                node_label =
                    r.labels_above[r.group_row[g]][std::ptrdiff_t(x) + r.group_dx[g] + lane];
                for (int d = 0; d < Dims; ++d) node_error[d] = fixed[g].error[d][lane];
            } else {
                node.kind = std::uint16_t(kFound + lane);
                node.length = std::uint16_t(found.length[lane]);
                node.source = found_at[lane] - 1;
                node_label = r.ring[node.source & (kRing - 1)];
                for (int d = 0; d < Dims; ++d) node_error[d] = found.error[d][lane];
            }
        }
        best = least;
    }
}

}  // namespace

void map_row(const RateRow& row) {
    if (row.dims == 4) return map_row<4>(row);
    return map_row<3>(row);
}

}  // namespace CORE_ISA
}  // namespace core
