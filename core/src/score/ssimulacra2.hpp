// The maps of SSIMULACRA2 (Sneyers, 2022-2023; https://github.com/cloudinary/ssimulacra2, BSD-3),
// summed over the pixels. Weights, roots and the final score are made by the caller.
//
// Written from the published definition: XYB planes at up to six scales, each half the one before
// (2x2 means of linear light); per plane a map of structural difference, one of artifacts (edges
// that only the test picture has) and one of lost detail; of each map the sum and the sum of fourth
// powers. Blurs are a Gaussian of sigma 1.5 with 11 taps; rows are mirrored above and below, columns
// are zero to the left and right.
#pragma once

#include <cstddef>
#include <cstdint>

namespace core::score {

// Sums of one plane: difference, difference^4, artifacts, artifacts^4, lost detail, lost detail^4.
// Fourth powers are those of 1024 x the value, which keeps them clear of denormal numbers.
constexpr std::size_t kMapSums = 6;
constexpr float kMapScale = 1024.0f;
constexpr std::uint8_t kNeedsDifference = 1;
constexpr std::uint8_t kNeedsEdges = 2;

// A picture in one of three forms: RGB (channels 3), straight RGBA (4), or indices (1) with a
// palette of n_colors x palette_channels values. Transparent pixels are seen over gray `background`
// (0-255), composited in 8 bits with Pillow's rounding.
struct Picture {
    const std::uint8_t* pixels;
    std::size_t channels;
    const std::uint8_t* palette;
    std::size_t n_colors;
    std::size_t palette_channels;
    std::uint8_t background;
};

// Size, number of scales, and what is wanted: needs[scale * 3 + channel] is a sum of kNeeds flags
// (channels X, Y, B-Y). height and width at least 8 at every scale.
struct Scoring {
    std::size_t height;
    std::size_t width;
    std::size_t n_scales;
    const std::uint8_t* needs;
};

// Floats that the planes of a reference take: 64-byte aligned blocks of rows.
std::size_t ssimulacra2_cache_size(const Scoring& scoring);

// cache (out): everything of the reference that scoring needs.
void ssimulacra2_prepare(const Scoring& scoring, const Picture& reference, float* cache,
                         std::size_t n_threads);

// sums (out): n_scales x 3 x kMapSums; 0 where nothing is needed. The same bytes for any number of
// threads, for a cached and for an uncached reference, and for indices and the pixels they stand for.
void ssimulacra2_sums(const Scoring& scoring, const float* cache, const Picture& test, double* sums,
                      std::size_t n_threads);
void ssimulacra2_sums(const Scoring& scoring, const Picture& reference, const Picture& test,
                      double* sums, std::size_t n_threads);

}  // namespace core::score
