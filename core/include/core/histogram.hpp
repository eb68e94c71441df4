// Count distinct colors.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/span.hpp"

namespace core {

// Find the distinct colors of n pixels and what each of them weighs; returns how many there are.
//
// pixels: n x channels (3: RGB, 4: straight RGBA), row-major. Fully transparent pixels are the one
// color 0. weights: n numbers >= 0, or an empty span when every pixel weighs 1.
// keys (out, n): the first m hold the distinct colors as R*2^16 + G*2^8 + B (+ A*2^24), ascending.
// totals (out, n): the first m hold their weights. Weights of one color are summed in the order of
// the pixels, so the sums do not depend on the number of threads.
std::size_t count(Span<const std::uint8_t> pixels, std::size_t channels,
                  Span<const double> weights, Span<std::uint32_t> keys, Span<double> totals);

}  // namespace core
