// What the files of deduplication share: pixels sorted into buckets by the top bits of their key.
//
// Two counting sorts: pixels by the top bits of their key into 4096 buckets, one pass over the
// picture; then each bucket, which fits in the cache, by the rest.
//
// Opaque pixels have 12 bits left, so a bucket is counted in a table of 4096 and its items need no
// sorting. Partly transparent pixels have 20 bits left; their items are sorted, and a color is a run.
// Fully transparent ones are one color, and are only counted.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/buffer.hpp"
#include "engine/deduplicate.hpp"

namespace core::engine {

constexpr std::size_t kBuckets = 4096;
constexpr std::size_t kTable = 4096;  // opaque colors of a bucket
constexpr unsigned kStripBits = 20;  // pixel numbers inside a strip: what 12 key bits leave of 32
constexpr std::size_t kStrip = std::size_t{1} << kStripBits;
constexpr std::size_t kGroups = 64;  // of buckets: the chunks of the second sort

// Scratch for one thread at a time.
struct Slot {
    Buffer<std::uint32_t> keys;
    Buffer<std::uint64_t> items;
    // Of one bucket; all zero whenever the slot is free.
    std::uint32_t counts[kTable] = {};
    double totals[kTable] = {};

    friend class Slots;

  private:
    std::atomic<bool> busy_{false};
};

class Slots {
  public:
    // Holds a slot while it exists; the slot is free again however the scope is left.
    class Lease {
      public:
        explicit Lease(Slots& slots) : slot_(slots.take()) {}
        ~Lease() { slot_.busy_ = false; }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Slot& operator*() const { return slot_; }

      private:
        Slot& slot_;
    };

    void reserve(std::size_t n) {
        while (slots_.size() < n) slots_.push_back(std::make_unique<Slot>());
    }
    std::size_t n_bytes() const {
        std::size_t total = 0;
        for (const std::unique_ptr<Slot>& slot : slots_)
            total += slot->keys.n_bytes() + slot->items.n_bytes() + sizeof *slot;
        return total;
    }

  private:
    Slot& take() {
        for (;;)
            for (const std::unique_ptr<Slot>& slot : slots_)
                if (!slot->busy_.exchange(true)) return *slot;
    }

    std::vector<std::unique_ptr<Slot>> slots_;
};

struct Emitted {
    std::uint32_t* keys;
    std::uint32_t* counts;
    double* weights;  // or null
    std::size_t size;
};

// The pixels of one kind, and their colors.
template <class Item>
struct Part {
    std::vector<std::uint32_t> starts;  // [bucket * n_strips + strip]: its items, one more at the end
    std::uint32_t first[kBuckets + 1];  // the first color of every bucket
    Buffer<Item> items;
    Buffer<std::uint32_t> keys;
    Buffer<std::uint32_t> counts;
    Buffer<double> weights;
    std::size_t n_colors = 0;

    std::size_t n_bytes() const {
        return items.n_bytes() + keys.n_bytes() + counts.n_bytes() + weights.n_bytes();
    }
};
using Opaque = Part<std::uint32_t>;   // low bits of the RGB key << 20 | pixel in its strip
using Partial = Part<std::uint64_t>;  // low bits of the RGBA key << 32 | pixel

// Where alpha stands in RGBA keys (cell_shift); an opaque color has all of it.
constexpr std::uint32_t kAlphaBits = 0x888C0007;

inline std::uint32_t rgba_key(std::uint32_t rgb_key) {
    return kAlphaBits | (rgb_key >> 21 & 7) << 28 | (rgb_key >> 18 & 7) << 24 |
           (rgb_key >> 15 & 7) << 20 | (rgb_key & 0x7fff) << 3;
}

struct Deduplicated::State {
    std::size_t channels = 0;
    std::size_t n_pixels = 0;
    std::size_t n_strips = 0;
    std::size_t n_clear = 0;  // fully transparent
    double clear_weight = 0;
    bool weighted = false;
    Opaque opaque;
    Partial partial;
    // RGBA: the clear color, those of `partial`, those of `opaque`. RGB has them in `opaque` alone.
    Buffer<std::uint32_t> keys;
    Buffer<std::uint32_t> counts;
    Buffer<double> weights;
    std::size_t n_colors = 0;
    std::size_t n_soft = 0;  // that are not opaque
    Slots slots;

    std::size_t strip_size(std::size_t strip) const {
        return std::min(kStrip, n_pixels - strip * kStrip);
    }

    // Key the pixels and sort them into buckets (deduplicate.cpp).
    template <bool has_alpha>
    void scatter(const std::uint8_t* pixels, std::size_t n_threads);
    void weigh_clear(const std::uint8_t* pixels, const double* pixel_weights);

    // Find the colors of every bucket (distinct.cpp).
    void find_colors(Span<const double> weights, std::size_t n_threads);
    template <class Item>
    void find_colors_of(Part<Item>& part, const double* pixel_weights, std::size_t n_threads);
    void emit(Opaque& part, std::size_t bucket, const double* pixel_weights, Slot& slot,
              Emitted& out) const;
    void emit(Partial& part, std::size_t bucket, const double* pixel_weights, Slot& slot,
              Emitted& out) const;
    void join();

    // Paint the pixels of a bucket (paint.cpp).
    void paint_opaque(std::size_t bucket, const std::uint8_t* labels, std::uint8_t* indices) const;
    void paint_partial(std::size_t bucket, const std::uint8_t* labels, std::uint8_t* indices) const;
};

}  // namespace core::engine
