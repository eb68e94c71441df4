// The distinct colors of every bucket, in the order of their keys, with what they weigh.
#include <algorithm>
#include <cstring>

#include "buckets.hpp"
#include "cloud_view.hpp"
#include "core/parallel.hpp"
#include "kernels.hpp"

namespace core {

namespace {

constexpr std::uint32_t kLowAlpha = 0xC0007;  // where alpha stands in the low bits (morton.cpp)

// The low key bits of a place in the table of a bucket.
std::uint32_t low_key(std::uint32_t place, std::uint32_t) { return place; }
std::uint32_t low_key(std::uint32_t place, std::uint64_t) { return place << 3; }

}  // namespace

// Colors of a bucket whose key is `constant` but for their place.
template <class Item>
void Deduplicated::State::emit_table(std::size_t bucket, const Item* own, std::uint32_t constant,
                                     const double* pixel_weights, Slot& slot,
                                     Emitted& out) const {
    std::uint32_t* table = slot.counts;
    double* totals = slot.totals;
    const std::uint32_t* begin = &starts[bucket * n_strips];
    constexpr bool is_narrow = sizeof(Item) == sizeof(std::uint32_t);
    constexpr std::uint32_t n_words = (is_narrow ? 4096 : kTable) / 64;
    // Groups of 64 colors that occur: to look at all of them would be the most of the work for a
    // bucket of few pixels.
    std::uint64_t words[n_words / 64];
    constexpr std::uint32_t kFew = 256;
    const bool is_small = begin[n_strips] - begin[0] < kFew;
    std::memset(words, is_small ? 0 : 0xff, sizeof words);
    if (is_small)
        for (std::uint32_t i = begin[0]; i < begin[n_strips]; ++i) {
            const std::uint32_t word = place(own[i]) >> 6;
            words[word >> 6] |= std::uint64_t{1} << (word & 63);
        }
    if (!pixel_weights) {
        for (std::uint32_t i = begin[0]; i < begin[n_strips]; ++i) ++table[place(own[i])];
    } else {
        for (std::size_t strip = 0; strip < n_strips; ++strip) {
            const double* strip_weights = pixel_weights + (is_narrow ? strip * kStrip : 0);
            for (std::uint32_t i = begin[strip]; i < begin[strip + 1]; ++i) {
                ++table[place(own[i])];
                totals[place(own[i])] += strip_weights[pixel(own[i])];
            }
        }
    }
    const auto filled = kernels().engine->filled;
    std::size_t size = out.size;
    for (std::uint32_t group = 0; group < n_words / 64; ++group)
        for (std::uint64_t left = words[group]; left; left &= left - 1) {
            const std::uint32_t start = 64 * (64 * group + std::uint32_t(__builtin_ctzll(left)));
            for (std::uint64_t bits = filled(table + start); bits; bits &= bits - 1) {
                const std::uint32_t at = start + std::uint32_t(__builtin_ctzll(bits));
                out.keys[size] = constant | low_key(at, Item{});
                out.counts[size] = table[at];
                table[at] = 0;
                if (pixel_weights) {
                    out.weights[size] = totals[at];
                    totals[at] = 0;
                }
                ++size;
            }
        }
    out.size = size;
}

void Deduplicated::State::emit_wide(std::size_t bucket, const double* pixel_weights,
                                    Slot& slot, Emitted& out) {
    const std::uint32_t* begin = &starts[bucket * n_strips];
    std::uint64_t* sorted = wide_items.data() + begin[0];
    const std::size_t n = begin[n_strips] - begin[0];
    const std::uint32_t base = std::uint32_t(bucket) << 20;
    constexpr std::size_t kMany = 2048;  // worth looking through a table of 32768
    is_table[bucket] = false;
    if (n >= kMany) {
        std::uint64_t differing = 0;
        for (std::size_t i = 0; i < n; ++i) differing |= sorted[i] ^ sorted[0];
        is_table[bucket] = (std::uint32_t(differing >> 32) & kLowAlpha) == 0;
        if (is_table[bucket]) {
            const std::uint32_t alpha = std::uint32_t(sorted[0] >> 32) & kLowAlpha;
            return emit_table(bucket, wide_items.data(), base | alpha, pixel_weights, slot, out);
        }
    }
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

void Deduplicated::State::find_colors(Span<const double> pixel_weights, std::size_t n_threads) {
    weighted = pixel_weights.size != 0;
    // No more colors than pixels; pages that are not needed are not touched.
    Emitted all{keys.reserve(n_pixels), counts.reserve(n_pixels),
                weighted ? weights.reserve(n_pixels) : nullptr, 0};
    const std::size_t n_groups = n_threads == 1 ? 1 : kGroups;
    const std::size_t per_group = kBuckets / n_groups;
    std::vector<Emitted> groups(n_groups);
    for_each_chunk(n_groups, n_threads, [&](std::size_t group) {
        const std::size_t offset = starts[group * per_group * n_strips];
        Emitted out{all.keys + offset, all.counts + offset,
                    weighted ? all.weights + offset : nullptr, 0};
        Slot& slot = slots.take();
        for (std::size_t b = group * per_group; b < (group + 1) * per_group; ++b) {
            first[b] = std::uint32_t(out.size);
            if (starts[b * n_strips] == starts[(b + 1) * n_strips]) continue;
            if (channels == 3)
                emit_table(b, items.data(), std::uint32_t(b) << 12, pixel_weights.data, slot, out);
            else
                emit_wide(b, pixel_weights.data, slot, out);
        }
        slot.busy = false;
        groups[group] = out;
    });
    for (std::size_t group = 0; group < n_groups; ++group) {
        const Emitted& part = groups[group];
        for (std::size_t b = group * per_group; b < (group + 1) * per_group; ++b)
            first[b] += std::uint32_t(all.size);
        if (part.keys != all.keys + all.size) {
            std::memmove(all.keys + all.size, part.keys, part.size * sizeof *part.keys);
            std::memmove(all.counts + all.size, part.counts, part.size * sizeof *part.counts);
            if (weighted)
                std::memmove(all.weights + all.size, part.weights,
                             part.size * sizeof *part.weights);
        }
        all.size += part.size;
    }
    first[kBuckets] = std::uint32_t(all.size);
    n_colors = all.size;
}

}  // namespace core
