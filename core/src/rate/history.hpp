// The labels decided so far, in which matches by context are searched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rate/prices.hpp"

namespace core::rate {

class History {
public:
    History(std::size_t window, std::size_t width);

    // Before a row: for every pixel, an earlier position where the nearest colors of three pixels are
    // the same.
    void find(const std::uint8_t* nearest, std::size_t begin, const Prices& prices);
    // After a row: its labels.
    void remember(const std::uint16_t* labels, std::size_t begin, bool separated);

    std::uint16_t at(std::size_t position) const { return ring_[position & (ring_.size() - 1)]; }
    const std::uint16_t* ring() const { return ring_.data(); }
    std::size_t mask() const { return ring_.size() - 1; }
    const std::uint32_t* candidate() const { return candidate_.data(); }
    const float* candidate_start() const { return candidate_start_.data(); }

private:
    std::uint16_t& place(std::size_t position) { return ring_[position & (ring_.size() - 1)]; }

    std::size_t width_;
    std::vector<std::uint16_t> ring_;
    std::vector<std::uint32_t> table_, candidate_;
    std::vector<float> candidate_start_;
};

}  // namespace core::rate
