// Pixels into buckets, in one pass over the picture; only this file looks at the pixels.
#include <algorithm>
#include <cstring>

#include "engine/buckets.hpp"
#include "base/parallel.hpp"
#include "engine/cloud_view.hpp"
#include "kernels/kernels.hpp"

namespace core::engine {

namespace {

void sum_up(std::vector<std::uint32_t>& sizes) {
    std::uint32_t start = 0;
    for (std::uint32_t& entry : sizes) {
        const std::uint32_t size = entry;
        entry = start;
        start += size;
    }
}

}  // namespace

template <bool has_alpha>
void Deduplicated::State::scatter(const std::uint8_t* pixels, std::size_t n_threads) {
    opaque.starts.assign(kBuckets * n_strips + 1, 0);
    partial.starts.assign(has_alpha ? kBuckets * n_strips + 1 : 1, 0);
    // A single strip, the common case, is keyed once; several are keyed again when they are
    // placed, so that the keys of the whole picture need not be held.
    const auto key_strip = [&](std::size_t strip, Slot& slot) {
        std::uint32_t* out = slot.keys.reserve(strip_size(strip));
        kernels().engine->morton_keys(pixels + strip * kStrip * channels, strip_size(strip),
                                      channels, out);
        return out;
    };
    std::uint32_t* only_keys = nullptr;
    for_each_chunk(n_strips, n_threads, [&](std::size_t strip) {
        const Slots::Lease lease(slots);
        Slot& slot = *lease;
        const std::uint32_t* strip_keys = key_strip(strip, slot);
        if (n_strips == 1) only_keys = slot.keys.data();
        std::uint32_t sizes[2][kBuckets] = {};
        const std::size_t size = strip_size(strip);
        if (has_alpha) {
            const std::uint8_t* alpha = pixels + strip * kStrip * 4 + 3;
            for (std::size_t i = 0; i < size; ++i) {
                if (alpha[4 * i] == 255)
                    ++sizes[0][strip_keys[i] >> 12];
                else if (alpha[4 * i] > 0)
                    ++sizes[1][strip_keys[i] >> 20];
            }
            for (std::size_t b = 0; b < kBuckets; ++b) {
                opaque.starts[b * n_strips + strip] = sizes[0][b];
                partial.starts[b * n_strips + strip] = sizes[1][b];
            }
        } else {
            // Two tables: equal neighbors would wait for each other's count.
            for (std::size_t i = 0; i + 1 < size; i += 2) {
                ++sizes[0][strip_keys[i] >> 12];
                ++sizes[1][strip_keys[i + 1] >> 12];
            }
            if (size & 1) ++sizes[0][strip_keys[size - 1] >> 12];
            for (std::size_t b = 0; b < kBuckets; ++b)
                opaque.starts[b * n_strips + strip] = sizes[0][b] + sizes[1][b];
        }
    });
    sum_up(opaque.starts);
    sum_up(partial.starts);
    std::uint32_t* to = opaque.items.reserve(opaque.starts.back());
    std::uint64_t* to_partial = partial.items.reserve(partial.starts.back());
    for_each_chunk(n_strips, n_threads, [&](std::size_t strip) {
        const Slots::Lease lease(slots);
        Slot& slot = *lease;
        const std::uint32_t* strip_keys = n_strips == 1 ? only_keys : key_strip(strip, slot);
        std::uint32_t next[kBuckets];
        for (std::size_t b = 0; b < kBuckets; ++b) next[b] = opaque.starts[b * n_strips + strip];
        const std::size_t size = strip_size(strip);
        const auto place = [&](std::size_t i) {
            to[next[strip_keys[i] >> 12]++] = strip_keys[i] << kStripBits | std::uint32_t(i);
        };
        if (has_alpha) {
            const std::uint8_t* alpha = pixels + strip * kStrip * 4 + 3;
            std::uint32_t next_partial[kBuckets];
            for (std::size_t b = 0; b < kBuckets; ++b)
                next_partial[b] = partial.starts[b * n_strips + strip];
            const std::uint64_t base = strip * kStrip;
            for (std::size_t i = 0; i < size; ++i) {
                if (alpha[4 * i] == 255)
                    place(i);
                else if (alpha[4 * i] > 0)
                    to_partial[next_partial[strip_keys[i] >> 20]++] =
                        std::uint64_t(strip_keys[i] & 0xfffff) << 32 | (base + i);
            }
        } else {
            for (std::size_t i = 0; i < size; ++i) place(i);
        }
    });
    n_clear = n_pixels - opaque.starts.back() - partial.starts.back();
}

void Deduplicated::State::weigh_clear(const std::uint8_t* pixels, const double* pixel_weights) {
    clear_weight = 0;
    for (std::size_t i = 0; i < n_pixels; ++i)
        if (pixels[4 * i + 3] == 0) clear_weight += pixel_weights[i];
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
    if (channels == 3)
        s.scatter<false>(pixels.data, n_threads);
    else
        s.scatter<true>(pixels.data, n_threads);
    if (weights.size && s.n_clear) s.weigh_clear(pixels.data, weights.data);
    s.find_colors(weights, n_threads);
}

std::size_t Deduplicated::channels() const { return state_->channels; }
std::size_t Deduplicated::n_pixels() const { return state_->n_pixels; }
std::size_t Deduplicated::n_soft() const { return state_->n_soft; }
Span<const std::uint32_t> Deduplicated::keys() const {
    const State& s = *state_;
    return {s.channels == 3 ? s.opaque.keys.data() : s.keys.data(), s.n_colors};
}
Span<const std::uint32_t> Deduplicated::counts() const {
    const State& s = *state_;
    return {s.channels == 3 ? s.opaque.counts.data() : s.counts.data(), s.n_colors};
}
Span<const double> Deduplicated::weights() const {
    const State& s = *state_;
    return {s.channels == 3 ? s.opaque.weights.data() : s.weights.data(),
            s.weighted ? s.n_colors : 0};
}

void Deduplicated::histogram(Span<std::uint32_t> numbers, Span<double> weights) const {
    const State& s = *state_;
    const std::size_t n = s.n_colors;
    // Stable radix sort of (number, place), a byte at a time.
    std::vector<std::uint64_t> from(n);
    std::vector<std::uint64_t> to(n);
    kernels().engine->numbers_from_keys(keys().data, n, s.channels, numbers.data);
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
        weights[i] = s.weighted ? this->weights()[place] : double(counts()[place]);
    }
}

std::size_t Deduplicated::n_bytes() const {
    const State& s = *state_;
    return s.opaque.n_bytes() + s.partial.n_bytes() + s.keys.n_bytes() + s.counts.n_bytes() +
           s.weights.n_bytes() + s.slots.n_bytes();
}

}  // namespace core::engine
