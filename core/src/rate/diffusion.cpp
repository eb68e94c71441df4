#include "rate/diffusion.hpp"

namespace core::rate {

Diffusion::Diffusion(std::size_t width, std::size_t dims, const RateOptions& options)
    : width_(width), dims_(dims), carried_(dims > 4 ? dims / 2 : dims), options_(options), right_(width) {
    for (std::size_t i = 0; i < dims; ++i) {
        target_[i].resize(width);
        error_[i].assign(width + 4, 0.0f);
        blurred_[i].assign(width, 0.0f);
    }
}

void Diffusion::begin_row(const float* points, const float* smoothness) {
    for (std::size_t i = 0; i < dims_; ++i)
        for (std::size_t x = 0; x < width_; ++x) target_[i][x] = points[x * dims_ + i] + blurred_[i][x];
    for (std::size_t x = 0; x < width_; ++x) {
        const float* shares = options_.spread_right;
        right_[x] = shares[0] + smoothness[x] * (shares[1] - shares[0]);
    }
}

void Diffusion::end_row(const SortedPalette& colors, const std::uint16_t* labels, const float* smoothness) {
    float last[kMaxDims] = {};
    for (std::size_t x = 0; x < width_; ++x) {
        const float* shares = options_.spread_down;
        const float down = shares[0] + smoothness[x] * (shares[1] - shares[0]);
        for (std::size_t i = 0; i < carried_; ++i) {
            const float carried = right_[x] * last[i];
            const float felt = (target_[i][x] + carried) - colors.palette[i][labels[x]];
            const float forget = i == 0 ? options_.forget : 0.0f;
            last[i] = felt - forget * carried;
            const float share = i == 1 || i == 2 ? down * options_.chroma_down : down;
            error_[i][x + 2] = share * (felt - forget * blurred_[i][x]);
        }
    }
    if (carried_ < dims_) keep_inside(last);
    for (std::size_t i = 0; i < carried_; ++i) {
        const float* e = error_[i].data();
        for (std::size_t x = 0; x < width_; ++x)
            blurred_[i][x] = 0.25f * (e[x + 1] + e[x + 3]) + 0.5f * e[x + 2];
    }
}

void Diffusion::keep_inside(const float* last) {
    for (std::size_t i = 0; i < carried_; ++i) {
        float* e = error_[i].data();
        e[width_ + 1] += right_[width_ - 1] * last[i];
        e[1] = e[2];
        e[width_ + 2] = e[width_ + 1];
    }
}

}  // namespace core::rate
