// The bits that a container spends on a picture of indices: one model per container.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "rate/rate.hpp"

namespace core::rate {

struct RateCode {  // a prefix code, and the plain bits that follow it
    int code;
    int extra;
};

// An LZ77 coder: literals, and matches of a length and a distance.
class RateModel {
public:
    virtual ~RateModel() = default;
    virtual RateCode length(int length) const = 0;
    virtual RateCode distance(std::size_t distance) const = 0;  // distance >= 1

    int shortest = 0, longest = 0;  // lengths of a match
    std::size_t window = 0;         // the largest distance
    std::size_t separator = 0;      // entries of the stream between two rows
    // Shares of the symbols before any were counted, when half of them are literals.
    std::vector<double> usual_length;
    std::vector<double> usual_distance;
};

std::unique_ptr<RateModel> rate_model(Container container, std::size_t width);

}  // namespace core::rate
