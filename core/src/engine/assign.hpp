// Nearest palette entry for a run of points.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/span.hpp"

namespace core::engine {

// indices[i] (out) = the center nearest to point i; ties go to the lowest index.
//
// points: n x dims, row-major float32. centers: k x dims, row-major float32, 1 <= k <= 256.
// dims: 1 to 4. The squared distance is summed in float32 in the order of the coordinates, without
// contraction, so that a plain float32 loop finds the same labels.
// distances (out): n squared distances, or an empty span when they are not wanted.
void assign(Span<const float> points, Span<const float> centers, std::size_t dims,
            Span<std::uint8_t> indices, Span<float> distances, std::size_t n_threads);

// The same in float64.
void assign(Span<const double> points, Span<const double> centers, std::size_t dims,
            Span<std::uint8_t> indices, Span<double> distances, std::size_t n_threads);

}  // namespace core::engine
