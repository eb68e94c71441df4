// An index per color back onto the pixels, bucket by bucket.
#include "buckets.hpp"
#include "core/parallel.hpp"

namespace core {

void Deduplicated::State::paint_narrow(std::size_t bucket, const std::uint8_t* labels,
                                       std::uint8_t* indices) const {
    std::uint8_t table[4096];
    const std::uint32_t* own_keys = keys.data();
    for (std::uint32_t c = first[bucket]; c < first[bucket + 1]; ++c)
        table[own_keys[c] & 4095] = labels[c];
    const std::uint32_t* begin = &starts[bucket * n_strips];
    for (std::size_t strip = 0; strip < n_strips; ++strip) {
        std::uint8_t* to = indices + strip * kStrip;
        for (std::uint32_t i = begin[strip]; i < begin[strip + 1]; ++i) {
            const std::uint32_t item = items.data()[i];
            to[item & (kStrip - 1)] = table[item >> kStripBits];
        }
    }
}

void Deduplicated::State::paint_wide(std::size_t bucket, const std::uint8_t* labels,
                                     std::uint8_t* indices) const {
    std::uint32_t i = starts[bucket * n_strips];
    if (is_table[bucket] && first[bucket] < first[bucket + 1]) {
        std::uint8_t table[kTable];
        for (std::uint32_t c = first[bucket]; c < first[bucket + 1]; ++c)
            table[keys.data()[c] >> 3 & (kTable - 1)] = labels[c];
        for (; i < starts[(bucket + 1) * n_strips]; ++i) {
            const std::uint64_t item = wide_items.data()[i];
            indices[pixel(item)] = table[place(item)];
        }
        return;
    }
    for (std::uint32_t c = first[bucket]; c < first[bucket + 1]; ++c)
        for (std::uint32_t left = counts.data()[c]; left; --left, ++i)
            indices[std::uint32_t(wide_items.data()[i])] = labels[c];
}

void Deduplicated::paint(Span<const std::uint8_t> labels, Span<std::uint8_t> indices,
                         std::size_t n_threads) const {
    const State& s = *state_;
    constexpr std::size_t per_group = kBuckets / kGroups;
    for_each_chunk(kGroups, n_threads, [&](std::size_t group) {
        for (std::size_t b = group * per_group; b < (group + 1) * per_group; ++b) {
            if (s.channels == 3)
                s.paint_narrow(b, labels.data, indices.data);
            else
                s.paint_wide(b, labels.data, indices.data);
        }
    });
}

}  // namespace core
