// What is refused before the core sees it: the core trusts its numbers (NaN becomes an index, a huge
// coordinate runs over in fixed point), so every array of floats passes one of these.
#pragma once

#include <cstddef>
#include <stdexcept>

#include "base/span.hpp"

namespace checks {

// Coordinates are 8-bit units, at most some thousand; 64 steps a unit have to fit 22 bits.
constexpr double kMostCoordinate = 32768;
// Weights, prices and counts: far from what can run over in sums, far above what is ever asked for.
constexpr double kMostNumber = 1e12;
constexpr std::size_t kMostPixels = std::size_t{1} << 31;  // pixels are numbered in 31 bits

inline void require(bool holds, const char* message) {
    if (!holds) throw std::invalid_argument(message);
}

// No branch in the loop, so that it costs no more than reading the array. NaN is in no range.
template <class T>
void require_within(core::Span<const T> values, double least, double most, const char* message) {
    const T low = T(least), high = T(most);
    int outside = 0;
    for (const T value : values) outside |= int(!(value >= low)) | int(!(value <= high));
    require(outside == 0, message);
}

inline void require_within(double value, double least, double most, const char* message) {
    require_within(core::Span<const double>{&value, 1}, least, most, message);
}

template <class T>
void require_coordinates(core::Span<const T> values, const char* message) {
    require_within(values, -kMostCoordinate, kMostCoordinate, message);
}

template <class T>
void require_below(core::Span<const T> values, std::size_t limit, const char* message) {
    std::size_t most = 0;
    for (const T value : values) most = value > most ? value : most;
    require(values.size == 0 || most < limit, message);
}

// Also where the product of the sides does not fit.
inline void require_size(std::size_t height, std::size_t width) {
    require(width == 0 || height < kMostPixels / width + (kMostPixels % width != 0),
            "at most 2^31 - 1 pixels");
}

}  // namespace checks
