// Seeds for k-means: cut the cloud's box into k, each time where the sum of the errors falls most,
// after Wu, "Efficient statistical computations for optimal color
// quantization", Graphics Gems II (1991), on the filled cells instead of the whole grid.
#pragma once

#include <cstddef>

#include "engine/cloud.hpp"

namespace core::engine {

// centers (out): room for k x dims floats, row-major. Returns how many were found: fewer than k only
// when the cloud has fewer points than that.
std::size_t wu_centers(const Cloud& cloud, std::size_t k, float* centers);

}  // namespace core::engine
