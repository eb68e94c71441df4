// Distances of a lossless WebP: the first 120 numbers stand for places nearby in the picture.
#pragma once

#include <cstddef>

namespace core::webp {

constexpr std::size_t kNear = 120;

// Number of a distance >= 1, of pixels in their order, in a picture of this width.
std::size_t distance_number(std::size_t distance, std::size_t width);

}  // namespace core::webp
