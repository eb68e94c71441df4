#include "rate/prices.hpp"

#include <algorithm>
#include <utility>

#include "base/log2_exact.hpp"

namespace core::rate {

namespace {

constexpr double kUsual = 0.3;   // 0.1 and 1 gave the same bytes within 1 % (docs/lab-book/rate.md)
constexpr double kDecay = 0.97;  // a row: the counts of the last 30 or so rows decide

}  // namespace

Prices::Prices(std::unique_ptr<RateModel> model, std::size_t width, double rate_weight)
    : model_(std::move(model)), rate_weight_(rate_weight) {
    grow_.assign(kLastPriced + 1, 0.0f);
    for (int length = 0; length <= model_->longest; ++length)
        length_code_.push_back(length < model_->shortest ? RateCode{} : model_->length(length));
    length_bits_.resize(length_code_.size());
    distance_bits_.resize(model_->usual_distance.size());
    // Until rows have been counted: as if a quarter of a row had been seen.
    const double seen = double(width) / 4 + 16;
    n_literals_ = 0.5 * seen;
    for (double share : model_->usual_length) count_length_.push_back(share * seen);
    for (double share : model_->usual_distance) count_distance_.push_back(share * 0.5 * seen);
}

double Prices::match_bits(int length, std::size_t distance) const {
    const RateCode code = model_->distance(distance);
    return length_bits_[std::size_t(length)] + distance_bits_[std::size_t(code.code)] + code.extra;
}

float Prices::start(std::size_t distance) const {
    if (distance - 1 >= model_->window) return kNever;  // 0: a source beyond a narrow row
    return float(rate_weight_ * match_bits(model_->shortest, distance));
}

void Prices::update() {
    double n_length = 0, n_distance = 0;
    for (double count : count_length_) n_length += count;
    for (double count : count_distance_) n_distance += count;
    // The counts plus a share of the usual distribution: prices from the counts alone make rare
    // symbols expensive, which makes them even rarer.
    const double n_symbols = n_literals_ + n_length;
    const double total = log2_exact(n_symbols * (1 + kUsual));
    literal_bits_ = total - log2_exact(n_literals_ + kUsual * n_symbols * 0.5);
    const int shortest = model_->shortest, longest = model_->longest;
    for (int length = shortest; length <= longest; ++length) {
        const RateCode code = length_code_[std::size_t(length)];
        const std::size_t i = std::size_t(code.code);
        length_bits_[std::size_t(length)] =
            total - log2_exact(count_length_[i] + kUsual * n_symbols * model_->usual_length[i]) +
            code.extra;
    }
    for (std::size_t i = 0; i < count_distance_.size(); ++i)
        distance_bits_[i] =
            log2_exact(n_distance * (1 + kUsual)) -
            log2_exact(count_distance_[i] + kUsual * n_distance * model_->usual_distance[i]);
    const double lambda = rate_weight_;
    for (std::size_t length = std::size_t(shortest); length < kLastPriced; ++length)
        grow_[length] = float(lambda * (length_bits_[length + 1] - length_bits_[length]));
    // Beyond that, the extra cost of the longest match is divided evenly among its pixels.
    grow_[kLastPriced] = float(lambda * (length_bits_[std::size_t(longest)] - length_bits_[kLastPriced]) /
                              (longest - kLastPriced));
    grow_[0] = float(lambda * match_bits(shortest, 1));
}

void Prices::forget() {
    n_literals_ *= kDecay;
    for (double& count : count_length_) count = std::max(count * kDecay, 0.05);
    for (double& count : count_distance_) count = std::max(count * kDecay, 0.05);
}

void Prices::count_literal(double label_bits) {
    n_literals_ += 1;
    bits_ += literal_bits_ + label_bits;
}

void Prices::count_match(int length, std::size_t distance) {
    const int longest = model_->longest;
    for (; length > 2 * longest; length -= longest) count_match(longest, distance);
    if (length > longest) {  // two of about the same length
        count_match(length / 2, distance);
        length -= length / 2;
    }
    bits_ += match_bits(length, distance);
    count_length_[std::size_t(length_code_[std::size_t(length)].code)] += 1;
    count_distance_[std::size_t(model_->distance(distance).code)] += 1;
}

void Prices::end_row() {
    bits_ += double(model_->separator) * literal_bits_;
    n_literals_ = std::max(n_literals_, 0.5);
}

}  // namespace core::rate
