// Prices of symbols in bits, by the counts so far.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "rate/model.hpp"
#include "rate/row.hpp"

namespace core::rate {

class Prices {
public:
    // width: entries of a row; rate_weight: what a bit costs.
    Prices(std::unique_ptr<RateModel> model, std::size_t width, double rate_weight);

    const RateModel& model() const { return *model_; }
    double bits() const { return bits_; }
    double literal_bits() const { return literal_bits_; }
    const float* grow() const { return grow_.data(); }  // price of one more pixel of a match, by length
    double match_bits(int length, std::size_t distance) const;
    float start(std::size_t distance) const;  // price of the shortest match; kNever out of reach

    void update();  // prices by the counts; once a row
    void forget();  // older rows count less
    void count_literal(double label_bits);
    void count_match(int length, std::size_t distance);
    void end_row();

private:
    std::unique_ptr<RateModel> model_;
    double rate_weight_, bits_ = 0;
    std::vector<RateCode> length_code_;                  // by length
    double n_literals_ = 0;
    std::vector<double> count_length_, count_distance_;  // by code
    std::vector<double> length_bits_, distance_bits_;    // by length; by code, without plain bits
    double literal_bits_ = 0;
    std::vector<float> grow_;
};

}  // namespace core::rate
