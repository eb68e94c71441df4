// The rows that a score reads: a picture in linear light at every scale, and as XYB.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

#include "score/ssimulacra2.hpp"
#include "base/srgb.hpp"
#include "kernels/kernels.hpp"
#include "score/ssimulacra2_kernels.hpp"

namespace core::score::rows {

inline std::size_t padded(std::size_t width) { return (width + kBlock - 1) / kBlock * kBlock; }

// Floats at 64-byte alignment, zero at first.
class AlignedFloats {
public:
    explicit AlignedFloats(std::size_t size)
        : data_(static_cast<float*>(::operator new(size * sizeof(float) + 64, std::align_val_t(64)))) {
        std::memset(data_.get(), 0, size * sizeof(float));
    }
    float* data() const { return data_.get(); }

private:
    struct Free {
        void operator()(float* data) const { ::operator delete(data, std::align_val_t(64)); }
    };
    std::unique_ptr<float, Free> data_;
};

// `value` of opacity `alpha` over opaque `background`, as Pillow's alpha_composite rounds it.
inline std::uint8_t composite(std::uint8_t value, std::uint8_t alpha, std::uint8_t background) {
    const std::uint32_t sum =
        (value * std::uint32_t{alpha} + background * (255u - alpha) + 128u) << 7;
    return std::uint8_t(((sum >> 8) + sum) >> 15);
}

// Of one scale.
struct Size {
    std::size_t height;
    std::size_t width;

    Size(const Scoring& scoring, std::size_t scale) : height(scoring.height), width(scoring.width) {
        for (; scale > 0; --scale) {
            height = (height + 1) / 2;
            width = (width + 1) / 2;
        }
    }
    std::size_t stride() const { return padded(width); }
    std::size_t plane() const { return height * stride(); }
};

// One picture and its halved planes of linear light.
class Pyramid {
public:
    Pyramid(const Scoring& scoring, const Picture& picture)
        : picture_(picture), scoring_(scoring), planes_(size_of(scoring)) {
        if (is_indexed()) fill_palette();
    }

    bool is_indexed() const { return picture_.channels == 1; }

    // Row y of a plane of a scale above 0.
    float* plane_row(std::size_t scale, std::size_t channel, std::size_t y) const {
        float* start = planes_.data();
        for (std::size_t s = 1; s < scale; ++s) start += 3 * Size(scoring_, s).plane();
        const Size size(scoring_, scale);
        return start + channel * size.plane() + y * size.stride();
    }

    // linear[c] (out): row y of scale 0, of pixels.
    void read_linear(std::size_t y, float* const linear[3]) const {
        const std::size_t width = scoring_.width;
        const std::uint8_t* const row = picture_.pixels + y * width * picture_.channels;
        const float* const light = linear_of_byte().data();
        if (picture_.channels == 3) {
            for (std::size_t x = 0; x < width; ++x)
                for (std::size_t c = 0; c < 3; ++c) linear[c][x] = light[row[3 * x + c]];
            return;
        }
        for (std::size_t x = 0; x < width; ++x) {
            const std::uint8_t* const pixel = row + 4 * x;
            const bool is_opaque = pixel[3] == 255;  // as most are: the same without the arithmetic
            for (std::size_t c = 0; c < 3; ++c)
                linear[c][x] =
                    light[is_opaque ? pixel[c] : composite(pixel[c], pixel[3], picture_.background)];
        }
    }

    // xyb[c] (out, or nullptr): row y of scale 0, of indices.
    void read_xyb(std::size_t y, float* const xyb[3]) const {
        const std::uint8_t* const row = picture_.pixels + y * scoring_.width;
        for (std::size_t c = 0; c < 3; ++c)
            if (xyb[c])
                for (std::size_t x = 0; x < scoring_.width; ++x) xyb[c][x] = palette_xyb_[c][row[x]];
    }

    // half[c] (out): means of 2x2 indexed pixels, in the order of additions of the kernel.
    void halve_indices(std::size_t upper, std::size_t lower, float* const half[3]) const {
        const std::size_t width = scoring_.width;
        const std::uint8_t* const u = picture_.pixels + upper * width;
        const std::uint8_t* const l = picture_.pixels + lower * width;
        for (std::size_t x = 0; x < width; x += 2) {
            const std::size_t next = x + 1 < width ? x + 1 : x;
            const Light mean = 0.25f * ((palette_light_[u[x]] + palette_light_[u[next]]) +
                                        (palette_light_[l[x]] + palette_light_[l[next]]));
            for (std::size_t c = 0; c < 3; ++c) half[c][x / 2] = mean[c];
        }
    }

private:
    typedef float Light __attribute__((vector_size(16)));  // red, green, blue, and nothing

