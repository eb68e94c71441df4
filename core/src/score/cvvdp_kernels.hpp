// Row loops of cvvdp.cpp, one instance per instruction set (kernels/cvvdp.cpp).
//
// Rows are 64-byte aligned and as long as the next multiple of 16; what is beyond `width` is anything
// finite and is never counted.
#pragma once

#include <cstddef>

namespace core::score {

constexpr std::size_t kMaskRadius = 6;  // of the blur of what masks: 13 taps
constexpr std::size_t kMaskTaps = 2 * kMaskRadius + 1;
constexpr std::size_t kMaskPair = 2;  // rows finished at a time: they share nearly all their taps
constexpr std::size_t kMaskSpan = kMaskTaps + kMaskPair - 1;
constexpr std::size_t kRowMargin = 16;  // floats that a row has before and behind it to be padded

// One row of a band: contrasts in units of the threshold, and the sensitivity that made them so.
struct ReferenceRow {
    const float* contrast[3];
    const float* sensitivity[3];
};

struct CvvdpKernels {
    // half (out): five rows of a level, blurred and halved. scratch: a row with margins.
    void (*reduce)(const float* const rows[5], std::size_t width, bool odd_height, float* half,
                   float* scratch);

    // row (out): `width` points between three coarse ones of a level above (before, at, after), of an
    // even or an odd row. scratch: a coarse row with margins.
    void (*expand)(const float* const coarse[3], std::size_t width, bool even, float* row,
                   float* scratch);

    // contrast, sensitivity (out) of the reference: level, and what is expanded of the next one.
    // tables: 3 rows of kCvvdpLevels.
    void (*reference)(const float* const level[3], const float* const coarse[3], std::size_t width,
                      float gain, const float* tables, float* const contrast[3],
                      float* const sensitivity[3]);

    // difference (out): the power of the difference of contrasts; common (out, with margins): the
    // lesser one, blurred along the row when `blurs`. scratch: a row with margins.
    void (*compare)(const float* const level[3], const float* const coarse[3], std::size_t width,
                    float gain, const ReferenceRow& reference, bool blurs, float* const difference[3],
                    float* const common[3], float* scratch);

    // sums (out): 3 a row, of one row or two. taps[c]: the rows of `common` around them, or just
    // their own where nothing is blurred.
    void (*finish)(const float* const taps[3][kMaskSpan], bool blurs, std::size_t n_rows,
                   const float* const difference[kMaskPair][3], std::size_t width, double* sums);
};

}  // namespace core::score
