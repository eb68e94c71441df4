// An index per color back onto the pixels, bucket by bucket.
#include <algorithm>

#include "engine/buckets.hpp"
#include "base/parallel.hpp"

namespace core::engine {

void Deduplicated::State::paint_opaque(std::size_t bucket, const std::uint8_t* labels,
                                       std::uint8_t* indices) const {
    std::uint8_t table[kTable];
    for (std::uint32_t c = opaque.first[bucket]; c < opaque.first[bucket + 1]; ++c)
        table[opaque.keys.data()[c] & (kTable - 1)] = labels[c];
    const std::uint32_t* begin = &opaque.starts[bucket * n_strips];
    for (std::size_t strip = 0; strip < n_strips; ++strip) {
        std::uint8_t* to = indices + strip * kStrip;
        for (std::uint32_t i = begin[strip]; i < begin[strip + 1]; ++i) {
            const std::uint32_t item = opaque.items.data()[i];
            to[item & (kStrip - 1)] = table[item >> kStripBits];
        }
    }
}

void Deduplicated::State::paint_partial(std::size_t bucket, const std::uint8_t* labels,
                                        std::uint8_t* indices) const {
    std::uint32_t i = partial.starts[bucket * n_strips];
    for (std::uint32_t c = partial.first[bucket]; c < partial.first[bucket + 1]; ++c)
        for (std::uint32_t left = partial.counts.data()[c]; left; --left, ++i)
            indices[std::uint32_t(partial.items.data()[i])] = labels[c];
}

void Deduplicated::paint(Span<const std::uint8_t> labels, Span<std::uint8_t> indices,
                         std::size_t n_threads) const {
    const State& s = *state_;
    const bool has_alpha = s.channels == 4;
    const std::uint8_t* opaque = labels.data + s.n_soft;
    const std::uint8_t* partial = labels.data + (s.n_clear > 0);
    if (has_alpha && s.n_clear) std::fill(indices.begin(), indices.end(), labels[0]);
    constexpr std::size_t per_group = kBuckets / kGroups;
    for_each_chunk(kGroups, n_threads, [&](std::size_t group) {
        for (std::size_t b = group * per_group; b < (group + 1) * per_group; ++b) {
            s.paint_opaque(b, opaque, indices.data);
            if (has_alpha) s.paint_partial(b, partial, indices.data);
        }
    });
}

}  // namespace core::engine
