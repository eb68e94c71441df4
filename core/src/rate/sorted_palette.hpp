// The palette by its first coordinate, as rows are mapped to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/span.hpp"
#include "rate/row.hpp"

namespace core::rate {

struct SortedPalette {
    // counts: pixels of every color; price_mix: how far labels cost by their counts, 0 to 1.
    SortedPalette(std::size_t dims, Span<const float> colors, Span<const double> counts, double price_mix);

    std::size_t dims, n_colors, n_padded;
    std::vector<int> entry;          // sorted place -> entry of the caller's palette
    std::vector<int> place;          // and back
    std::vector<float> palette[kMaxDims];   // sorted planes, padded; entry 256 lies nowhere
    std::vector<double> label_bits;  // by sorted place, without the literals' share
    std::vector<std::uint16_t> bucket;
    float bucket_origin = 0, bucket_scale = 0;
};

}  // namespace core::rate
