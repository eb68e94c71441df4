// The cheapest way to code a picture of indices, by dynamic programming from its end: at every pixel
// the price of the rest is known for every possible next token.
#include "webp/symbols.hpp"



namespace core::webp {

namespace {

constexpr std::size_t kGroup = 16;         // neighboring distances that are followed together
constexpr std::uint16_t kLong = 48;        // no other source is searched for a copy of this length
constexpr std::uint32_t kNone = 0xffffffffu;

// The lengths worth a try: each that is short, then the longest of every code.
constexpr std::uint16_t kTried[] = {1,   2,   3,   4,   5,   6,   7,    8,    9,    10,   11,   12,   16,  24,
                                    32,  48,  64,  96,  128, 192, 256,  384,  512,  768,  1024, 1536, 2048, 3072,
                                    4096, 0xffff};

std::uint32_t hash(const std::uint8_t* p) {
    return (std::uint32_t(p[0]) | std::uint32_t(p[1]) << 8 | std::uint32_t(p[2]) << 16) * 2654435761u >> 16;
}

}  // namespace

std::vector<std::uint8_t> cached(const Packed& picture, int cache_bits) {
    std::vector<std::uint8_t> is_cached(picture.pixels.size());
    if (cache_bits == 0) return is_cached;
    std::vector<int> cache(std::size_t{1} << cache_bits, -1);
    for (std::size_t i = 0; i < is_cached.size(); ++i) {
        const std::uint8_t pixel = picture.pixels[i];
        int& place = cache[cache_place(pixel, cache_bits)];
        is_cached[i] = place == pixel;
        place = pixel;
    }
    return is_cached;
}

std::vector<Token> parse(const Packed& picture, const Groups& groups,
                         const std::vector<Prices>& prices, int cache_bits, std::size_t chain) {
    const std::size_t n = picture.pixels.size(), width = picture.width;
    const std::uint8_t* const pixels = picture.pixels.data();
    const std::vector<std::uint8_t> is_cached = cached(picture, cache_bits);

    // Distances that are followed everywhere: nearby in this row and the eight above. The chain finds
    // farther ones.
    std::vector<std::size_t> first{kGroup};  // of each group, the largest distance
    for (std::size_t row = 1; row <= 8; ++row) {
        const std::size_t reach = row == 1 ? 2 : 1;
        for (std::size_t g = 0; g < reach; ++g) {
            const std::size_t left = reach * kGroup / 2 - g * kGroup;
            const std::ptrdiff_t most = std::ptrdiff_t(row * width + left);
            if (most >= std::ptrdiff_t(kGroup) && std::size_t(most) <= kFarthest) first.push_back(std::size_t(most));
        }
    }
    const std::size_t n_fixed = first.size() * kGroup;
    std::vector<std::uint16_t> run(n_fixed);  // length of the copy that begins here
    struct Fixed {
        std::uint32_t price;
        std::uint32_t distance;
        std::uint32_t lane;
    };
    std::vector<std::vector<Fixed>> order(groups.n);
    std::vector<std::array<std::uint32_t, kLongest + 1>> length_price(groups.n);
    const auto distance_price = [&](std::size_t g, std::size_t distance) {
        const Symbol s = symbol_of(distance_number(distance, width));
        return prices[g].distance[s.code] + s.extra_bits * kBit;
    };
    for (std::size_t g = 0; g < groups.n; ++g) {
        for (std::size_t lane = 0; lane < n_fixed; ++lane) {
            const std::size_t distance = first[lane / kGroup] - lane % kGroup;
            order[g].push_back({distance_price(g, distance), std::uint32_t(distance), std::uint32_t(lane)});
        }
        std::stable_sort(order[g].begin(), order[g].end(),
                         [](const Fixed& a, const Fixed& b) { return a.price < b.price; });
        for (std::size_t l = 1; l <= kLongest; ++l) {
            const Symbol s = symbol_of(l);
            length_price[g][l] = prices[g].main[kLiterals + s.code] + s.extra_bits * kBit;
        }
    }
    std::vector<std::uint32_t> earlier(n, kNone);  // the last place with the same three pixels
    {
        std::vector<std::uint32_t> table(std::size_t{1} << 16, kNone);
        for (std::size_t i = 0; i + 2 < n; ++i) {
            std::uint32_t& entry = table[hash(pixels + i)];
            earlier[i] = entry;
            entry = std::uint32_t(i);
        }
    }

    std::vector<std::uint64_t> cost(n + 1);
    std::vector<std::uint16_t> chosen_length(n);
    std::vector<std::uint32_t> chosen_distance(n);
    for (std::size_t i = n; i-- > 0;) {
        const std::size_t g = groups.at(i % width, i / width);
        const Prices& price = prices[g];
        const std::uint8_t pixel = pixels[i];
        std::uint64_t best = cost[i + 1] + (is_cached[i] ? price.main[kLiterals + kLengths + cache_place(pixel, cache_bits)]
                                                         : price.main[pixel]);
        std::uint16_t best_length = 0;
        std::uint32_t best_distance = 0;
        std::uint16_t longest = 0;
        for (std::size_t group = 0; group < first.size(); ++group) {
            std::uint16_t* const length = run.data() + group * kGroup;
            if (i >= first[group]) {
                const std::uint8_t* const source = pixels + (i - first[group]);
                for (std::size_t lane = 0; lane < kGroup; ++lane) {
                    const std::uint16_t grown = std::uint16_t(length[lane] + (length[lane] < kLongest));
                    length[lane] = source[lane] == pixel ? grown : std::uint16_t(0);
                    longest = std::max(longest, length[lane]);
                }
            } else {
                for (std::size_t lane = 0; lane < kGroup; ++lane) {
                    const std::size_t distance = first[group] - lane;
                    const std::uint16_t grown = std::uint16_t(length[lane] + (length[lane] < kLongest));
                    length[lane] = i >= distance && pixels[i - distance] == pixel ? grown : std::uint16_t(0);
                    longest = std::max(longest, length[lane]);
                }
            }
        }
        const auto& by_length = length_price[g];
        const auto offer = [&](std::size_t length, std::uint32_t start, std::uint32_t distance) {
            const std::uint64_t price_of = cost[i + length] + start + by_length[length];
            if (price_of < best) {
                best = price_of;
                best_length = std::uint16_t(length);
                best_distance = distance;
            }
        };
        std::uint16_t covered = 0;
        std::size_t next = 0;  // the first length tried that is not covered
        const auto cover = [&](std::uint16_t length, std::uint32_t start, std::uint32_t distance) {
            for (; kTried[next] < length; ++next) offer(kTried[next], start, distance);
            if (kTried[next] == length) ++next;
            offer(length, start, distance);
            covered = length;
        };
        if (longest > 0)
            for (const Fixed& fixed : order[g]) {
                const std::uint16_t length = run[fixed.lane];
                if (length <= covered) continue;
                cover(length, fixed.price, fixed.distance);
                if (covered == longest) break;
            }
        std::uint32_t at = covered < kLong && i + 2 < n ? earlier[i] : kNone;
        for (std::size_t step = 0; step < chain && at != kNone && i - at <= kFarthest; ++step, at = earlier[at]) {
            const std::size_t most = std::min(kLongest, n - i);
            if (covered > 0 && (covered >= most || pixels[at + covered] != pixels[i + covered])) continue;
            std::size_t length = 0;
            while (length < most && pixels[at + length] == pixels[i + length]) ++length;
            if (length <= covered) continue;
            const std::uint32_t distance = std::uint32_t(i) - at;
            cover(std::uint16_t(length), distance_price(g, distance), distance);
        }
        cost[i] = best;
        chosen_length[i] = best_length;
        chosen_distance[i] = best_distance;
    }

    std::vector<Token> tokens;
    for (std::size_t i = 0; i < n; i += std::max<std::size_t>(1, chosen_length[i]))
        tokens.push_back({std::uint32_t(i), chosen_length[i], chosen_distance[i]});
    return tokens;
}

}  // namespace core::webp
