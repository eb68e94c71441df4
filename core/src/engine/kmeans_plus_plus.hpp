// Random seeds beside Wu's: greedy k-means++ (Arthur & Vassilvitskii, "k-means++: the advantages of
// careful seeding", 2007) with a fixed sequence of random numbers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/cloud.hpp"

namespace core::engine {

// centers (out): room for k x dims floats, row-major. start: number of the sequence; different numbers
// give different centers, the same number always the same. Returns how many were found: fewer than k
// only when the cloud has fewer points than that.
std::size_t kmeans_plus_plus(const Cloud& cloud, std::size_t k, std::uint64_t start, float* centers);

}  // namespace core::engine
