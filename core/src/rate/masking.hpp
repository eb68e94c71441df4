// How much an error counts at each pixel, from the lightness around it (remap/masking.py).
#pragma once

#include <cstddef>

#include "base/span.hpp"

namespace core::rate {

// One side of a symmetric filter: the middle tap first. At most 16 taps.
struct Masking {
    Span<const float> narrow;  // for the local mean and variance
    Span<const float> wide;    // for smoothing the deviation
    float half;                // the deviation that halves the importance, > 0
};

// importance[i] (out, height x width) = 1 / (1 + deviation / half), in (0, 1].
//
// points: height x width x dims, of which the first coordinate is lightness. Edges are repeated.
// Sums run along columns, then along rows, from the middle tap outward, pairs added first.
void importance(std::size_t height, std::size_t width, std::size_t dims, Span<const float> points,
                const Masking& masking, Span<float> importance, std::size_t n_threads);

}  // namespace core::rate
