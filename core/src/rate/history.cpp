#include "rate/history.hpp"

namespace core::rate {

namespace {

constexpr std::size_t kTable = std::size_t{1} << 15;

std::size_t hash(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
    return ((a * 66049u + b * 257u + c) * 2654435761u) >> 17;
}

}  // namespace

History::History(std::size_t window, std::size_t width) : width_(width) {
    std::size_t size = 1;
    while (size < window + width) size *= 2;
    ring_.assign(size, kSeparator);
    table_.assign(kTable, kNoCandidate);
    candidate_.resize(width);
    candidate_start_.resize(width);
}

void History::find(const std::uint8_t* nearest, std::size_t begin, const Prices& prices) {
    for (std::size_t x = 0; x < width_; ++x) {
        place(begin + x) = kSeparator;  // the old entry is out of reach
        candidate_[x] = kNoCandidate;
        if (x + 2 >= width_) continue;
        const std::uint32_t at = table_[hash(nearest[x], nearest[x + 1], nearest[x + 2])];
        if (at == kNoCandidate) continue;
        const std::uint32_t distance = std::uint32_t(begin) + std::uint32_t(x) - at;
        if (distance > prices.model().window) continue;
        candidate_[x] = at;
        candidate_start_[x] = prices.start(distance);
    }
}

void History::remember(const std::uint16_t* labels, std::size_t begin, bool separated) {
    for (std::size_t x = 0; x < width_; ++x) place(begin + x) = labels[x];
    if (separated) place(begin + width_) = kSeparator;
    for (std::size_t x = 0; x + 2 < width_; ++x)
        table_[hash(labels[x], labels[x + 1], labels[x + 2])] = std::uint32_t(begin) + std::uint32_t(x);
}

}  // namespace core::rate
