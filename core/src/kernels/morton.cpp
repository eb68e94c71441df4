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

// The 8 bits of x, four apart.
inline std::uint32_t spread4(std::uint32_t x) {
    x = (x | x << 12) & 0x000F000F;
    x = (x | x << 6) & 0x03030303;
    return (x | x << 3) & 0x11111111;
}

inline std::uint32_t gather4(std::uint32_t x) {
    x &= 0x11111111;
    x = (x | x >> 3) & 0x03030303;
    x = (x | x >> 6) & 0x000F000F;
    return (x | x >> 12) & 0xFF;
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
        const std::uint32_t alpha = pixels[4 * i + 3];
        const std::uint32_t key = spread4(pixels[4 * i]) << 2 | spread4(pixels[4 * i + 1]) << 1 |
                                  spread4(pixels[4 * i + 2]) | spread4(alpha) << 3;
        keys[i] = alpha ? key : 0;
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
    for (std::size_t i = 0; i < n; ++i)
        numbers[i] = gather4(keys[i] >> 2) << 16 | gather4(keys[i] >> 1) << 8 |
                     gather4(keys[i]) | gather4(keys[i] >> 3) << 24;
}

}  // namespace CORE_ISA
}  // namespace core
