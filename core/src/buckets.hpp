// What the files of deduplication share: pixels sorted into buckets by the top bits of their key.
//
// Two counting sorts: pixels by the top bits of their key into 4096 buckets, one pass over the
// picture; then each bucket, which fits in the cache, by the rest.
//
// RGB: 12 bits are left, so a bucket is counted in a table of 4096 and its items stay as they are.
// RGBA: 20 bits are left, five of them alpha's. A large bucket of one alpha, such as all that is
// opaque, is counted in a table of 32768; the items of others are sorted, and a color is a run.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/buffer.hpp"
#include "core/deduplicate.hpp"

namespace core {

constexpr std::size_t kBuckets = 4096;
constexpr std::size_t kTable = 32768;  // colors of a bucket of one alpha; RGB needs 4096 of them
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

    // Key the pixels and sort them into buckets (deduplicate.cpp).
    void scatter(const std::uint8_t* pixels, std::size_t n_threads);
    // Find the colors of every bucket (distinct.cpp).
    void find_colors(Span<const double> weights, std::size_t n_threads);
    template <class Item>
    void emit_table(std::size_t bucket, const Item* own, std::uint32_t constant,
                    const double* pixel_weights, Slot& slot, Emitted& out) const;
    void emit_wide(std::size_t bucket, const double* pixel_weights, Slot& slot, Emitted& out);
    // Paint the pixels of a bucket (paint.cpp).
    void paint_narrow(std::size_t bucket, const std::uint8_t* labels, std::uint8_t* indices) const;
    void paint_wide(std::size_t bucket, const std::uint8_t* labels, std::uint8_t* indices) const;
};

// Where a color stands in the table of its bucket, and which pixel an item is.
inline std::uint32_t place(std::uint32_t item) { return item >> kStripBits; }
inline std::uint32_t place(std::uint64_t item) { return std::uint32_t(item >> 35) & (kTable - 1); }
inline std::size_t pixel(std::uint32_t item) { return item & (kStrip - 1); }
inline std::size_t pixel(std::uint64_t item) { return std::uint32_t(item); }

}  // namespace core
