#include "rate/model.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace core {

namespace {

static constexpr std::size_t kNear = 120;
// Rank of each place nearby: rows above, then from 8 to the left to 7 to the right. The first row
// is this one, where only what lies to the left is known.
static constexpr std::uint8_t kPlace[8 * 16] = {
     96,  73,  55,  39,  23,  13,   5,   1, 255, 255, 255, 255, 255, 255, 255, 255,
    101,  78,  58,  42,  26,  16,   8,   2,   0,   3,   9,  17,  27,  43,  59,  79,
    102,  86,  62,  46,  32,  20,  10,   6,   4,   7,  11,  21,  33,  47,  63,  87,
    105,  90,  70,  52,  37,  28,  18,  14,  12,  15,  19,  29,  38,  53,  71,  91,
    110,  99,  82,  66,  48,  35,  30,  24,  22,  25,  31,  36,  49,  67,  83, 100,
    115, 108,  94,  76,  64,  50,  44,  40,  34,  41,  45,  51,  65,  77,  95, 109,
    118, 113, 103,  92,  80,  68,  60,  56,  54,  57,  61,  69,  81,  93, 104, 114,
    119, 116, 111, 106,  97,  88,  84,  74,  72,  75,  85,  89,  98, 107, 112, 117};

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
        if (distance <= 4) return {int(distance) - 1, 0};
        int bit = 0;
        while ((distance - 1) >> (bit + 1)) ++bit;
        return {2 * bit + int(((distance - 1) >> (bit - 1)) & 1), bit - 1};
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
        shortest = 3;  // libwebp's matches: 3 pixels 7 %, 2 pixels 0.05 % (docs/lab-book.md, WebP)
        longest = 4096;
        window = (std::size_t{1} << 20) - kNear;
        separator = 0;
        for (int code = 0; code < 24; ++code) usual_length.push_back(0.5 / (code + 2.0) / 2.6);
        usual_distance.assign(40, 0.4 / 40);
        usual_distance[std::size_t(distance(1).code)] += 0.25;
        usual_distance[std::size_t(distance(width).code)] += 0.1;
        usual_distance[std::size_t(value(width + kNear).code)] += 0.25;
    }

    RateCode length(int length) const override { return value(std::size_t(length)); }

    RateCode distance(std::size_t distance) const override {
        return value(webp_distance(distance, width_));
    }

private:
    // A number >= 1 as a prefix code.
    static RateCode value(std::size_t number) {
        if (number <= 4) return {int(number) - 1, 0};
        int bit = 0;
        while ((number - 1) >> (bit + 1)) ++bit;
        return {2 * bit + int(((number - 1) >> (bit - 1)) & 1), bit - 1};
    }

    std::size_t width_;
};

}  // namespace

std::size_t webp_distance(std::size_t distance, std::size_t width) {
    const std::size_t row = distance / width, left = distance % width;
    if (left <= 8 && row < 8) return std::size_t(kPlace[row * 16 + 8 - left]) + 1;
    if (left + 8 > width && row < 7) return std::size_t(kPlace[(row + 1) * 16 + 8 + (width - left)]) + 1;
    return distance + kNear;
}

std::unique_ptr<RateModel> rate_model(Container container, std::size_t width) {
    if (container == Container::kWebp) return std::make_unique<WebpLossless>(width);
    return std::make_unique<Deflate>(width);
}

}  // namespace core
