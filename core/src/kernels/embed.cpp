// Colors to the coordinates in which distance is measured (src/huepress/color/spaces.py says which).
//
// In float: it is exact to 3e-4 of an 8-bit step, a fiftieth of one step of the engine's fixed
// point, and twice as many colors fit a vector as in double.
#include <algorithm>

#include "kernels/engine_entries.hpp"
#include "kernels/vector.hpp"

namespace core {
namespace CORE_ISA {

namespace {

// Björn Ottosson, "A perceptual color space for image processing" (2020).
constexpr double kLab[3][3] = {{0.2104542553, 0.7936177850, -0.0040720468},
                               {1.9779984951, -2.4285922050, 0.4505937099},
                               {0.0259040371, 0.7827717662, -0.8086757660}};

// XYB's bias of the cone responses (spaces.embed), its cube root, and the length of white.
constexpr double kBias = 0.0037930732552754493;
constexpr double kBiasRoot = 0.15595420054924863;
constexpr double kWhite = 0.8453085619621623;

constexpr std::size_t kBlock = 64;  // colors at a time; any multiple of kLanes

// Cube roots: a first guess of the inverse root z from the exponent (Kahan), then with
// r = 1 - x z^3 one round z *= 1 + r/3 + 2r^2/9, which leaves 2e-4, and one z *= 1 + r/3, which
// leaves 1e-7; the root is x z^2. Nothing is divided.
inline F32 cube_roots(F32 signed_x) {
    const F32 x = signed_x < F32{} ? -signed_x : signed_x;
    I32 bits;
    std::memcpy(&bits, &x, sizeof bits);
    // The exponent's third as a product in float: 24 bits are plenty for a guess.
    bits = __builtin_convertvector(
        splat(1419967116.0f) - __builtin_convertvector(bits, F32) * splat(1.0f / 3.0f), I32);
    F32 z;
    std::memcpy(&z, &bits, sizeof z);
    F32 r = splat(1.0f) - x * z * (z * z);
    z = z + z * (r * (splat(1.0f / 3.0f) + r * splat(2.0f / 9.0f)));
    r = splat(1.0f) - x * z * (z * z);
    z = z + z * (r * splat(1.0f / 3.0f));
    const F32 root = x * z * z;
    return signed_x < F32{} ? -root : root;
}

// Biased Oklab x 255 of a block of kBlock colors. The first row of Oklab's matrix adds to 1 and the
// others to 0, so that differences of the roots are all it needs: grays stay gray to 1.3e-4.
inline void oklab_block(const float linear[3][kBlock], const float lms[3][3], float lab[3][kBlock]) {
    constexpr double scale = 255.0 / kWhite;
    for (std::size_t i = 0; i < kBlock; i += kLanes) {
        F32 roots[3];
        for (int row = 0; row < 3; ++row)
            roots[row] = cube_roots(load(linear[0] + i) * splat(lms[row][0]) +
                                    load(linear[1] + i) * splat(lms[row][1]) +
                                    load(linear[2] + i) * splat(lms[row][2]) + splat(float(kBias)));
        const F32 l = roots[0] - roots[1];
        const F32 s = roots[2] - roots[1];
        for (int row = 0; row < 3; ++row)
            store(lab[row] + i, l * splat(float(scale * kLab[row][0])) +
                                    s * splat(float(scale * kLab[row][2])) +
                                    (row ? F32{} : (roots[1] - splat(float(kBiasRoot))) *
                                                       splat(float(scale))));
    }
}

}  // namespace

void embed(const std::uint32_t* numbers, std::size_t n, std::size_t channels,
           const Colorimetry* seen, float* const* coordinates) {
    const bool oklab = seen != nullptr;
    const float half_white[3] = {127.5f, oklab ? 0.0f : 127.5f, oklab ? 0.0f : 127.5f};
    // sqrt(3)/2 and 1/2: half the length of white, see spaces.embed.
    const float alpha_scale = float(255.0 * (oklab ? 0.5 : 0.86602540378443864676));
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
        std::uint32_t block[kBlock] = {};
        std::memcpy(block, numbers + start, size * sizeof *block);
        float point[3][kBlock];
        if (oklab) {
            float linear[3][kBlock];
            for (std::size_t i = 0; i < kBlock; ++i) {
                linear[0][i] = seen->linear[0][block[i] >> 16 & 0xff];
                linear[1][i] = seen->linear[1][block[i] >> 8 & 0xff];
                linear[2][i] = seen->linear[2][block[i] & 0xff];
            }
            oklab_block(linear, seen->lms, point);
        } else {
            for (int d = 0; d < 3; ++d)
                for (std::size_t i = 0; i < kBlock; ++i)
                    point[d][i] = float(std::int32_t(block[i] >> (16 - 8 * d) & 0xff));
        }
        if (channels == 3) {
            for (int d = 0; d < 3; ++d) std::copy_n(point[d], size, coordinates[d] + start);
            continue;
        }
        float alpha[kBlock];
        for (std::size_t i = 0; i < kBlock; ++i)
            alpha[i] = float(std::int32_t(block[i] >> 24)) / 255.0f;
        for (int d = 0; d < 3; ++d)
            for (std::size_t i = 0; i < size; ++i)
                coordinates[d][start + i] = alpha[i] * (point[d][i] - half_white[d]);
        for (std::size_t i = 0; i < size; ++i)
            coordinates[3][start + i] = alpha[i] * alpha_scale;
    }
}

}  // namespace CORE_ISA
}  // namespace core
