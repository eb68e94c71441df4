#include "webp/distances.hpp"

#include <cstdint>

namespace core::webp {

namespace {

// Rank of each nearby position, by rows above, then from 8 to the left to 7 to the right. The first
// row is the current one, where only pixels to the left are known.
constexpr std::uint8_t kPlace[8 * 16] = {
     96,  73,  55,  39,  23,  13,   5,   1, 255, 255, 255, 255, 255, 255, 255, 255,
    101,  78,  58,  42,  26,  16,   8,   2,   0,   3,   9,  17,  27,  43,  59,  79,
    102,  86,  62,  46,  32,  20,  10,   6,   4,   7,  11,  21,  33,  47,  63,  87,
    105,  90,  70,  52,  37,  28,  18,  14,  12,  15,  19,  29,  38,  53,  71,  91,
    110,  99,  82,  66,  48,  35,  30,  24,  22,  25,  31,  36,  49,  67,  83, 100,
    115, 108,  94,  76,  64,  50,  44,  40,  34,  41,  45,  51,  65,  77,  95, 109,
    118, 113, 103,  92,  80,  68,  60,  56,  54,  57,  61,  69,  81,  93, 104, 114,
    119, 116, 111, 106,  97,  88,  84,  74,  72,  75,  85,  89,  98, 107, 112, 117};

}  // namespace

std::size_t distance_number(std::size_t distance, std::size_t width) {
    const std::size_t row = distance / width, left = distance % width;
    if (left <= 8 && row < 8) return std::size_t(kPlace[row * 16 + 8 - left]) + 1;
    if (left + 8 > width && row < 7) return std::size_t(kPlace[(row + 1) * 16 + 8 + (width - left)]) + 1;
    return distance + kNear;
}

}  // namespace core::webp
