#include "webp/webp.hpp"

#include "base/log2_exact.hpp"
#include "webp/codes.hpp"
#include "webp/symbols.hpp"

namespace core::webp {

namespace {

constexpr std::size_t kTiles = 600;  // at most so many tiles choose their group; 150 and 1200: within 1 %
constexpr int kMostCacheBits = 8;

// An image of few pixels, each a literal: the palette, the groups of tiles.
void put_small(Bits& bits, const std::vector<std::uint32_t>& argb) {
    bits.put(0, 1);  // no color cache
    static constexpr unsigned kShift[4] = {8, 16, 0, 24};  // green, red, blue, alpha
    std::vector<Code> codes;
    for (unsigned channel = 0; channel < 4; ++channel) {
        std::vector<std::uint32_t> counts(channel == 0 ? kLiterals + kLengths : kLiterals);
        for (std::uint32_t pixel : argb) ++counts[(pixel >> kShift[channel]) & 255];
        codes.push_back(put_code(bits, counts));
    }
    put_code(bits, std::vector<std::uint32_t>(kDistances));
    for (std::uint32_t pixel : argb)
        for (unsigned channel = 0; channel < 4; ++channel) codes[channel].put(bits, (pixel >> kShift[channel]) & 255);
}

std::vector<std::uint8_t> write(const Packed& picture, std::size_t width, std::size_t height, const Groups& groups,
                                const std::vector<Token>& tokens, int cache_bits,
                                const std::vector<std::uint32_t>& colors) {
    Bits bits;
    bits.put(0x2f, 8);
    bits.put(std::uint32_t(width - 1), 14);
    bits.put(std::uint32_t(height - 1), 14);
    bool has_alpha = false;
    for (std::uint32_t color : colors) has_alpha = has_alpha || color >> 24 != 255;
    bits.put(has_alpha, 1);
    bits.put(0, 3);
    bits.put(1, 1);  // the palette
    bits.put(3, 2);
    bits.put(std::uint32_t(colors.size() - 1), 8);
    std::vector<std::uint32_t> differences;
    std::uint32_t before = 0;
    for (std::uint32_t color : colors) {
        std::uint32_t difference = 0;
        for (unsigned shift = 0; shift < 32; shift += 8)
            difference |= (((color >> shift) - (before >> shift)) & 255u) << shift;
        differences.push_back(difference);
        before = color;
    }
    put_small(bits, differences);
    bits.put(0, 1);  // nothing else
    bits.put(cache_bits > 0, 1);
    if (cache_bits > 0) bits.put(std::uint32_t(cache_bits), 4);
    bits.put(groups.n > 1, 1);
    if (groups.n > 1) {
        bits.put(std::uint32_t(groups.tile_bits - 2), 3);
        std::vector<std::uint32_t> argb;
        for (std::uint16_t group : groups.of_tile) argb.push_back(0xff000000u | std::uint32_t(group) << 8);
        put_small(bits, argb);
    }
    std::vector<Counts> counts(groups.n, Counts(cache_bits));
    count(counts, picture, groups, tokens, cache_bits);
    std::vector<Code> main, distance;
    for (const Counts& table : counts) {
        main.push_back(put_code(bits, table.main));
        for (std::uint32_t one : {0u, 0u, 255u}) {
            bits.put(1, 1);
            bits.put(0, 1);
            bits.put(one > 1, 1);
            bits.put(one, one > 1 ? 8 : 1);
        }
        distance.push_back(put_code(bits, {table.distance.begin(), table.distance.end()}));
    }
    const std::vector<std::uint8_t> is_cached = cached(picture, cache_bits);
    for (const Token& token : tokens) {
        const std::size_t g = groups.at(token.at % picture.width, token.at / picture.width);
        const std::uint8_t pixel = picture.pixels[token.at];
        if (token.length > 0) {
            const Symbol length = symbol_of(token.length);
            main[g].put(bits, kLiterals + length.code);
            bits.put(length.extra, length.extra_bits);
            const Symbol far = symbol_of(distance_number(token.distance, picture.width));
            distance[g].put(bits, far.code);
            bits.put(far.extra, far.extra_bits);
        } else if (is_cached[token.at]) {
            main[g].put(bits, kLiterals + kLengths + cache_place(pixel, cache_bits));
        } else {
            main[g].put(bits, pixel);
        }
    }
    return bits.finish();
}

// Order the colors of a palette so that each is near the one before: they are coded as differences.
std::vector<std::size_t> near_order(Span<const std::uint32_t> colors) {
    std::vector<std::size_t> order;
    std::vector<bool> taken(colors.size);
    std::uint32_t last = 0;
    for (std::size_t i = 0; i < colors.size; ++i) {
        std::size_t nearest = 0;
        unsigned least = ~0u;
        for (std::size_t j = 0; j < colors.size; ++j) {
            if (taken[j]) continue;
            unsigned difference = 0;
            for (unsigned shift = 0; shift < 32; shift += 8) {
                const unsigned d = ((colors[j] >> shift) - (last >> shift)) & 255u;
                difference += std::min(d, 256 - d) * (shift == 24 ? 9 : 1);
            }
            if (difference < least) {
                least = difference;
                nearest = j;
            }
        }
        order.push_back(nearest);
        taken[nearest] = true;
        last = colors[nearest];
    }
    return order;
}

Packed pack(std::size_t width, std::size_t height, Span<const std::uint8_t> indices,
            const std::vector<std::uint8_t>& rank) {
    const std::size_t n_colors = rank.size();
    const unsigned share = n_colors <= 2 ? 3 : n_colors <= 4 ? 2 : n_colors <= 16 ? 1 : 0;  // log2 of pixels in one
    Packed packed{(width + (std::size_t{1} << share) - 1) >> share, height, {}};
    packed.pixels.assign(packed.width * height, 0);
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t x = 0; x < width; ++x)
            packed.pixels[y * packed.width + (x >> share)] |=
                std::uint8_t(rank[indices[y * width + x]] << ((x & ((std::size_t{1} << share) - 1)) * (8u >> share)));
    return packed;
}

}  // namespace

