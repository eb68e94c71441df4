#include "core/rate.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "kernels.hpp"
#include "rate_row.hpp"

namespace core {

namespace {

// Deflate's codes (RFC 1951, section 3.2.5).
constexpr int kLengthCodes = 29;
constexpr int kDistanceCodes = 30;
constexpr int kLongest = 258;
constexpr std::size_t kWindow = 32768;
constexpr double kUsual = 0.3;  // 0.1 and 1 gave the same bytes within 1 % (docs/lab-book.md, Rate)
constexpr int kLengthBase[kLengthCodes] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                           31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
constexpr int kLengthExtra[kLengthCodes] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                            2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};

int length_code(int length) {
    int code = kLengthCodes - 1;
    while (kLengthBase[code] > length) --code;
    return code;
}

int distance_code(std::size_t distance) {  // distance >= 1
    if (distance <= 4) return int(distance) - 1;
    int bit = 0;
    while ((distance - 1) >> (bit + 1)) ++bit;
    return 2 * bit + int(((distance - 1) >> (bit - 1)) & 1);
}

int distance_extra(int code) { return code < 4 ? 0 : code / 2 - 1; }

// log2 by plain arithmetic: the library's may differ in its last bit between machines.
double log2_exact(double value) {
    int exponent = 0;
    double m = std::frexp(value, &exponent);  // exact: 0.5 <= m < 1
    if (m < 0.70710678118654752) {
        m *= 2;
        --exponent;
    }
    const double t = (m - 1) / (m + 1);  // |t| < 0.172: the series below is exact to 1e-12
    const double tt = t * t;
    double sum = 0;
    for (int i = 13; i >= 1; i -= 2) sum = sum * tt + 1.0 / i;
    return exponent + 2.8853900817779268 * t * sum;  // 2 / ln 2
}

}  // namespace

struct RateMapper::State {
    std::size_t width, dims, n_colors, n_padded;
    RateOptions options;
    std::size_t row = 0;
    double bits = 0;

    std::vector<int> entry;               // sorted place -> entry of the caller's palette
    std::vector<int> place;               // and back
    std::vector<float> palette[4];        // sorted planes, padded; entry 256 lies nowhere
    std::vector<double> label_bits;       // by sorted place, without the literals' share
    std::vector<float> literal;
    std::vector<std::uint16_t> bucket;
    float bucket_origin = 0, bucket_scale = 0;

    std::vector<float> target[4], above[kMaxRows][4], error[4], blurred[4];
    std::vector<std::uint16_t> labels_above[kMaxRows];
    std::vector<float> right;             // share of the error of the pixel before
    std::vector<std::uint8_t> nearest;
    std::vector<RateNode> nodes;
    std::vector<std::uint16_t> labels;
    std::vector<std::uint16_t> ring;
    std::vector<std::uint32_t> table, candidate;
    std::vector<float> candidate_start;
    int n_rows = 0;                       // rows above that are copied from
    std::vector<int> group_row, group_dx, continues;

    double count_literal = 0, count_length[kLengthCodes] = {}, count_distance[kDistanceCodes] = {};
    double usual_length[kLengthCodes] = {}, usual_distance[kDistanceCodes] = {};  // shares
    double length_bits[kLongest + 2] = {}, distance_bits[kDistanceCodes] = {}, literal_bits = 0;
    std::vector<float> grow;
    std::vector<float> start;

    int row_of(int lane) const { return group_row[std::size_t(lane / kRateLanes)]; }
    int dx_of(int lane) const {
        return group_dx[std::size_t(lane / kRateLanes)] + lane % kRateLanes;
    }
    std::size_t offset(int lane) const {  // distance in the stream of a fixed offset
        return std::size_t(std::ptrdiff_t(width + 1) * (row_of(lane) + 1) - dx_of(lane));
    }

