// What bytes look like. Plain data, so that kernels may include it.
#pragma once

namespace core::engine {

// How bytes are seen: the linear light of every byte of each channel, and the matrix from there to
// the cone responses of Oklab. A null pointer to it means that the bytes themselves are the
// coordinates.
struct Colorimetry {
    float linear[3][256];
    float lms[3][3];
};

// That of sRGB.
const Colorimetry& srgb_colorimetry();

}  // namespace core::engine
