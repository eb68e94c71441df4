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

// XYB's bias of the cone responses (colorspace.embed), its cube root, and the length of white.
constexpr double kBias = 0.0037930732552754493;
constexpr double kBiasRoot = 0.15595420054924863;
constexpr double kWhite = 0.8453085619621623;

constexpr std::size_t kHalf = kLanes / 2;  // doubles in a vector
constexpr std::size_t kBlock = 64;         // colors at a time; any multiple of kLanes

typedef float HalfF32 __attribute__((vector_size(2 * kLanes)));
typedef std::int32_t HalfI32 __attribute__((vector_size(2 * kLanes)));

// Cube roots: a first guess of the inverse root z from the exponent (Kahan), two rounds
// z *= 1 + r/3 + 2r^2/9 with r = 1 - x z^3 in float, and one of Newton for the root x z^2 in double,
// which leaves about 1e-13. Nothing is divided.
inline F64 cube_roots(F64 signed_x) {
    const F64 x = signed_x < F64{} ? -signed_x : signed_x;
    const HalfF32 value = __builtin_convertvector(x, HalfF32);
    HalfI32 bits;
    std::memcpy(&bits, &value, sizeof bits);
    // The exponent's third as a product in float: 24 bits are plenty for a guess.
    const HalfF32 guess = 1419967116.0f - __builtin_convertvector(bits, HalfF32) * (1.0f / 3.0f);
    bits = __builtin_convertvector(guess, HalfI32);
    HalfF32 z;
    std::memcpy(&z, &bits, sizeof z);
    for (int round = 0; round < 2; ++round) {
        const HalfF32 r = 1.0f - value * z * (z * z);
        z = z * (1.0f + r * ((1.0f / 3.0f) + r * (2.0f / 9.0f)));
    }
    const HalfF32 square = z * z;
    const F64 root = __builtin_convertvector(value * square, F64);
    const F64 slope = __builtin_convertvector(square * (1.0f / 3.0f), F64);
    const F64 better = root - (root * root * root - x) * slope;
    return signed_x < F64{} ? -better : better;
}

// Biased Oklab x 255 of a block of kBlock colors.
inline void oklab_block(const double linear[3][kBlock], const double lms[3][3],
                        double lab[3][kBlock]) {
    for (std::size_t i = 0; i < kBlock; i += kHalf) {
        F64 roots[3];
        for (int row = 0; row < 3; ++row)
            roots[row] = (cube_roots(load(linear[0] + i) * splat(lms[row][0]) +
                                     load(linear[1] + i) * splat(lms[row][1]) +
                                     load(linear[2] + i) * splat(lms[row][2]) + splat(kBias)) -
                          splat(kBiasRoot)) *
                         splat(1.0 / kWhite);
        for (int row = 0; row < 3; ++row)
            store(lab[row] + i,
                  splat(255.0) * (roots[0] * splat(kLab[row][0]) + roots[1] * splat(kLab[row][1]) +
                                  roots[2] * splat(kLab[row][2])));
    }
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
            std::uint32_t alphas = ~0u;
            for (std::size_t i = 0; i < size; ++i) alphas &= numbers[start + i];
            if (alphas >> 24 == 255) {  // the whole block is opaque: float is exact
                for (int d = 0; d < 3; ++d)
                    for (std::size_t i = 0; i < size; ++i)
                        coordinates[d][start + i] =
                            float(std::int32_t(numbers[start + i] >> (16 - 8 * d) & 0xff)) - 127.5f;
                for (std::size_t i = 0; i < size; ++i)
                    coordinates[3][start + i] = float(alpha_scale);
                continue;
            }
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
        double alpha[kBlock];
        for (std::size_t i = 0; i < kBlock; ++i)
            alpha[i] = i < size ? double(std::int32_t(numbers[start + i] >> 24)) / 255.0 : 0.0;
        for (int d = 0; d < 3; ++d)
            for (std::size_t i = 0; i < size; ++i)
                coordinates[d][start + i] = float(alpha[i] * (point[d][i] - 0.5 * white[d]));
        for (std::size_t i = 0; i < size; ++i)
            coordinates[3][start + i] = float(alpha[i] * alpha_scale);
    }
}

}  // namespace CORE_ISA
}  // namespace core