    void price_symbols() {
        double n_length = 0, n_distance = 0;
        for (double count : count_length) n_length += count;
        for (double count : count_distance) n_distance += count;
        // What was counted, and a part of what is usual: prices that only follow the counts make
        // rare symbols dear, which makes them rarer still.
        const double n_symbols = count_literal + n_length;
        const double total = log2_exact(n_symbols * (1 + kUsual));
        literal_bits = total - log2_exact(count_literal + kUsual * n_symbols * 0.5);
        for (int length = 3; length <= kLongest; ++length) {
            const int code = length_code(length);
            length_bits[length] =
                total - log2_exact(count_length[code] + kUsual * n_symbols * usual_length[code]) +
                kLengthExtra[code];
        }
        for (int code = 0; code < kDistanceCodes; ++code)
            distance_bits[code] =
                log2_exact(n_distance * (1 + kUsual)) -
                log2_exact(count_distance[code] + kUsual * n_distance * usual_distance[code]) +
                distance_extra(code);
        const double lambda = options.rate_weight;
        for (int length = 3; length < kLastPriced; ++length)
            grow[std::size_t(length)] = float(lambda * (length_bits[length + 1] - length_bits[length]));
        // Beyond, what the longest match costs more is spread evenly over its pixels.
        grow[kLastPriced] = float(lambda * (length_bits[kLongest] - length_bits[kLastPriced]) /
                                  (kLongest - kLastPriced));
        grow[0] = float(lambda * (length_bits[3] + distance_bits[0]));
        for (int lane = 0; lane < int(start.size()); ++lane)
            start[std::size_t(lane)] = start_price(offset(lane));
        for (std::size_t j = 0; j < n_colors; ++j)
            literal[j] = float(lambda * (literal_bits + label_bits[j]));
    }

    float start_price(std::size_t distance) const {
        if (distance - 1 >= kWindow) return kNever;  // 0: a source beyond a narrow row
        return float(options.rate_weight *
                     (length_bits[3] + distance_bits[distance_code(distance)]));
    }

    void count_match(int length, std::size_t distance) {
        for (; length > 2 * kLongest; length -= kLongest) count_match(kLongest, distance);
        if (length > kLongest) {  // two of about the same length
            count_match(length / 2, distance);
            length -= length / 2;
        }
        bits += length_bits[length] + distance_bits[distance_code(distance)];
        count_length[length_code(length)] += 1;
        count_distance[distance_code(distance)] += 1;
    }

    State(std::size_t w, std::size_t d, Span<const float> colors, Span<const double> counts,
          const RateOptions& o)
        : width(w), dims(d), n_colors(colors.size / d), options(o) {
        n_padded = (n_colors + kRateLanes - 1) / kRateLanes * kRateLanes;
        entry.resize(n_colors);
        place.resize(n_colors);
        for (std::size_t j = 0; j < n_colors; ++j) entry[j] = int(j);
        std::stable_sort(entry.begin(), entry.end(), [&](int a, int b) {
            return colors[std::size_t(a) * dims] < colors[std::size_t(b) * dims];
        });
        for (std::size_t j = 0; j < n_colors; ++j) place[std::size_t(entry[j])] = int(j);
        for (std::size_t i = 0; i < dims; ++i) {
            palette[i].assign(kSeparator + 1, kNowhere);
            for (std::size_t j = 0; j < n_colors; ++j)
                palette[i][j] = colors[std::size_t(entry[j]) * dims + i];
        }
        double total = 0;
        for (std::size_t j = 0; j < n_colors; ++j) total += counts[j] + 1;
        label_bits.resize(n_colors);
        double mean = 0;
        for (std::size_t j = 0; j < n_colors; ++j) {
            const double share = (counts[std::size_t(entry[j])] + 1) / total;
            label_bits[j] = -log2_exact(share);
            mean += share * label_bits[j];
        }
        for (double& price : label_bits)
            price = options.price_mix * price + (1 - options.price_mix) * mean;
        literal.assign(n_padded, kNever);

        bucket_origin = palette[0][0];
        const float range = palette[0][n_colors - 1] - bucket_origin;
        bucket_scale = range > 0 ? 256.0f / range : 0.0f;
        bucket.resize(258);
        std::size_t j = 0;
        for (std::size_t b = 0; b < 257; ++b) {
            while (j < n_colors && (palette[0][j] - bucket_origin) * bucket_scale < float(b)) ++j;
            bucket[b] = std::uint16_t(j);
        }
        bucket[257] = std::uint16_t(n_colors);

        for (std::size_t i = 0; i < dims; ++i) {
            target[i].resize(width);
            for (auto& row_above : above) row_above[i].assign(width + 2 * kRowPad, kNowhere);
            error[i].assign(width + 4, 0.0f);
            blurred[i].assign(width, 0.0f);
        }
        for (auto& row_above : labels_above) row_above.assign(width + 2 * kRowPad, kSeparator);
        for (int above_row = 0; above_row < kMaxRows && o.reach[above_row]; ++above_row) {
            for (int i = 0; i < o.reach[above_row]; ++i) {
                group_row.push_back(above_row);
                group_dx.push_back((i - o.reach[above_row] / 2) * kRateLanes -
                                   (o.reach[above_row] % 2) * kRateLanes / 2);
            }
            n_rows = above_row + 1;
        }
        start.resize(group_row.size() * kRateLanes);
        continues.assign(start.size(), 0);
        right.resize(width);
        nearest.resize(width);
        nodes.resize(width);
        labels.resize(width);
        grow.assign(kLastPriced + 1, 0.0f);
        if (options.find) {
            ring.assign(kRing, kSeparator);
            table.assign(kTable, kNoCandidate);
            candidate.resize(width);
            candidate_start.resize(width);
        }
        for (int code = 0; code < kLengthCodes; ++code)
            usual_length[code] = 0.5 / (code + 2.0) / 2.6;
        for (double& share : usual_distance) share = 0.4 / kDistanceCodes;
        usual_distance[0] += 0.3;
        usual_distance[distance_code(std::min(width + 1, kWindow))] += 0.3;
        // Until rows have been counted: as if a quarter of a row had been seen.
        const double seen = double(width) / 4 + 16;
        count_literal = 0.5 * seen;
        for (int code = 0; code < kLengthCodes; ++code)
            count_length[code] = usual_length[code] * seen;
        for (int code = 0; code < kDistanceCodes; ++code)
            count_distance[code] = usual_distance[code] * 0.5 * seen;
    }

