// Distances in a lossless WebP: the first 120 codes mean positions nearby in the picture.
#pragma once

#include <cstddef>

namespace core::webp {

constexpr std::size_t kNear = 120;

// Code of a distance >= 1, in pixels in reading order, in a picture of this width.
std::size_t distance_number(std::size_t distance, std::size_t width);

}  // namespace core::webp