    static std::size_t size_of(const Scoring& scoring) {
        std::size_t total = 0;
        for (std::size_t s = 1; s < scoring.n_scales; ++s) total += 3 * Size(scoring, s).plane();
        return total;
    }

    void fill_palette() {
        alignas(64) float planes[3][256] = {};
        for (std::size_t i = 0; i < picture_.n_colors; ++i) {
            const std::uint8_t* const color = picture_.palette + i * picture_.palette_channels;
            for (std::size_t c = 0; c < 3; ++c) {
                const std::uint8_t seen = picture_.palette_channels == 3
                                              ? color[c]
                                              : composite(color[c], color[3], picture_.background);
                planes[c][i] = palette_light_[i][c] = linear_of_byte()[seen];
            }
        }
        float* const out[3] = {palette_xyb_[0], palette_xyb_[1], palette_xyb_[2]};
        kernels().ssimulacra2->xyb(planes[0], planes[1], planes[2], 256, out);
    }

    const Picture& picture_;
    const Scoring& scoring_;
    AlignedFloats planes_;
    Light palette_light_[256] = {};
    alignas(64) float palette_xyb_[3][256] = {};
};

// Reads the rows of one scale of a picture in order, and halves them for the next scale.
class Reader {
public:
    Reader(const Scoring& scoring, const Pyramid& pyramid, std::size_t scale)
        : pyramid_(pyramid),
          scale_(scale),
          size_(scoring, scale),
          is_last_(scale + 1 == scoring.n_scales),
          uses_indices_(scale == 0 && pyramid.is_indexed()),
          buffer_(scale == 0 && !uses_indices_ ? 6 * (size_.stride() + kBlock) : 0) {}

    // xyb[c] (out, or nullptr): row y. Rows must come in order; those in [first, last) belong to
    // this reader's strip, which starts at an even row, and are halved.
    void read(std::size_t y, std::size_t first, std::size_t last, float* const xyb[3]) {
        if (uses_indices_) {
            pyramid_.read_xyb(y, xyb);
        } else {
            const float** const row = rows_[y % 2];
            fetch(y, row);
            kernels().ssimulacra2->xyb(row[0], row[1], row[2], size_.width, xyb);
        }
        const bool ends_pair = y % 2 == 1 || y + 1 == size_.height;
        if (!is_last_ && ends_pair && y >= first && y < last) halve(y);
    }

private:
    void fetch(std::size_t y, const float** row) {
        if (scale_ > 0) {
            for (std::size_t c = 0; c < 3; ++c) row[c] = pyramid_.plane_row(scale_, c, y);
            return;
        }
        float* linear[3];
        for (std::size_t c = 0; c < 3; ++c)
            row[c] = linear[c] = buffer_.data() + (3 * (y % 2) + c) * (size_.stride() + kBlock);
        pyramid_.read_linear(y, linear);
        // An odd width is halved as if its last column stood there twice.
        for (float* const values : linear) values[size_.width] = values[size_.width - 1];
    }

    // Rows y - 1 and y; an odd height is halved as if its last row stood there twice.
    void halve(std::size_t y) const {
        const std::size_t half_width = (size_.width + 1) / 2;
        float* half[3];
        for (std::size_t c = 0; c < 3; ++c) half[c] = pyramid_.plane_row(scale_ + 1, c, y / 2);
        if (uses_indices_) {
            pyramid_.halve_indices(y / 2 * 2, y, half);
        } else {
            for (std::size_t c = 0; c < 3; ++c)
                kernels().ssimulacra2->halve(rows_[0][c], rows_[y % 2][c], half_width, half[c]);
        }
        if (half_width % 2 == 1)
            for (float* const values : half) values[half_width] = values[half_width - 1];
    }

    const Pyramid& pyramid_;
    std::size_t scale_;
    Size size_;
    bool is_last_;
    bool uses_indices_;
    AlignedFloats buffer_;
    const float* rows_[2][3] = {};
};

}  // namespace core::score::rows
