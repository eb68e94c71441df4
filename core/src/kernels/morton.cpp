// Colors to Morton keys and back. Plain loops that the compiler turns into vectors.
#include "kernels/engine_entries.hpp"

namespace core {
namespace CORE_ISA {

namespace {

// The 8 bits of x, three apart.
inline std::uint32_t spread3(std::uint32_t x) {
    x = (x | x << 8) & 0x0000F00F;
    x = (x | x << 4) & 0x000C30C3;
    return (x | x << 2) & 0x00249249;
}

inline std::uint32_t gather3(std::uint32_t x) {
    x &= 0x00249249;
    x = (x | x >> 2) & 0x000C30C3;
    x = (x | x >> 4) & 0x0000F00F;
    return (x | x >> 8) & 0xFF;
}

// The top 3 of the 8 bits of x, four apart.
inline std::uint32_t spread_top(std::uint32_t x) {
    return (x >> 5 & 1) | (x >> 2 & 0x10) | (x << 1 & 0x100);
}

inline std::uint32_t gather_top(std::uint32_t x) {
    return (x & 1) << 5 | (x & 0x10) << 2 | (x & 0x100) >> 1;
}

}  // namespace

void morton_keys(const std::uint8_t* pixels, std::size_t n, std::size_t channels,
                 std::uint32_t* keys) {
    if (channels == 3) {
        for (std::size_t i = 0; i < n; ++i)
            keys[i] = spread3(pixels[3 * i]) << 2 | spread3(pixels[3 * i + 1]) << 1 |
                      spread3(pixels[3 * i + 2]);
        return;
    }
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint32_t red = pixels[4 * i];
        const std::uint32_t green = pixels[4 * i + 1];
        const std::uint32_t blue = pixels[4 * i + 2];
        const std::uint32_t alpha = pixels[4 * i + 3];
        const std::uint32_t opaque = spread3(red) << 2 | spread3(green) << 1 | spread3(blue);
        // The top three bits of each channel stand three apart in `opaque`, four apart here.
        const std::uint32_t top = spread_top(alpha) << 3 | (opaque >> 21) << 8 |
                                  (opaque >> 18 & 7) << 4 | (opaque >> 15 & 7);
        const std::uint32_t partial =
            top << 20 | (alpha >> 3 & 3) << 18 | (opaque & 0x7fff) << 3 | (alpha & 7);
        keys[i] = alpha == 255 ? opaque : partial;
    }
}

void numbers_from_keys(const std::uint32_t* keys, std::size_t n, std::size_t channels,
                       std::uint32_t* numbers) {
    if (channels == 3) {
        for (std::size_t i = 0; i < n; ++i)
            numbers[i] = gather3(keys[i] >> 2) << 16 | gather3(keys[i] >> 1) << 8 |
                         gather3(keys[i]);
        return;
    }
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint32_t top = keys[i] >> 20;
        const std::uint32_t low = keys[i] >> 3;
        const std::uint32_t red = gather_top(top >> 2) | (gather3(low >> 2) & 31);
        const std::uint32_t green = gather_top(top >> 1) | (gather3(low >> 1) & 31);
        const std::uint32_t blue = gather_top(top) | (gather3(low) & 31);
        const std::uint32_t alpha =
            gather_top(top >> 3) | (keys[i] >> 18 & 3) << 3 | (keys[i] & 7);
        numbers[i] = alpha << 24 | red << 16 | green << 8 | blue;
    }
}

}  // namespace CORE_ISA
}  // namespace core
