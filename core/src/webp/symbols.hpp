// The tokens of a lossless WebP of indices: literals, recent colors, copies.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/prefix_code.hpp"
#include "webp/distances.hpp"

namespace core::webp {

constexpr std::size_t kLiterals = 256, kLengths = 24, kDistances = 40;
constexpr std::size_t kLongest = 4096;
constexpr std::size_t kFarthest = (std::size_t{1} << 20) - 120;
constexpr std::uint32_t kBit = 256;  // prices are in parts of a bit

struct Token {
    std::uint32_t at;        // the pixel it begins with
    std::uint32_t length;    // of a copy; 0: a literal
    std::uint32_t distance;  // of a copy
};

// The picture as it is coded: small palettes pack several pixels into one.
struct Packed {
    std::size_t width, height;
    std::vector<std::uint8_t> pixels;
};

// Numbers of the symbols of one group of prefix codes: their counts, or their prices.
struct Table {
    std::vector<std::uint32_t> main;  // literals, lengths, places of the cache
    std::array<std::uint32_t, kDistances> distance{};
    explicit Table(int cache_bits) : main(kLiterals + kLengths + (cache_bits ? std::size_t{1} << cache_bits : 0)) {}
};

using Counts = Table;
using Prices = Table;

// Which group codes each square tile of the picture.
struct Groups {
    int tile_bits = 0;
    std::size_t columns = 1;
    std::vector<std::uint16_t> of_tile{0};
    std::size_t n = 1;
    std::size_t at(std::size_t x, std::size_t y) const {
        return n == 1 ? 0 : of_tile[(y >> tile_bits) * columns + (x >> tile_bits)];
    }
};

inline std::size_t cache_place(std::uint8_t pixel, int bits) {
    return ((std::uint32_t(pixel) << 8 | 0xff000000u) * 0x1e35a7bdu) >> (32 - bits);
}

// For each pixel, whether its color is in the cache by then.
std::vector<std::uint8_t> cached(const Packed& picture, int cache_bits);

// chain: number of earlier positions with equal pixels to examine, besides those nearby.
std::vector<Token> parse(const Packed& picture, const Groups& groups, const std::vector<Prices>& prices,
                         int cache_bits, std::size_t chain);

// Add the symbols of tokens to the tables of their groups.
void count(std::vector<Counts>& tables, const Packed& picture, const Groups& groups, const std::vector<Token>& tokens,
           int cache_bits);
std::vector<Prices> prices_of(const std::vector<Counts>& counts, int cache_bits);
double entropy(const std::vector<Counts>& counts);  // bits, those of the prefix codes included
Groups cluster(const Packed& picture, const std::vector<Token>& tokens, int cache_bits, int tile_bits);

}  // namespace core::webp
