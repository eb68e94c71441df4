// Where a block begins and ends is nowhere written: its symbols are read until the one that ends it.
#include "deflate/open_end.hpp"

#include <algorithm>
#include <vector>

namespace core::deflate {

namespace {

constexpr unsigned kMostBits = 15;
constexpr unsigned kEnd = 256, kMostLengths = 288, kMostDistances = 32;

struct Bits {
    const std::uint8_t* data;
    std::size_t n_bits;
    std::size_t at = 0;

    // Bits beyond the end are 0; `at` tells that there were too few.
    std::uint32_t peek(unsigned count) const {
        std::uint32_t value = 0;
        const std::size_t first = at / 8;
        for (unsigned i = 0; i < 4 && 8 * (first + i) < n_bits; ++i)
            value |= std::uint32_t(data[first + i]) << 8 * i;
        return value >> at % 8 & ((1u << count) - 1);
    }
    std::uint32_t take(unsigned count) {
        const std::uint32_t value = peek(count);
        at += count;
        return value;
    }
    bool is_over() const { return at > n_bits; }
};

// From the next 15 bits to a symbol and its length in bits; length 0: no such code.
class Code {
  public:
    bool build(const std::uint8_t* lengths, unsigned n) {
        unsigned counts[kMostBits + 1] = {}, next[kMostBits + 2] = {};
        for (unsigned i = 0; i < n; ++i) ++counts[lengths[i]];
        counts[0] = 0;
        for (unsigned bits = 1; bits <= kMostBits; ++bits)
            next[bits + 1] = (next[bits] + counts[bits]) << 1;
        std::fill(table_.begin(), table_.end(), 0);
        for (unsigned symbol = 0; symbol < n; ++symbol) {
            const unsigned bits = lengths[symbol];
            if (bits == 0) continue;
            const unsigned code = next[bits]++;
            if (code >> bits) return false;
            unsigned reversed = 0;
            for (unsigned i = 0; i < bits; ++i) reversed |= (code >> i & 1) << (bits - 1 - i);
            for (std::size_t at = reversed; at < table_.size(); at += std::size_t{1} << bits)
                table_[at] = std::uint16_t(symbol << 4 | bits);
        }
        return true;
    }
    // kMostLengths: no symbol.
    unsigned take(Bits& bits) const {
        const unsigned entry = table_[bits.peek(kMostBits)];
        bits.at += entry & 15;
        return entry & 15 ? entry >> 4 : kMostLengths;
    }

  private:
    std::vector<std::uint16_t> table_ = std::vector<std::uint16_t>(std::size_t{1} << kMostBits);
};

class Blocks {
  public:
    explicit Blocks(Span<const std::uint8_t> stream) : bits_{stream.data, 8 * stream.size} {}

    // Walk over all blocks; where the last one begins, and where it ends, in bits.
    bool walk(std::size_t& last, std::size_t& end) {
        for (bool is_last = false; !is_last;) {
            last = bits_.at;
            is_last = bits_.take(1);
            const unsigned kind = bits_.take(2);
            const bool whole = kind == 0   ? skip_stored()
                               : kind == 1 ? fixed() && skip_symbols()
                               : kind == 2 ? dynamic() && skip_symbols()
                                           : false;
            if (!whole || bits_.is_over()) return false;
        }
        end = bits_.at;
        return true;
    }

  private:
    bool skip_stored() {
        bits_.at = (bits_.at + 7) / 8 * 8;
        const unsigned size = bits_.take(16), complement = bits_.take(16);
        bits_.at += 8 * std::size_t(size);
        return (size ^ complement) == 0xffff;
    }

    bool fixed() {
        std::uint8_t lengths[kMostLengths], distances[kMostDistances];
        for (unsigned i = 0; i < kMostLengths; ++i)
            lengths[i] = std::uint8_t(i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
        std::fill_n(distances, kMostDistances, std::uint8_t{5});
        return lengths_.build(lengths, kMostLengths) && distances_.build(distances, kMostDistances);
    }

    bool dynamic() {
        static constexpr std::uint8_t kOrder[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                    11, 4,  12, 3, 13, 2, 14, 1, 15};
        const unsigned n_lengths = 257 + bits_.take(5), n_distances = 1 + bits_.take(5);
        const unsigned n_codes = 4 + bits_.take(4);
        std::uint8_t lengths[kMostLengths + kMostDistances] = {};
        for (unsigned i = 0; i < n_codes; ++i) lengths[kOrder[i]] = std::uint8_t(bits_.take(3));
        if (n_lengths > kMostLengths || !lengths_.build(lengths, 19)) return false;
        std::fill_n(lengths, 19, std::uint8_t{0});
        for (unsigned n = 0; n < n_lengths + n_distances;) {
            const unsigned symbol = lengths_.take(bits_);
            if (symbol > 18 || bits_.is_over()) return false;
            if (symbol < 16) {
                lengths[n++] = std::uint8_t(symbol);
                continue;
            }
            if (symbol == 16 && n == 0) return false;
            const std::uint8_t value = symbol == 16 ? lengths[n - 1] : std::uint8_t{0};
            unsigned count = symbol == 16   ? 3 + bits_.take(2)
                             : symbol == 17 ? 3 + bits_.take(3)
                                            : 11 + bits_.take(7);
            if (n + count > n_lengths + n_distances) return false;
            while (count-- > 0) lengths[n++] = value;
        }
        const std::uint8_t* const distances = lengths + n_lengths;
        return distances_.build(distances, n_distances) && lengths_.build(lengths, n_lengths);
    }

    bool skip_symbols() {
        for (;;) {
            const unsigned symbol = lengths_.take(bits_);
            if (symbol == kEnd) return true;
            if (symbol > 285 || bits_.is_over()) return false;
            if (symbol < kEnd) continue;
            bits_.at += symbol < 265 || symbol == 285 ? 0 : (symbol - 261) / 4;
            const unsigned distance = distances_.take(bits_);
            if (distance > 29) return false;
            bits_.at += distance < 4 ? 0 : (distance - 2) / 2;
        }
    }

    Bits bits_;
    Code lengths_, distances_;
};

}  // namespace

std::size_t open_end(Span<const std::uint8_t> stream, Span<std::uint8_t> out) {
    std::size_t last = 0, end = 0;
    if (!Blocks(stream).walk(last, end) || (end + 7) / 8 != stream.size) return 0;
    std::copy_n(stream.data, stream.size, out.data);
    out[last / 8] = std::uint8_t(out[last / 8] & ~(1u << last % 8));
    // What is left of the last byte is 0 from here on: three bits say "not the last, stored".
    if (end % 8) out[end / 8] = std::uint8_t(out[end / 8] & ((1u << end % 8) - 1));
    std::size_t size = (end + 3 + 7) / 8;
    if (size > stream.size) out[stream.size] = 0;
    constexpr std::uint8_t kEmpty[] = {0x00, 0x00, 0xff, 0xff};  // a length of 0, and its complement
    for (const std::uint8_t byte : kEmpty) out[size++] = byte;
    return size;
}

}  // namespace core::deflate
