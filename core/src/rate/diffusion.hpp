// Passes the error of decided pixels on: to the right within a row, low-passed to the next row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rate/rate.hpp"
#include "rate/row.hpp"
#include "rate/sorted_palette.hpp"

namespace core::rate {

class Diffusion {
public:
    Diffusion(std::size_t width, std::size_t dims, const RateOptions& options);

    // The targets of the next row: its pixels plus the error of the last row.
    void begin_row(const float* points, const float* smoothness);
    // Take the error of the row along the path that was taken.
    void end_row(const SortedPalette& colors, const std::uint16_t* labels, const float* smoothness);

    const float* target(std::size_t i) const { return target_[i].data(); }
    const float* right() const { return right_.data(); }

private:
    // Error that would leave the picture at either end of a row goes down there, so means are exact.
    void keep_inside(const float* last);

    std::size_t width_, dims_, carried_;
    RateOptions options_;
    std::vector<float> target_[kMaxDims], error_[kMaxDims], blurred_[kMaxDims];
    std::vector<float> right_;  // share of the error of the pixel before
};

}  // namespace core::rate
