#include "rate/model.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/prefix_code.hpp"
#include "webp/distances.hpp"

namespace core::rate {

namespace {

RateCode code_of(std::size_t number) {
    const Symbol symbol = symbol_of(number);
    return {int(symbol.code), int(symbol.extra_bits)};
}

// PNG: deflate (RFC 1951, section 3.2.5), a filter byte before every row.
class Deflate final : public RateModel {
public:
    explicit Deflate(std::size_t width) {
        shortest = kBase[0];
        longest = kBase[kLengths - 1];
        window = 32768;
        separator = 1;
        for (int code = 0; code < kLengths; ++code) usual_length.push_back(0.5 / (code + 2.0) / 2.6);
        usual_distance.assign(30, 0.4 / 30);
        usual_distance[0] += 0.3;
        usual_distance[std::size_t(distance(std::min(width + 1, window)).code)] += 0.3;
    }

    RateCode length(int length) const override {
        int code = kLengths - 1;
        while (kBase[code] > length) --code;
        return {code, kExtra[code]};
    }

    RateCode distance(std::size_t distance) const override {
        return code_of(distance);
    }

private:
    static constexpr int kLengths = 29;
    static constexpr int kBase[kLengths] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                            31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    static constexpr int kExtra[kLengths] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                             2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
};

// WebP: the lossless bitstream (RFC 9649, section 4.2 of its part 3). Rows follow each other without a
// separator, and the 120 first distances are places nearby in the picture.
class WebpLossless final : public RateModel {
public:
    explicit WebpLossless(std::size_t width) : width_(width) {
        shortest = 3;  // libwebp's matches: 3 pixels 7 %, 2 pixels 0.05 % (docs/lab-book/webp.md)
        longest = 4096;
        window = (std::size_t{1} << 20) - webp::kNear;
        separator = 0;
        for (int code = 0; code < 24; ++code) usual_length.push_back(0.5 / (code + 2.0) / 2.6);
        usual_distance.assign(40, 0.4 / 40);
        usual_distance[std::size_t(distance(1).code)] += 0.25;
        usual_distance[std::size_t(distance(width).code)] += 0.1;
        usual_distance[std::size_t(code_of(width + webp::kNear).code)] += 0.25;
    }

    RateCode length(int length) const override { return code_of(std::size_t(length)); }

    RateCode distance(std::size_t distance) const override {
        return code_of(webp::distance_number(distance, width_));
    }

private:
    std::size_t width_;
};

}  // namespace

std::unique_ptr<RateModel> rate_model(Container container, std::size_t width) {
    if (container == Container::kWebp) return std::make_unique<WebpLossless>(width);
    return std::make_unique<Deflate>(width);
}

}  // namespace core::rate