    static constexpr std::size_t kTable = std::size_t{1} << 15;
    static std::size_t hash(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
        return ((a * 66049u + b * 257u + c) * 2654435761u) >> 17;
    }

    void find_candidates() {
        const std::uint32_t begin = std::uint32_t(row * (width + 1));
        for (std::size_t x = 0; x < width; ++x) {
            candidate[x] = kNoCandidate;
            if (x + 2 >= width) continue;
            const std::uint32_t at = table[hash(nearest[x], nearest[x + 1], nearest[x + 2])];
            if (at == kNoCandidate) continue;
            const std::uint32_t distance = begin + std::uint32_t(x) - at;
            if (distance > kWindow) continue;
            candidate[x] = at;
            candidate_start[x] = start_price(distance);
        }
    }

    void remember_row() {
        const std::uint32_t begin = std::uint32_t(row * (width + 1));
        for (std::size_t x = 0; x < width; ++x) ring[(begin + x) & (kRing - 1)] = labels[x];
        ring[(begin + width) & (kRing - 1)] = kSeparator;
        for (std::size_t x = 0; x + 2 < width; ++x)
            table[hash(labels[x], labels[x + 1], labels[x + 2])] = begin + std::uint32_t(x);
    }

    // Walk the best path back: labels of the row, and what it spent.
    void follow_back() {
        const std::uint32_t begin = std::uint32_t(row * (width + 1));
        std::size_t end = width;
        std::fill(continues.begin(), continues.end(), 0);
        while (end > 0) {
            const RateNode& node = nodes[end - 1];
            std::size_t n = std::min<std::size_t>(node.length, end);
            if (node.kind == kLiteral) {
                labels[end - 1] = std::uint16_t(node.source);
                count_literal += 1;
                bits += literal_bits + label_bits[node.source];
            } else if (node.kind < kFixed) {
                count_match(int(n), 1);
                if (node.kind == kLiteralRun) {
                    ++n;
                    count_literal += 1;
                    bits += literal_bits + label_bits[node.source];
                }
                for (std::size_t i = end - n; i < end; ++i) labels[i] = std::uint16_t(node.source);
            } else if (node.kind < kFound) {
                const int lane = node.kind - kFixed;
                if (node.length <= end) count_match(int(node.length), offset(lane));
                const std::uint16_t* from =
                    labels_above[row_of(lane)].data() + kRowPad + dx_of(lane);
                for (std::size_t i = end - n; i < end; ++i) labels[i] = from[i];
                if (end == width && dx_of(lane) == 0)
                    continues[std::size_t(lane)] = std::min(int(node.length) + 1, kLongest);
            } else {
                const std::uint32_t from = node.source + 1 - std::uint32_t(n);
                count_match(int(n), begin + std::uint32_t(end - n) - from);
                for (std::size_t i = 0; i < n; ++i)
                    labels[end - n + i] = ring[(from + i) & (kRing - 1)];
            }
            end -= n;
        }
        bits += literal_bits;  // the filter byte
    }

