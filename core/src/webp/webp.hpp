// Indices as a lossless WebP bitstream (RFC 9649), parsed for the fewest bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/span.hpp"

namespace core::webp {

// indices: height x width, each below the number of colors. colors: 1 to 256, alpha << 24 | red << 16 |
// green << 8 | blue. rounds: how often the picture is parsed, 1 or more, each time with the prices that
// the last round found. chain: number of earlier positions to examine for a copy.
// Returns the content of a VP8L chunk; it decodes to exactly colors[indices].
std::vector<std::uint8_t> webp_bitstream(std::size_t width, std::size_t height, Span<const std::uint8_t> indices,
                                         Span<const std::uint32_t> colors, int rounds, std::size_t chain);

}  // namespace core::webp
