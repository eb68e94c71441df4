// Two counting sorts: pixels by the top bits of their key into 4096 buckets, one pass over the
// picture; then each bucket, which fits in the cache, by the rest.
//
// RGB: 12 bits are left, so a bucket is counted in a table of 4096 and its items stay as they are.
// RGBA: 20 bits are left, five of them alpha's. A large bucket of one alpha, such as all that is
// opaque, is counted in a table of 32768; the items of others are sorted, and a color is a run.
#include "core/deduplicate.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <vector>

#include "core/buffer.hpp"
#include "cloud_view.hpp"
#include "core/parallel.hpp"
#include "kernels.hpp"

namespace core {

namespace {

constexpr std::size_t kBuckets = 4096;
constexpr std::size_t kTable = 32768;  // colors of a bucket of one alpha; RGB needs 4096 of them
constexpr std::uint32_t kLowAlpha = 0xC0007;  // where alpha stands in the low bits (morton.cpp)
constexpr unsigned kStripBits = 20;  // pixel numbers inside a strip: what 12 key bits leave of 32
constexpr std::size_t kStrip = std::size_t{1} << kStripBits;
constexpr std::size_t kGroups = 64;  // of buckets: the chunks of the second sort

// Scratch for one thread at a time.
struct Slot {
    std::atomic<bool> busy{false};
    Buffer<std::uint32_t> keys;
    Buffer<std::uint64_t> items;
    // Of one bucket; all zero whenever the slot is free.
    std::uint32_t counts[kTable] = {};
    double totals[kTable] = {};
};

class Slots {
  public:
    void reserve(std::size_t n) {
        while (slots_.size() < n) slots_.emplace_back(new Slot);
    }
    Slot& take() {
        for (;;)
            for (const std::unique_ptr<Slot>& slot : slots_)
                if (!slot->busy.exchange(true)) return *slot;
    }
    std::size_t n_bytes() const {
        std::size_t total = 0;
        for (const std::unique_ptr<Slot>& slot : slots_)
            total += slot->keys.n_bytes() + slot->items.n_bytes() + sizeof *slot;
        return total;
    }

  private:
    std::vector<std::unique_ptr<Slot>> slots_;
};

struct Emitted {
    std::uint32_t* keys;
    std::uint32_t* counts;
    double* weights;  // or null
    std::size_t size;
};

}  // namespace

struct Deduplicated::State {
    std::size_t channels = 0;
    std::size_t n_pixels = 0;
    std::size_t n_strips = 0;
    std::size_t n_colors = 0;
    bool weighted = false;
    std::vector<std::uint32_t> starts;  // [bucket * n_strips + strip]: its items, one more at the end
    std::uint32_t first[kBuckets + 1];  // the first color of every bucket
    bool is_table[kBuckets];            // RGBA: its items are not sorted
    Buffer<std::uint32_t> items;        // RGB: low key bits << 20 | pixel in its strip
    Buffer<std::uint64_t> wide_items;   // RGBA: low key bits << 32 | pixel
    Buffer<std::uint32_t> keys;
    Buffer<std::uint32_t> counts;
    Buffer<double> weights;
    Slots slots;

    std::size_t strip_size(std::size_t strip) const {
        return std::min(kStrip, n_pixels - strip * kStrip);
    }

    void count_buckets(const std::uint8_t* pixels, std::size_t n_threads);
    void scatter(const std::uint8_t* pixels, std::size_t n_threads);
    void find_colors(Span<const double> weights, std::size_t n_threads);
    template <class Item>
    void emit_table(std::size_t bucket, const Item* own, std::uint32_t constant,
                    const double* pixel_weights, Slot& slot, Emitted& out) const;
    void emit_wide(std::size_t bucket, const double* pixel_weights, Slot& slot, Emitted& out);
    void paint_narrow(std::size_t bucket, const std::uint8_t* labels, std::uint8_t* indices) const;
    void paint_wide(std::size_t bucket, const std::uint8_t* labels, std::uint8_t* indices) const;
};

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

namespace {

// Where a color stands in the table of its bucket, which pixel an item is, and the reverse.
std::uint32_t place(std::uint32_t item) { return item >> kStripBits; }
std::uint32_t place(std::uint64_t item) { return std::uint32_t(item >> 35) & (kTable - 1); }
std::size_t pixel(std::uint32_t item) { return item & (kStrip - 1); }
std::size_t pixel(std::uint64_t item) { return std::uint32_t(item); }
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

std::size_t Deduplicated::n_bytes() const {
    const State& s = *state_;
    return s.items.n_bytes() + s.wide_items.n_bytes() + s.keys.n_bytes() + s.counts.n_bytes() +
           s.weights.n_bytes() + s.slots.n_bytes();
}

}  // namespace core
