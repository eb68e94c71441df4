// Bits of a lossless WebP, and the prefix codes they are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace core::webp {

class Bits {  // least significant first
public:
    void put(std::uint32_t value, unsigned n) {
        held_ |= std::uint64_t(value) << n_held_;
        for (n_held_ += n; n_held_ >= 8; n_held_ -= 8, held_ >>= 8) bytes_.push_back(std::uint8_t(held_));
        size_ += n;
    }
    std::size_t size() const { return size_; }
    std::vector<std::uint8_t> finish() {
        if (n_held_ > 0) bytes_.push_back(std::uint8_t(held_));
        return std::move(bytes_);
    }

private:
    std::vector<std::uint8_t> bytes_;
    std::uint64_t held_ = 0;
    std::size_t size_ = 0;
    unsigned n_held_ = 0;
};

struct Code {
    std::vector<std::uint8_t> lengths;
    std::vector<std::uint16_t> codes;  // first bit lowest
    bool is_one = true;                // one symbol takes no bits

    explicit Code(std::vector<std::uint8_t> of) : lengths(std::move(of)), codes(lengths.size()) {
        std::size_t used = 0;
        for (std::uint8_t l : lengths) used += l > 0;
        is_one = used < 2;
        unsigned code = 0;
        for (unsigned length = 1; length <= 15; ++length) {
            for (std::size_t i = 0; i < lengths.size(); ++i) {
                if (lengths[i] != length) continue;
                unsigned reversed = 0;
                for (unsigned bit = 0; bit < length; ++bit) reversed |= ((code >> bit) & 1u) << (length - 1 - bit);
                codes[i] = std::uint16_t(reversed);
                ++code;
            }
            code <<= 1;
        }
    }
    void put(Bits& bits, std::size_t symbol) const {
        if (!is_one) bits.put(codes[symbol], lengths[symbol]);
    }
};

// Write the prefix code that serves these counts best, and return it.
Code put_code(Bits& bits, const std::vector<std::uint32_t>& counts);

}  // namespace core::webp
