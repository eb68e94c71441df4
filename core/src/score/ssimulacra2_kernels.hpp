// Row loops of ssimulacra2.cpp, one instance per instruction set (kernels/ssimulacra2.cpp).
//
// Rows are 64-byte aligned and as long as the next multiple of kBlock; what is beyond `width` is
// written as anything finite unless said otherwise, and is never counted.
#pragma once

#include <cstddef>

namespace core::score {

constexpr std::size_t kBlock = 16;   // floats: one vector of the widest instruction set
constexpr std::size_t kRadius = 5;   // of the blur
constexpr std::size_t kTaps = 2 * kRadius + 1;
constexpr std::size_t kMargin = 16;  // zeros that a row to be blurred has on either side
constexpr std::size_t kPair = 2;     // rows finished at a time: nearly all their neighbors are shared
constexpr std::size_t kSpan = kTaps + kPair - 1;

// One row of the reference's planes; the row of differences that belongs to it.
struct FinishedRow {
    const float* reference;
    const float* mean;
    const float* variance;
    const float* difference;
};

struct Ssimulacra2Kernels {
    // xyb[c] (out, or nullptr when not wanted) from linear rows; the three offsets make them positive.
    void (*xyb)(const float* red, const float* green, const float* blue, std::size_t width,
                float* const xyb[3]);

    // half (out): the means of 2x2 pixels. Both rows are readable one pixel beyond an odd width.
    void (*halve)(const float* upper, const float* lower, std::size_t half_width, float* half);

    // difference (out) = test - reference, with zeros beyond the width and kMargin before it.
    // blurred (out): difference and, when all three are wanted, difference^2 and reference x
    // difference, blurred along the row; they follow each other at `stride` floats.
    // scratch: two rows with margins.
    void (*blur_difference)(const float* reference, const float* test, std::size_t width, bool all,
                            float* difference, float* blurred, std::size_t stride, float* scratch);

    // The same for the reference itself: blurred (out) row and, when all are wanted, its square.
    void (*blur_reference)(const float* reference, std::size_t width, bool all, float* blurred,
                           std::size_t stride, float* scratch);

    // mean (out), and when wanted, variance (out) = 2 x variance + C2, from kTaps blurred rows.
    void (*finish_reference)(const float* const taps[kTaps], std::size_t stride, std::size_t width,
                             float* mean, float* variance);

    // sums (out): the kMapSums of two rows one below the other; taps as written by blur_difference.
    void (*finish)(const float* const taps[kSpan], std::size_t stride, std::size_t width,
                   bool needs_difference, bool needs_edges, const FinishedRow rows[kPair],
                   double* sums);
};

}  // namespace core::score
