// Pixels into buckets, in one pass over the picture; what the pixels are is asked here.
#include <algorithm>
#include <cstring>

#include "buckets.hpp"
#include "core/parallel.hpp"
#include "cloud_view.hpp"
#include "kernels.hpp"

namespace core {

void Deduplicated::State::scatter(const std::uint8_t* pixels, std::size_t n_threads) {
    const unsigned low_bits = channels == 3 ? 12 : 20;
    starts.assign(kBuckets * n_strips + 1, 0);
    // One strip, the common case, is keyed once; more are keyed again when they are placed, so
    // that no keys of the whole picture have to be held.
    const auto key_strip = [&](std::size_t strip, Slot& slot) {
        std::uint32_t* out = slot.keys.reserve(strip_size(strip));
        kernels().engine->morton_keys(pixels + strip * kStrip * channels, strip_size(strip), channels, out);
        return out;
    };
    std::uint32_t* only_keys = nullptr;
    for_each_chunk(n_strips, n_threads, [&](std::size_t strip) {
        Slot& slot = slots.take();
        const std::uint32_t* strip_keys = key_strip(strip, slot);
        if (n_strips == 1) only_keys = slot.keys.data();
        // Two tables: equal neighbors would wait for each other's count.
        std::uint32_t sizes[2][kBuckets] = {};
        const std::size_t size = strip_size(strip);
        for (std::size_t i = 0; i + 1 < size; i += 2) {
            ++sizes[0][strip_keys[i] >> low_bits];
            ++sizes[1][strip_keys[i + 1] >> low_bits];
        }
        if (size & 1) ++sizes[0][strip_keys[size - 1] >> low_bits];
        for (std::size_t b = 0; b < kBuckets; ++b)
            starts[b * n_strips + strip] = sizes[0][b] + sizes[1][b];
        slot.busy = false;
    });
    std::uint32_t start = 0;
    for (std::uint32_t& entry : starts) {
        const std::uint32_t size = entry;
        entry = start;
        start += size;
    }
    if (channels == 3)
        items.reserve(n_pixels);
    else
        wide_items.reserve(n_pixels);
    for_each_chunk(n_strips, n_threads, [&](std::size_t strip) {
        Slot& slot = slots.take();
        const std::uint32_t* strip_keys = n_strips == 1 ? only_keys : key_strip(strip, slot);
        std::uint32_t next[kBuckets];
        for (std::size_t b = 0; b < kBuckets; ++b) next[b] = starts[b * n_strips + strip];
        const std::size_t size = strip_size(strip);
        if (channels == 3) {
            std::uint32_t* to = items.data();
            for (std::size_t i = 0; i < size; ++i)
                to[next[strip_keys[i] >> 12]++] = strip_keys[i] << kStripBits | std::uint32_t(i);
        } else {
            std::uint64_t* to = wide_items.data();
            const std::uint64_t base = strip * kStrip;
            for (std::size_t i = 0; i < size; ++i)
                to[next[strip_keys[i] >> 20]++] =
                    std::uint64_t(strip_keys[i] & 0xfffff) << 32 | (base + i);
        }
        slot.busy = false;
    });
}

Deduplicated::Deduplicated() : state_(new State) {}
Deduplicated::~Deduplicated() = default;

void Deduplicated::sort(Span<const std::uint8_t> pixels, std::size_t channels,
                        Span<const double> weights, std::size_t n_threads) {
    State& s = *state_;
    n_threads = thread_count(n_threads);
    s.channels = channels;
    s.n_pixels = pixels.size / channels;
    s.n_strips = (s.n_pixels + kStrip - 1) / kStrip;
    s.slots.reserve(n_threads);
    s.scatter(pixels.data, n_threads);
    s.find_colors(weights, n_threads);
}

std::size_t Deduplicated::channels() const { return state_->channels; }
std::size_t Deduplicated::n_pixels() const { return state_->n_pixels; }
Span<const std::uint32_t> Deduplicated::keys() const {
    return {state_->keys.data(), state_->n_colors};
}
Span<const std::uint32_t> Deduplicated::counts() const {
    return {state_->counts.data(), state_->n_colors};
}
Span<const double> Deduplicated::weights() const {
    return {state_->weights.data(), state_->weighted ? state_->n_colors : 0};
}

void Deduplicated::histogram(Span<std::uint32_t> numbers, Span<double> weights) const {
    const State& s = *state_;
    const std::size_t n = s.n_colors;
    // Stable radix sort of (number, place), a byte at a time.
    std::vector<std::uint64_t> from(n);
    std::vector<std::uint64_t> to(n);
    kernels().engine->numbers_from_keys(s.keys.data(), n, s.channels, numbers.data);
    for (std::size_t i = 0; i < n; ++i) from[i] = std::uint64_t(numbers[i]) << 32 | i;
    for (unsigned shift = 32; shift < 32 + 8 * s.channels; shift += 8) {
        std::size_t next[256] = {};
        for (const std::uint64_t item : from) ++next[item >> shift & 0xff];
        std::size_t start = 0;
        for (std::size_t& entry : next) {
            const std::size_t size = entry;
            entry = start;
            start += size;
        }
        for (const std::uint64_t item : from) to[next[item >> shift & 0xff]++] = item;
        std::swap(from, to);
    }
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t place = std::uint32_t(from[i]);
        numbers[i] = std::uint32_t(from[i] >> 32);
        weights[i] = s.weighted ? s.weights.data()[place] : double(s.counts.data()[place]);
    }
}

std::size_t Deduplicated::n_bytes() const {
    const State& s = *state_;
    return s.items.n_bytes() + s.wide_items.n_bytes() + s.keys.n_bytes() + s.counts.n_bytes() +
           s.weights.n_bytes() + s.slots.n_bytes();
}

}  // namespace core
