// Which prefix codes are used for which part of a picture, and what that costs.
#include "base/log2_exact.hpp"
#include "webp/symbols.hpp"

namespace core::webp {

namespace {

constexpr double kTablePrice = 7;  // bits a prefix code takes for each of its symbols, about
constexpr std::size_t kMostGroups = 64;

// Bits of each symbol if coded by its share; unseen symbols are expensive, but possible.
template <typename Counts, typename Prices>
void price(const Counts& counts, Prices& prices) {
    double total = 0;
    for (std::uint32_t n : counts) total += n + 0.25;
    for (std::size_t i = 0; i < counts.size(); ++i)
        prices[i] = std::uint32_t(kBit * std::min(15.0, std::max(1.0 / 16, log2_exact(total / (counts[i] + 0.25)))));
}

std::uint64_t cost(const Counts& counts, const Counts& prices) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < counts.main.size(); ++i) sum += std::uint64_t{counts.main[i]} * prices.main[i];
    for (std::size_t i = 0; i < kDistances; ++i) sum += std::uint64_t{counts.distance[i]} * prices.distance[i];
    return sum;
}

void add(Counts& sum, const Counts& more) {
    for (std::size_t i = 0; i < sum.main.size(); ++i) sum.main[i] += more.main[i];
    for (std::size_t i = 0; i < kDistances; ++i) sum.distance[i] += more.distance[i];
}

}  // namespace

void count(std::vector<Counts>& tables, const Packed& picture, const Groups& groups,
           const std::vector<Token>& tokens, int cache_bits) {
    const std::vector<std::uint8_t> is_cached = cached(picture, cache_bits);
    for (const Token& token : tokens) {
        Counts& table = tables[groups.at(token.at % picture.width, token.at / picture.width)];
        const std::uint8_t pixel = picture.pixels[token.at];
        if (token.length > 0) {
            ++table.main[kLiterals + symbol_of(token.length).code];
            ++table.distance[symbol_of(distance_number(token.distance, picture.width)).code];
        } else if (is_cached[token.at]) {
            ++table.main[kLiterals + kLengths + cache_place(pixel, cache_bits)];
        } else {
            ++table.main[pixel];
        }
    }
}

std::vector<Prices> prices_of(const std::vector<Counts>& counts, int cache_bits) {
    std::vector<Prices> prices(counts.size(), Counts(cache_bits));
    for (std::size_t g = 0; g < counts.size(); ++g) {
        price(counts[g].main, prices[g].main);
        price(counts[g].distance, prices[g].distance);
    }
    return prices;
}

// Bits of the tokens, by the entropy of their symbols.
double entropy(const std::vector<Counts>& counts) {
    double bits = 0;
    const auto add = [&](const auto& table) {
        double total = 0;
        for (std::uint32_t n : table) total += n;
        if (total > 0)
            for (std::uint32_t n : table)
                if (n > 0) bits += n * log2_exact(total / n) + kTablePrice;
    };
    for (const auto& table : counts) {
        add(table.main);
        add(table.distance);
    }
    return bits;
}

// k-means of the tiles: the distance is the bits of a tile in the prefix codes of a group. Groups are
// added one by one, each starting from the worst-coded tile, as long as the total gets smaller.
Groups cluster(const Packed& picture, const std::vector<Token>& tokens, int cache_bits, int tile_bits) {
    const std::size_t columns = ((picture.width - 1) >> tile_bits) + 1;
    const std::size_t n_tiles = columns * (((picture.height - 1) >> tile_bits) + 1);
    Groups all{tile_bits, columns, {}, n_tiles};
    for (std::size_t t = 0; t < n_tiles; ++t) all.of_tile.push_back(std::uint16_t(t));
    std::vector<Counts> tiles(n_tiles, Counts(cache_bits));
    count(tiles, picture, all, tokens, cache_bits);
    std::vector<std::uint64_t> alone;  // each tile with prefix codes of its own
    const std::vector<Counts> own = prices_of(tiles, cache_bits);
    for (std::size_t t = 0; t < n_tiles; ++t) alone.push_back(cost(tiles[t], own[t]));

    Groups best{tile_bits, columns, std::vector<std::uint16_t>(n_tiles), 1};
    Groups now = best;
    double least = 0;
    for (;;) {
        std::vector<Counts> sums, prices;
        std::vector<std::uint64_t> costs(n_tiles);
        for (int pass = 0; pass < 4; ++pass) {
            sums.assign(now.n, Counts(cache_bits));
            for (std::size_t t = 0; t < n_tiles; ++t) add(sums[now.of_tile[t]], tiles[t]);
            prices = prices_of(sums, cache_bits);
            for (std::size_t t = 0; t < n_tiles; ++t) {
                costs[t] = ~std::uint64_t{0};
                for (std::size_t g = 0; g < now.n; ++g) {
                    const std::uint64_t c = cost(tiles[t], prices[g]);
                    if (c < costs[t]) {
                        costs[t] = c;
                        now.of_tile[t] = std::uint16_t(g);
                    }
                }
            }
        }
        sums.assign(now.n, Counts(cache_bits));
        std::vector<std::uint32_t> members(now.n);
        for (std::size_t t = 0; t < n_tiles; ++t) {
            add(sums[now.of_tile[t]], tiles[t]);
            ++members[now.of_tile[t]];
        }
        double total = entropy(sums);
        for (std::uint32_t m : members)
            if (m > 0) total += m * log2_exact(double(n_tiles) / m);
        if (now.n == 1 || total < least) {
            least = total;
            best = now;
        } else if (now.n >= best.n + 3) {
            break;
        }
        if (now.n == std::min(n_tiles, kMostGroups)) break;
        std::size_t worst = 0;
        std::uint64_t most = 0;
        for (std::size_t t = 0; t < n_tiles; ++t) {
            const std::uint64_t excess = costs[t] - std::min(costs[t], alone[t]);
            if (excess > most) {
                most = excess;
                worst = t;
            }
        }
        now.of_tile[worst] = std::uint16_t(now.n++);
    }
    return best;
}

}  // namespace core::webp
