// The distinct colors of every bucket, in the order of their keys, with their weights.
#include <algorithm>
#include <cstring>

#include "engine/buckets.hpp"
#include "engine/cloud_view.hpp"
#include "base/parallel.hpp"
#include "kernels/kernels.hpp"

namespace core::engine {

void Deduplicated::State::emit(Opaque& part, std::size_t bucket, const double* pixel_weights,
                               Slot& slot, Emitted& out) const {
    std::uint32_t* table = slot.counts;
    double* totals = slot.totals;
    const std::uint32_t* items = part.items.data();
    const std::uint32_t* begin = &part.starts[bucket * n_strips];
    const std::uint32_t constant = std::uint32_t(bucket) << 12;
    const auto place = [&](std::uint32_t i) { return items[i] >> kStripBits; };
    // Groups of 64 colors that occur: looking at all of them would be most of the work for a bucket
    // of few pixels.
    std::uint64_t groups = ~std::uint64_t{0};
    constexpr std::uint32_t kFew = 256;
    if (begin[n_strips] - begin[0] < kFew) {
        groups = 0;
        for (std::uint32_t i = begin[0]; i < begin[n_strips]; ++i)
            groups |= std::uint64_t{1} << (place(i) >> 6);
    }
    if (!pixel_weights) {
        for (std::uint32_t i = begin[0]; i < begin[n_strips]; ++i) ++table[place(i)];
    } else {
        for (std::size_t strip = 0; strip < n_strips; ++strip) {
            const double* strip_weights = pixel_weights + strip * kStrip;
            for (std::uint32_t i = begin[strip]; i < begin[strip + 1]; ++i) {
                ++table[place(i)];
                totals[place(i)] += strip_weights[items[i] & (kStrip - 1)];
            }
        }
    }
    const std::size_t first = out.size;
    out.size += kernels().engine->collect(table, groups, constant, out.keys + first,
                                          out.counts + first);
    if (!pixel_weights) return;
    for (std::size_t i = first; i < out.size; ++i) {
        double& total = totals[out.keys[i] & (kTable - 1)];
        out.weights[i] = total;
        total = 0;
    }
}

void Deduplicated::State::emit(Partial& part, std::size_t bucket, const double* pixel_weights,
                               Slot& slot, Emitted& out) const {
    const std::uint32_t* begin = &part.starts[bucket * n_strips];
    std::uint64_t* sorted = part.items.data() + begin[0];
    const std::size_t n = begin[n_strips] - begin[0];
    const std::uint32_t base = std::uint32_t(bucket) << 20;
    constexpr std::size_t kFew = 128;  // below this, clearing two tables of 1024 costs more
    if (n < kFew) {
        std::sort(sorted, sorted + n);
    } else {
        std::uint64_t* other = slot.items.reserve(n);
        std::uint64_t* from = sorted;
        std::uint64_t* to = other;
        for (unsigned shift = 32; shift < 52; shift += 10) {
            std::uint32_t next[1024] = {};
            for (std::size_t i = 0; i < n; ++i) ++next[from[i] >> shift & 1023];
            std::uint32_t start = 0;
            for (std::uint32_t& entry : next) {
                const std::uint32_t size = entry;
                entry = start;
                start += size;
            }
            for (std::size_t i = 0; i < n; ++i) to[next[from[i] >> shift & 1023]++] = from[i];
            std::swap(from, to);
        }
    }
    for (std::size_t i = 0; i < n;) {
        const std::uint32_t low = std::uint32_t(sorted[i] >> 32);
        const std::size_t start = i;
        double total = 0;
        for (; i < n && sorted[i] >> 32 == low; ++i)
            if (pixel_weights) total += pixel_weights[std::uint32_t(sorted[i])];
        out.keys[out.size] = base | low;
        out.counts[out.size] = std::uint32_t(i - start);
        if (pixel_weights) out.weights[out.size] = total;
        ++out.size;
    }
}

template <class Item>
void Deduplicated::State::find_colors_of(Part<Item>& part, const double* pixel_weights,
                                         std::size_t n_threads) {
    // No more colors than pixels; pages that are not needed are not touched.
    const std::size_t n = part.starts.back();
    Emitted all{part.keys.reserve(n), part.counts.reserve(n),
                weighted ? part.weights.reserve(n) : nullptr, 0};
    const std::size_t n_groups = n_threads == 1 ? 1 : kGroups;
    const std::size_t per_group = kBuckets / n_groups;
    std::vector<Emitted> groups(n_groups);
    for_each_chunk(n_groups, n_threads, [&](std::size_t group) {
        const std::size_t offset = part.starts[group * per_group * n_strips];
        Emitted out{all.keys + offset, all.counts + offset,
                    weighted ? all.weights + offset : nullptr, 0};
        const Slots::Lease lease(slots);
        Slot& slot = *lease;
        for (std::size_t b = group * per_group; b < (group + 1) * per_group; ++b) {
            part.first[b] = std::uint32_t(out.size);
            if (part.starts[b * n_strips] != part.starts[(b + 1) * n_strips])
                emit(part, b, pixel_weights, slot, out);
        }
        groups[group] = out;
    });
    for (std::size_t group = 0; group < n_groups; ++group) {
        const Emitted& own = groups[group];
        for (std::size_t b = group * per_group; b < (group + 1) * per_group; ++b)
            part.first[b] += std::uint32_t(all.size);
        if (own.keys != all.keys + all.size) {
            std::memmove(all.keys + all.size, own.keys, own.size * sizeof *own.keys);
            std::memmove(all.counts + all.size, own.counts, own.size * sizeof *own.counts);
            if (weighted)
                std::memmove(all.weights + all.size, own.weights, own.size * sizeof *own.weights);
        }
        all.size += own.size;
    }
    part.first[kBuckets] = std::uint32_t(all.size);
    part.n_colors = all.size;
}

// The clear color, those with soft alpha, the opaque ones: kept apart by alpha.
void Deduplicated::State::join() {
    const std::size_t n_clear_colors = n_clear > 0;
    n_soft = n_clear_colors + partial.n_colors;
    n_colors = n_soft + opaque.n_colors;
    std::uint32_t* to = keys.reserve(n_colors);
    std::uint32_t* to_counts = counts.reserve(n_colors);
    if (n_clear) {
        to[0] = 0;
        to_counts[0] = std::uint32_t(n_clear);
    }
    std::copy_n(partial.keys.data(), partial.n_colors, to + n_clear_colors);
    std::copy_n(partial.counts.data(), partial.n_colors, to_counts + n_clear_colors);
    std::transform(opaque.keys.data(), opaque.keys.data() + opaque.n_colors, to + n_soft, rgba_key);
    std::copy_n(opaque.counts.data(), opaque.n_colors, to_counts + n_soft);
    if (!weighted) return;
    double* to_weights = weights.reserve(n_colors);
    if (n_clear) to_weights[0] = clear_weight;
    std::copy_n(partial.weights.data(), partial.n_colors, to_weights + n_clear_colors);
    std::copy_n(opaque.weights.data(), opaque.n_colors, to_weights + n_soft);
}

void Deduplicated::State::find_colors(Span<const double> pixel_weights, std::size_t n_threads) {
    weighted = pixel_weights.size != 0;
    find_colors_of(opaque, pixel_weights.data, n_threads);
    n_colors = opaque.n_colors;
    n_soft = 0;
    if (channels == 3) return;
    find_colors_of(partial, pixel_weights.data, n_threads);
    join();
}

}  // namespace core::engine
