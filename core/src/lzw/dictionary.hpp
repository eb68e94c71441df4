// The dictionary of GIF's LZW as a trie, in step with what a decoder knows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace core::lzw {

// Least significant bit first, as GIF packs codes.
class CodeWriter {
  public:
    explicit CodeWriter(std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}

    void put(int code, int width) {
        pending_ |= static_cast<std::uint32_t>(code) << n_pending_;
        for (n_pending_ += width; n_pending_ >= 8; n_pending_ -= 8, pending_ >>= 8)
            bytes_.push_back(static_cast<std::uint8_t>(pending_ & 255));
    }
    void finish() {
        if (n_pending_ > 0) bytes_.push_back(static_cast<std::uint8_t>(pending_ & 255));
        n_pending_ = 0;
    }

  private:
    std::vector<std::uint8_t>& bytes_;
    std::uint32_t pending_ = 0;
    int n_pending_ = 0;
};

class Dictionary {
  public:
    static constexpr int kNone = -1;
    static constexpr int kMost = 4096;

    explicit Dictionary(int n_symbols) : n_symbols_(n_symbols) {
        while ((1 << code_size_) < n_symbols) ++code_size_;
        clear();
    }

    int code_size() const { return code_size_; }
    int clear_code() const { return 1 << code_size_; }
    int end_code() const { return clear_code() + 1; }
    int width() const { return width_; }
    int next() const { return next_; }
    bool is_full() const { return next_ == kMost; }

    int first_child(int node) const { return child_[index(node)]; }
    int sibling(int node) const { return sibling_[index(node)]; }
    int parent(int node) const { return parent_[index(node)]; }
    std::uint8_t symbol(int node) const { return symbol_[index(node)]; }
    std::uint8_t first_symbol(int node) const { return first_[index(node)]; }

    int child_with(int node, std::uint8_t symbol) const {
        int child = first_child(node);
        while (child != kNone && symbol_[index(child)] != symbol) child = sibling(child);
        return child;
    }

    void clear() {
        next_ = end_code() + 1;
        width_ = code_size_ + 1;
        for (int s = 0; s < n_symbols_; ++s) {
            const std::size_t i = index(s);
            child_[i] = sibling_[i] = parent_[i] = kNone;
            symbol_[i] = first_[i] = static_cast<std::uint8_t>(s);
        }
    }

    // What a decoder learns from a code: the previous string plus this one's first symbol. A string
    // that exists already takes a code anyway, but no path leads to it.
    void learn(int before, std::uint8_t symbol) {
        if (is_full()) return;
        const std::size_t i = index(next_);
        child_[i] = sibling_[i] = kNone;
        parent_[i] = static_cast<std::int16_t>(before);
        symbol_[i] = symbol;
        first_[i] = first_[index(before)];
        if (child_with(before, symbol) == kNone) {
            sibling_[i] = child_[index(before)];
            child_[index(before)] = static_cast<std::int16_t>(next_);
        }
        ++next_;
        if (next_ == 1 << width_ && width_ < 12) ++width_;
    }

  private:
    static std::size_t index(int node) { return static_cast<std::size_t>(node); }

    int n_symbols_, code_size_ = 2, next_ = 0, width_ = 0;
    std::array<std::int16_t, kMost> child_, sibling_, parent_;
    std::array<std::uint8_t, kMost> symbol_, first_;
};

}  // namespace core::lzw
