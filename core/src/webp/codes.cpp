#include "webp/codes.hpp"

#include <algorithm>
#include <functional>
#include <queue>

namespace core::webp {

namespace {

// Lengths of a prefix code of at most this many bits (Huffman 1952). If it gets too deep, rare symbols
// are treated as more frequent than they are.
std::vector<std::uint8_t> code_lengths(const std::vector<std::uint32_t>& counts, unsigned deepest) {
    std::vector<std::uint8_t> lengths(counts.size());
    for (std::uint64_t least = 1;; least *= 2) {
        struct Node {
            std::uint64_t count;
            int left, right;
        };
        std::vector<Node> nodes;
        std::vector<std::size_t> symbols;
        using Entry = std::pair<std::uint64_t, int>;
        std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> open;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            if (counts[i] == 0) continue;
            symbols.push_back(i);
            open.push({std::max<std::uint64_t>(counts[i], least), int(nodes.size())});
            nodes.push_back({std::max<std::uint64_t>(counts[i], least), -1, -1});
        }
        if (symbols.size() < 2) {
            for (std::size_t i : symbols) lengths[i] = 1;
            return lengths;
        }
        while (open.size() > 1) {
            const Entry a = open.top();
            open.pop();
            const Entry b = open.top();
            open.pop();
            open.push({a.first + b.first, int(nodes.size())});
            nodes.push_back({a.first + b.first, a.second, b.second});
        }
        std::vector<unsigned> depth(nodes.size(), 0);
        unsigned most = 0;
        for (std::size_t i = nodes.size(); i-- > 0;) {
            if (nodes[i].left < 0) {
                lengths[symbols[i]] = std::uint8_t(depth[i]);
                most = std::max(most, depth[i]);
            } else {
                depth[std::size_t(nodes[i].left)] = depth[std::size_t(nodes[i].right)] = depth[i] + 1;
            }
        }
        if (most <= deepest) return lengths;
    }
}

}  // namespace

Code put_code(Bits& bits, const std::vector<std::uint32_t>& counts) {
    std::vector<std::uint8_t> lengths = code_lengths(counts, 15);
    std::vector<std::size_t> used;
    for (std::size_t i = 0; i < lengths.size(); ++i)
        if (lengths[i] > 0) used.push_back(i);
    if (used.empty()) {
        used.push_back(0);
        lengths[0] = 1;
    }
    if (used.size() <= 2 && used.back() < 256) {
        bits.put(1, 1);
        bits.put(std::uint32_t(used.size() - 1), 1);
        const bool is_long = used[0] > 1;
        bits.put(is_long, 1);
        bits.put(std::uint32_t(used[0]), is_long ? 8 : 1);
        if (used.size() == 2) bits.put(std::uint32_t(used[1]), 8);
        return Code(std::move(lengths));
    }
    // Runs of lengths: 16 repeats the last that is not 0 three to six times, 17 and 18 are zeros.
    struct Step {
        std::uint8_t symbol, extra, extra_bits;
    };
    std::vector<Step> steps;
    std::size_t end = lengths.size();
    while (end > 0 && lengths[end - 1] == 0) --end;
    std::uint8_t before = 8;
    for (std::size_t i = 0; i < end;) {
        std::size_t n = 1;
        while (i + n < end && lengths[i + n] == lengths[i]) ++n;
        const std::uint8_t length = lengths[i];
        i += n;
        if (length == 0) {
            while (n >= 11) {
                const std::size_t m = std::min<std::size_t>(n, 138);
                steps.push_back({18, std::uint8_t(m - 11), 7});
                n -= m;
            }
            if (n >= 3) {
                steps.push_back({17, std::uint8_t(n - 3), 3});
                n = 0;
            }
        } else {
            if (length != before) {
                steps.push_back({length, 0, 0});
                before = length;
                --n;
            }
            while (n >= 3) {
                const std::size_t m = std::min<std::size_t>(n, 6);
                steps.push_back({16, std::uint8_t(m - 3), 2});
                n -= m;
            }
        }
        for (; n > 0; --n) steps.push_back({length, 0, 0});
    }
    std::vector<std::uint32_t> step_counts(19);
    for (const Step& step : steps) ++step_counts[step.symbol];
    const Code code(code_lengths(step_counts, 7));
    static constexpr std::size_t kOrder[19] = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    std::size_t n_lengths = 19;
    while (n_lengths > 4 && code.lengths[kOrder[n_lengths - 1]] == 0) --n_lengths;
    bits.put(0, 1);
    bits.put(std::uint32_t(n_lengths - 4), 4);
    for (std::size_t i = 0; i < n_lengths; ++i) bits.put(code.lengths[kOrder[i]], 3);
    if (end == lengths.size()) {
        bits.put(0, 1);  // as many steps as there are
    } else {
        const std::uint32_t n = std::uint32_t(steps.size() - 2);
        unsigned pairs = 1;
        while (n >> (2 * pairs)) ++pairs;
        bits.put(1, 1);
        bits.put(pairs - 1, 3);
        bits.put(n, 2 * pairs);
    }
    for (const Step& step : steps) {
        code.put(bits, step.symbol);
        bits.put(step.extra, step.extra_bits);
    }
    return Code(std::move(lengths));
}

}  // namespace core::webp
