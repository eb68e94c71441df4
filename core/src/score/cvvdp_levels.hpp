// What ColorVideoVDP compares: a picture as light in opponent channels, at every level of a pyramid.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "base/parallel.hpp"
#include "kernels/kernels.hpp"
#include "score/cvvdp.hpp"
#include "score/cvvdp_kernels.hpp"
#include "score/ssimulacra2_rows.hpp"

namespace core::score::levels {

using rows::AlignedFloats;
using rows::composite;
using rows::padded;

constexpr std::size_t kLeastRows = 32;  // of a strip: a third of overlap at most

struct Band {
    std::size_t height;
    std::size_t width;

    Band(const Viewing& viewing, std::size_t band) : height(viewing.height), width(viewing.width) {
        for (; band > 0; --band) {
            height = (height + 1) / 2;
            width = (width + 1) / 2;
        }
    }
    std::size_t stride() const { return padded(width); }
    std::size_t plane() const { return height * stride(); }
    bool blurs() const { return height > kMaskRadius && width > kMaskRadius; }
};

// Contrasts of the first band count once, those of the others twice: halving takes half of them.
inline float gain_of(std::size_t band) { return band == 0 ? 1.0f : 2.0f; }

// Row y when rows beyond the first and the last one are those within, the end itself doubled.
inline std::size_t doubled(std::ptrdiff_t y, std::size_t height) {
    if (y < 0) y = -y - 1;
    if (y >= std::ptrdiff_t(height)) y = 2 * std::ptrdiff_t(height) - 1 - y;
    return std::size_t(y);
}

// The same, the end itself not doubled.
inline std::size_t mirrored(std::ptrdiff_t y, std::size_t height) {
    if (y < 0) y = -y;
    if (y >= std::ptrdiff_t(height)) y = 2 * std::ptrdiff_t(height) - 2 - y;
    return std::size_t(y);
}

// Call strip(first, last) for strips of rows that cover a plane.
template <class Strip>
void for_each_strip(std::size_t height, std::size_t width, std::size_t n_threads,
                    const Strip& strip) {
    const std::size_t rows = rows_of_strip(height, width, kLeastRows, n_threads);
    for_each_chunk((height + rows - 1) / rows, n_threads,
                   [&](std::size_t i) { strip(i * rows, std::min(height, (i + 1) * rows)); });
}

// One picture as light in opponent channels, at every level.
class Levels {
public:
    Levels(const Viewing& viewing, const Picture& picture, std::size_t n_threads)
        : viewing_(viewing), picture_(picture), planes_(size_of(viewing)) {
        for (std::size_t i = 0; i < 3 * 256; ++i)
            for (std::size_t c = 0; c < 3; ++c) light_[i][c] = viewing.light[3 * i + c];
        fill_palette();
        for (std::size_t level = 0; level + 1 < viewing.n_bands; ++level) reduce(level, n_threads);
    }

    // Row y of a plane of a level above 0.
    float* row(std::size_t level, std::size_t channel, std::size_t y) const {
        float* start = planes_.data();
        for (std::size_t l = 1; l < level; ++l) start += 3 * Band(viewing_, l).plane();
        const Band band(viewing_, level);
        return start + channel * band.plane() + y * band.stride();
    }

    // out[c]: row y of level 0.
    void read(std::size_t y, float* const out[3]) const {
        const std::size_t width = viewing_.width;
        const std::uint8_t* pixel = picture_.pixels + y * width * picture_.channels;
        if (picture_.channels == 1) {
            for (std::size_t x = 0; x < width; ++x) put(palette_[pixel[x]], x, out);
        } else if (picture_.channels == 3) {
            for (std::size_t x = 0; x < width; ++x, pixel += 3)
                put(light_of(pixel[0], pixel[1], pixel[2]), x, out);
        } else {
            for (std::size_t x = 0; x < width; ++x, pixel += 4) put(over(pixel), x, out);
        }
    }

private:
    typedef float Light __attribute__((vector_size(16)));  // three channels, and nothing

    static std::size_t size_of(const Viewing& viewing) {
        std::size_t total = 0;
        for (std::size_t l = 1; l < viewing.n_bands; ++l) total += 3 * Band(viewing, l).plane();
        return total;
    }

    static void put(Light light, std::size_t x, float* const out[3]) {
        for (std::size_t c = 0; c < 3; ++c) out[c][x] = light[c];
    }

    Light light_of(std::uint8_t red, std::uint8_t green, std::uint8_t blue) const {
        return light_[red] + light_[256 + green] + light_[512 + blue];
    }

    Light over(const std::uint8_t* pixel) const {
        if (pixel[3] == 255) return light_of(pixel[0], pixel[1], pixel[2]);
        const std::uint8_t behind = picture_.background;
        return light_of(composite(pixel[0], pixel[3], behind), composite(pixel[1], pixel[3], behind),
                        composite(pixel[2], pixel[3], behind));
    }

    void fill_palette() {
        for (std::size_t i = 0; i < picture_.n_colors; ++i) {
            const std::uint8_t* const color = picture_.palette + i * picture_.palette_channels;
            palette_[i] = picture_.palette_channels == 4 ? over(color)
                                                         : light_of(color[0], color[1], color[2]);
        }
    }

    void reduce(std::size_t level, std::size_t n_threads) const {
        const Band from(viewing_, level);
        const Band smaller(viewing_, level + 1);
        for_each_strip(smaller.height, smaller.width, n_threads,
                       [&](std::size_t first, std::size_t last) {
                           const std::size_t slot = from.stride();
                           AlignedFloats scratch(from.stride() + 2 * kRowMargin);
                           AlignedFloats ring(level == 0 ? 5 * 3 * slot : 0);
                           std::size_t next = first == 0 ? 0 : 2 * first - 2;
                           for (std::size_t y = first; y < last; ++y) {
                               if (level == 0)
                                   for (; next < from.height && next <= 2 * y + 2; ++next)
                                       read_into(ring, slot, next);
                               for (std::size_t c = 0; c < 3; ++c) {
                                   const float* rows[5];
                                   for (std::size_t k = 0; k < 5; ++k) {
                                       const std::size_t at =
                                           doubled(std::ptrdiff_t(2 * y + k) - 2, from.height);
                                       rows[k] = level == 0 ? slot_of(ring, slot, at, c)
                                                            : row(level, c, at);
                                   }
                                   kernels().cvvdp->reduce(rows, from.width, from.height % 2 == 1,
                                                           row(level + 1, c, y), scratch.data());
                               }
                           }
                       });
    }

    static float* slot_of(const AlignedFloats& ring, std::size_t slot, std::size_t y, std::size_t channel) {
        return ring.data() + (3 * (y % 5) + channel) * slot;
    }

    void read_into(const AlignedFloats& ring, std::size_t slot, std::size_t y) const {
        float* const out[3] = {slot_of(ring, slot, y, 0), slot_of(ring, slot, y, 1),
                               slot_of(ring, slot, y, 2)};
        read(y, out);
    }

    const Viewing& viewing_;
    const Picture& picture_;
    AlignedFloats planes_;
    Light light_[3 * 256] = {};
    Light palette_[256] = {};
};

}  // namespace core::score::levels
