// Colors to the coordinates in which distance is measured (src/huepress/colorspace.py says which).
//
// Double throughout and rounded to float once, so that the result is the one that the NumPy
// function gives, to the last place.
#include "kernels/engine_entries.hpp"
#include "kernels/vector.hpp"

namespace core {
namespace CORE_ISA {

namespace {

// Björn Ottosson, "A perceptual color space for image processing" (2020).
constexpr double kLab[3][3] = {{0.2104542553, 0.7936177850, -0.0040720468},
                               {1.9779984951, -2.4285922050, 0.4505937099},
                               {0.0259040371, 0.7827717662, -0.8086757660}};

constexpr std::size_t kHalf = kLanes / 2;  // doubles in a vector
constexpr std::size_t kBlock = 64;         // colors at a time; any multiple of kLanes

// Cube root of x >= 0, a block of kLanes: a first guess from the exponent (a third of the bits),
// two rounds of Halley in float, and one of Newton in double, which leaves about 1e-14.
inline void cube_roots(const double* x, double* roots) {
    float narrow[kLanes];
    for (int i = 0; i < kLanes; ++i) narrow[i] = float(x[i]);
    const F32 value = load(narrow);
    I32 bits;
    std::memcpy(&bits, &value, sizeof bits);
    // Division by 3 as a product in float: 24 bits are plenty for a guess.
    F32 guess_bits = __builtin_convertvector(bits, F32) * (1.0f / 3.0f) + 709921077.0f;
    bits = __builtin_convertvector(guess_bits, I32);
    F32 y;
    std::memcpy(&y, &bits, sizeof y);
    for (int round = 0; round < 2; ++round) {
        const F32 cube = y * y * y;
        y = y * ((cube + value + value) / (cube + cube + value));
    }
    const F32 slope = 1.0f / (3.0f * y * y);
    float y_lanes[kLanes];
    float slope_lanes[kLanes];
    store(y_lanes, y);
    store(slope_lanes, slope);
    for (int i = 0; i < kLanes; ++i) {
        const double root = y_lanes[i];
        const double error = root * root * root - x[i];
        roots[i] = x[i] == 0 ? 0 : root - error * double(slope_lanes[i]);
    }
}

// Oklab x 255 of a block of kBlock colors.
inline void oklab_block(const double linear[3][kBlock], const double lms_matrix[3][3],
                        double lab[3][kBlock]) {
    double roots[3][kBlock];
    for (int row = 0; row < 3; ++row) {
        double lms[kBlock];
        for (std::size_t i = 0; i < kBlock; ++i)
            lms[i] = linear[0][i] * lms_matrix[row][0] + linear[1][i] * lms_matrix[row][1] +
                     linear[2][i] * lms_matrix[row][2];
        // Primaries that no eye can see may give less than none; for sRGB it never happens.
        for (std::size_t i = 0; i < kBlock; ++i) lms[i] = lms[i] > 0 ? lms[i] : 0;
        for (std::size_t i = 0; i < kBlock; i += kLanes) cube_roots(lms + i, roots[row] + i);
    }
    for (int row = 0; row < 3; ++row)
        for (std::size_t i = 0; i < kBlock; ++i)
            lab[row][i] = 255.0 * (roots[0][i] * kLab[row][0] + roots[1][i] * kLab[row][1] +
                                   roots[2][i] * kLab[row][2]);
}

}  // namespace

void embed(const std::uint32_t* numbers, std::size_t n, std::size_t channels,
           const Colorimetry* seen, float* const* coordinates) {
    const bool oklab = seen != nullptr;
    const double white[3] = {255.0, oklab ? 0.0 : 255.0, oklab ? 0.0 : 255.0};
    // sqrt(3)/2 and 1/2: half the length of white, see colorspace.embed.
    const double alpha_scale = 255.0 * (oklab ? 0.5 : 0.86602540378443864676);
    if (!oklab && channels == 3) {
        for (std::size_t i = 0; i < n; ++i) {
            coordinates[0][i] = float(std::int32_t(numbers[i] >> 16 & 0xff));
            coordinates[1][i] = float(std::int32_t(numbers[i] >> 8 & 0xff));
            coordinates[2][i] = float(std::int32_t(numbers[i] & 0xff));
        }
        return;
    }
    for (std::size_t start = 0; start < n; start += kBlock) {
        const std::size_t size = n - start < kBlock ? n - start : kBlock;
        double point[3][kBlock];
        if (oklab) {
            double linear[3][kBlock];
            for (std::size_t i = 0; i < kBlock; ++i) {
                const std::uint32_t number = i < size ? numbers[start + i] : 0;
                linear[0][i] = seen->linear[0][number >> 16 & 0xff];
                linear[1][i] = seen->linear[1][number >> 8 & 0xff];
                linear[2][i] = seen->linear[2][number & 0xff];
            }
            oklab_block(linear, seen->lms, point);
        } else {
            for (std::size_t i = 0; i < kBlock; ++i) {
                const std::uint32_t number = i < size ? numbers[start + i] : 0;
                point[0][i] = double(std::int32_t(number >> 16 & 0xff));
                point[1][i] = double(std::int32_t(number >> 8 & 0xff));
                point[2][i] = double(std::int32_t(number & 0xff));
            }
        }
        if (channels == 3) {
            for (int d = 0; d < 3; ++d)
                for (std::size_t i = 0; i < size; ++i) coordinates[d][start + i] = float(point[d][i]);
            continue;
        }
        for (std::size_t i = 0; i < size; ++i) {
            const double alpha = double(std::int32_t(numbers[start + i] >> 24)) / 255.0;
            for (int d = 0; d < 3; ++d)
                coordinates[d][start + i] = float(alpha * (point[d][i] - 0.5 * white[d]));
            coordinates[3][start + i] = float(alpha * alpha_scale);
        }
    }
}

}  // namespace CORE_ISA
}  // namespace core
