// The maps of ColorVideoVDP for still pictures (Mantiuk, Hanji, Ashraf, Asano, Chapiro: "ColorVideoVDP:
// A visual difference predictor for image, video and display color perception", ACM Trans. Graph. 43
// (2024), doi:10.1145/3658144; the package cvvdp 0.5.7, MIT), summed over the pixels. The norms over
// bands and channels and the quality in JOD are made by the caller.
//
// Written from the paper and checked against the package: light in three opponent channels, a
// Laplacian pyramid of contrasts (every octave of spatial frequency a band, each of half the size),
// contrasts in units of the threshold that the eye has for that frequency and that background, and
// their difference, masked by what both pictures have in the neighborhood (a Gaussian of sigma 3).
// Borders are handled as in the package, including its bugs, because they affect small pictures.
#pragma once

#include <cstddef>

#include "score/ssimulacra2.hpp"

namespace core::score {

constexpr std::size_t kCvvdpChannels = 3;  // lightness, red-green, violet-yellow
constexpr std::size_t kCvvdpLevels = 32;   // of background luminance in the table of sensitivity

// A picture's size, the display and the eye.
//   light (3, 256, 3): what a byte of red, green, blue adds to the three channels, in cd/m2;
//   sensitivity (n_bands, 3, kCvvdpLevels): log2 of the sensitivity at log10 luminances that run
//   evenly from log10(0.005) to 4.
// The last band is what is left below the lowest frequency. Sides of all bands: 2 and more.
struct Viewing {
    std::size_t height;
    std::size_t width;
    std::size_t n_bands;
    const float* light;
    const float* sensitivity;
};

// Floats that the planes of a reference take.
std::size_t cvvdp_cache_size(const Viewing& viewing);

// cache (out): everything of the reference that scoring needs.
void cvvdp_prepare(const Viewing& viewing, const Picture& reference, float* cache,
                   std::size_t n_threads);

// sums (out): n_bands x 3, the sums over the pixels of (D + 1e-5)^2 - 1e-10. The same bytes for any
// number of threads, for a cached and for an uncached reference, and for indices and the pixels they
// stand for.
void cvvdp_sums(const Viewing& viewing, const float* cache, const Picture& test, double* sums,
                std::size_t n_threads);
void cvvdp_sums(const Viewing& viewing, const Picture& reference, const Picture& test, double* sums,
                std::size_t n_threads);

}  // namespace core::score
