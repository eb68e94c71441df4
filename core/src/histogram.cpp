#include "core/histogram.hpp"

#include <cstring>
#include <memory>
#include <utility>

namespace core {

namespace {

constexpr std::size_t kDigits = 256;

struct Entry {
    std::uint32_t key;
    std::uint32_t pixel;
};

void load_keys(Span<const std::uint8_t> pixels, std::size_t channels, std::uint32_t* keys) {
    const std::size_t n = pixels.size / channels;
    const std::uint8_t* p = pixels.data;
    for (std::size_t i = 0; i < n; ++i, p += channels) {
        std::uint32_t key = std::uint32_t(p[0]) << 16 | std::uint32_t(p[1]) << 8 | p[2];
        if (channels == 4) key = p[3] ? key | std::uint32_t(p[3]) << 24 : 0;
        keys[i] = key;
    }
}

std::uint32_t key_of(std::uint32_t item) { return item; }
std::uint32_t key_of(Entry item) { return item.key; }

// Stable radix sort by the low n_digits bytes of the key; returns where the sorted items are.
template <class Item>
Item* sort_items(Item* from, Item* to, std::size_t n, std::size_t n_digits) {
    for (std::size_t digit = 0; digit < n_digits; ++digit) {
        const unsigned shift = unsigned(8 * digit);
        std::size_t starts[kDigits] = {};
        for (std::size_t i = 0; i < n; ++i) ++starts[key_of(from[i]) >> shift & 0xff];
        if (starts[key_of(from[0]) >> shift & 0xff] == n) continue;  // one value: nothing to sort
        std::size_t start = 0;
        for (std::size_t& slot : starts) {
            const std::size_t size = slot;
            slot = start;
            start += size;
        }
        for (std::size_t i = 0; i < n; ++i)
            to[starts[key_of(from[i]) >> shift & 0xff]++] = from[i];
        std::swap(from, to);
    }
    return from;
}

}  // namespace

std::size_t count(Span<const std::uint8_t> pixels, std::size_t channels,
                  Span<const double> weights, Span<std::uint32_t> keys, Span<double> totals) {
    const std::size_t n = pixels.size / channels;
    if (n == 0) return 0;
    load_keys(pixels, channels, keys.data);
    std::size_t m = 0;
    if (weights.size == 0) {
        const std::unique_ptr<std::uint32_t[]> scratch(new std::uint32_t[n]);
        const std::uint32_t* sorted = sort_items(keys.data, scratch.get(), n, channels);
        for (std::size_t i = 0; i < n;) {
            const std::uint32_t key = sorted[i];
            const std::size_t start = i;
            while (i < n && sorted[i] == key) ++i;
            keys[m] = key;
            totals[m++] = double(i - start);
        }
        return m;
    }
    const std::unique_ptr<Entry[]> scratch(new Entry[2 * n]);
    for (std::size_t i = 0; i < n; ++i) scratch[i] = {keys[i], std::uint32_t(i)};
    const Entry* sorted = sort_items(scratch.get(), scratch.get() + n, n, channels);
    for (std::size_t i = 0; i < n;) {
        const std::uint32_t key = sorted[i].key;
        double total = 0;
        while (i < n && sorted[i].key == key) total += weights[sorted[i++].pixel];
        keys[m] = key;
        totals[m++] = total;
    }
    return m;
}

}  // namespace core
