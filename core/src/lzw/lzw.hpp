// Palette entries by distortion + rate, the rate being the codes of GIF's LZW.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/span.hpp"

namespace core::lzw {

// What a pixel may become, beside the numbers 0-255 (this entry alone) and kOrKept + 0-255 (this
// entry, or left as shown; both without distortion).
constexpr std::int16_t kFree = -1;        // any entry
constexpr std::int16_t kFreeOrKept = -2;  // any entry, or left as shown
constexpr std::int16_t kKept = -3;        // left as shown, without distortion
constexpr std::int16_t kOrKept = 256;

// One rectangle of pixels. Coordinates are triples; planes have width x height values.
struct LzwFrame {
    std::size_t width;
    Span<const float> points;        // the colors wanted
    Span<const float> shown;         // the colors on the canvas now; read where rules say kept
    Span<const float> weights;       // how much an error counts
    Span<const float> smoothness;    // 0-1: how smooth the picture is
    Span<const std::int16_t> rules;  // see above
    Span<const float> palette;       // at most 256, 255 where a pixel may be kept
};

struct LzwOptions {
    float rate_weight;         // squared units of distance that one bit is worth, > 0
    float outlier;             // 1 / squared distance at which an error counts twice
    float spread_right[2];     // shares of the error for the next pixel, in texture and where smooth
    float spread_down[2];      // and for the row below
    float slack;               // bits by which a path may fall behind before it is given up
    float memory;              // pixels over which the mean cost is taken, >= 1
    float patience;            // 0: clear a full dictionary at once; else the loss it may bring
    std::size_t most_visits;   // nodes looked at for one code
    std::size_t rivals;        // codes that are compared by the best code after them; 1: none
};

struct LzwMapped {
    std::vector<std::uint8_t> codes;  // the bytes of the code stream, without blocks
    int code_size;                    // GIF's LZW minimum code size
    double distortion;                // weighted, of all pixels
    float mean_cost;                  // distortion + rate of a pixel, towards the end
};

// Writes the entries into `indices`; a pixel left as shown gets the number of entries.
// mean_cost: of the rectangle before; 0 when there is none.
LzwMapped map_lzw(const LzwFrame& frame, const LzwOptions& options, float mean_cost,
                  Span<std::uint8_t> indices);

}  // namespace core::lzw
