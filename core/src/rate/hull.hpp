// What a palette can mix: the nearest point of its convex hull.
#pragma once

#include <cstddef>

#include "base/span.hpp"

namespace core::rate {

// points (in and out): n x dims, row-major float32; each becomes the nearest mix of the entries.
// entries: k x dims, k >= 1. dims: 1 to 4.
//
// The point of least norm in a polytope (Wolfe, "Finding the nearest point in a polytope", Mathematical
// Programming 11 (1976), doi:10.1007/BF01580381): one entry more at a time, those that are not needed leave.
void mixable(Span<float> points, Span<const float> entries, std::size_t dims, std::size_t n_threads);

}  // namespace core::rate