std::vector<std::uint8_t> webp_bitstream(std::size_t width, std::size_t height, Span<const std::uint8_t> indices,
                                         Span<const std::uint32_t> colors, int rounds, std::size_t chain) {
    const std::vector<std::size_t> order = near_order(colors);
    std::vector<std::uint8_t> rank(colors.size);
    std::vector<std::uint32_t> sorted;
    for (std::size_t i = 0; i < order.size(); ++i) {
        rank[order[i]] = std::uint8_t(i);
        sorted.push_back(colors[order[i]]);
    }
    const Packed picture = pack(width, height, indices, rank);
    Groups groups;
    int cache_bits = 0;
    // Before anything is known: literals by their counts, one in eight a literal.
    std::vector<Counts> counts(1, Counts(0));
    for (std::uint8_t pixel : picture.pixels) ++counts[0].main[pixel];
    std::vector<Prices> prices = prices_of(counts, 0);
    for (std::size_t i = 0; i < kLiterals; ++i) prices[0].main[i] += 2 * kBit;
    for (std::size_t i = 0; i < kLengths; ++i) prices[0].main[kLiterals + i] = 4 * kBit;
    prices[0].distance.fill(5 * kBit);
    std::vector<std::uint8_t> smallest;
    for (int round = 0; round < rounds; ++round) {
        const std::vector<Token> tokens = parse(picture, groups, prices, cache_bits, chain);
        std::vector<std::uint8_t> bytes = write(picture, width, height, groups, tokens, cache_bits, sorted);
        if (smallest.empty() || bytes.size() < smallest.size()) smallest = std::move(bytes);
        if (round + 1 == rounds) break;
        double least = 0;
        for (int bits = 0; bits <= kMostCacheBits; ++bits) {
            std::vector<Counts> now(groups.n, Counts(bits));
            count(now, picture, groups, tokens, bits);
            const double total = entropy(now);
            if (bits == 0 || total < least) {
                least = total;
                cache_bits = bits;
                counts = std::move(now);
            }
        }
        int tile_bits = 2;
        while (((picture.width >> tile_bits) + 1) * ((picture.height >> tile_bits) + 1) > kTiles) ++tile_bits;
        groups = cluster(picture, tokens, cache_bits, std::min(tile_bits, 9));
        counts.assign(groups.n, Counts(cache_bits));
        count(counts, picture, groups, tokens, cache_bits);
        prices = prices_of(counts, cache_bits);
    }
    return smallest;
}

}  // namespace core::webp
