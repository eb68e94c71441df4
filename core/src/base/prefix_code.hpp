// Numbers as prefix codes followed by plain bits: two codes per octave, as for the distances of
// deflate (RFC 1951, section 3.2.5) and all numbers of a lossless WebP (RFC 9649).
#pragma once

#include <cstddef>

namespace core {

struct Symbol {
    unsigned code, extra_bits, extra;
};

inline Symbol symbol_of(std::size_t number) {  // number >= 1
    if (number <= 4) return {unsigned(number) - 1, 0, 0};
    const std::size_t value = number - 1;
    unsigned bit = 0;
    while (value >> (bit + 1)) ++bit;
    const unsigned extra_bits = bit - 1;
    return {2 * bit + unsigned((value >> extra_bits) & 1), extra_bits,
            unsigned(value & ((std::size_t{1} << extra_bits) - 1))};
}

}  // namespace core