    void map(const float* points, const float* weights, const float* smoothness,
             const std::uint8_t* guess, std::uint8_t* indices) {
        const bool narrow = width < 3;
        price_symbols();
        for (std::size_t x = 0; x < width; ++x) nearest[x] = std::uint8_t(place[guess[x]]);
        for (std::size_t i = 0; i < dims; ++i)
            for (std::size_t x = 0; x < width; ++x)
                target[i][x] = points[x * dims + i] + blurred[i][x];
        for (std::size_t x = 0; x < width; ++x) {
            const float* shares = options.spread_right;
            right[x] = shares[0] + smoothness[x] * (shares[1] - shares[0]);
        }
        const bool find = options.find && !narrow;
        if (find) find_candidates();

        RateRow r{};
        r.width = width;
        r.dims = dims;
        r.n_colors = n_padded;
        for (std::size_t i = 0; i < dims; ++i) {
            r.target[i] = target[i].data();
            for (int j = 0; j < n_rows; ++j) r.above[j][i] = above[j][i].data() + kRowPad;
            r.palette[i] = palette[i].data();
        }
        r.weight = weights;
        r.outlier = options.outlier;
        for (int j = 0; j < n_rows; ++j) r.labels_above[j] = labels_above[j].data() + kRowPad;
        r.literal = literal.data();
        r.literal_least = *std::min_element(literal.begin(), literal.begin() + std::ptrdiff_t(n_colors));
        r.bucket = bucket.data();
        r.bucket_origin = bucket_origin;
        r.bucket_scale = bucket_scale;
        r.nearest = nearest.data();
        r.grow = grow.data();
        r.start = start.data();
        r.start_run = start_price(1);
        r.candidate = find ? candidate.data() : nullptr;
        r.candidate_start = candidate_start.data();
        r.ring = ring.data();
        r.spread = right.data();
        r.n_groups = int(group_row.size());
        r.group_row = group_row.data();
        r.group_dx = group_dx.data();
        r.continues = continues.data();
        r.nodes = nodes.data();
        kernels().map_row(r);

        constexpr double kDecay = 0.97;  // a row: the counts of the last 30 or so rows decide
        count_literal *= kDecay;
        for (double& count : count_length) count = std::max(count * kDecay, 0.05);
        for (double& count : count_distance) count = std::max(count * kDecay, 0.05);
        follow_back();
        count_literal = std::max(count_literal, 0.5);
        if (options.find) remember_row();

        // The error of the row along the path that was taken, low-passed, goes to the next row.
        float last[4] = {};
        for (std::size_t x = 0; x < width; ++x) {
            const float* shares = options.spread_down;
            const float down = shares[0] + smoothness[x] * (shares[1] - shares[0]);
            for (std::size_t i = 0; i < dims; ++i) {
                last[i] = (target[i][x] + right[x] * last[i]) - palette[i][labels[x]];
                error[i][x + 2] = down * last[i];
            }
            indices[x] = std::uint8_t(entry[labels[x]]);
        }
        for (std::size_t i = 0; i < dims; ++i) {
            const float* e = error[i].data();
            for (std::size_t x = 0; x < width; ++x)
                blurred[i][x] = 0.25f * (e[x + 1] + e[x + 3]) + 0.5f * e[x + 2];
            for (int j = n_rows - 1; j > 0; --j) std::swap(above[j][i], above[j - 1][i]);
            for (std::size_t x = 0; x < width; ++x)
                above[0][i][kRowPad + x] = palette[i][labels[x]];
        }
        for (int j = n_rows - 1; j > 0; --j) std::swap(labels_above[j], labels_above[j - 1]);
        std::copy(labels.begin(), labels.end(), labels_above[0].begin() + kRowPad);
        ++row;
    }
};

RateMapper::RateMapper(std::size_t width, std::size_t dims, Span<const float> palette,
                       Span<const double> counts, const RateOptions& options)
    : state_(new State(width, dims, palette, counts, options)) {}

RateMapper::~RateMapper() = default;

void RateMapper::map_rows(Span<const float> points, Span<const float> weights,
                          Span<const float> smoothness, Span<const std::uint8_t> nearest, Span<std::uint8_t> indices) {
    State& s = *state_;
    for (std::size_t at = 0; at < indices.size; at += s.width)
        s.map(points.data + at * s.dims, weights.data + at, smoothness.data + at,
              nearest.data + at, indices.data + at);
}

double RateMapper::bits() const { return state_->bits; }

}  // namespace core
