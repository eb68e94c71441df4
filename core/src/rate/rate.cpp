#include "rate/rate.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "kernels/kernels.hpp"
#include "base/log2_exact.hpp"
#include "rate/model.hpp"
#include "rate/row.hpp"

namespace core {

namespace {

constexpr double kUsual = 0.3;  // 0.1 and 1 gave the same bytes within 1 % (docs/lab-book.md, Rate)

}  // namespace

struct RateMapper::State {
    std::size_t width, dims, n_colors, n_padded;
    RateOptions options;
    std::unique_ptr<RateModel> model;
    std::size_t row = 0;
    double bits = 0;

    std::vector<int> entry;               // sorted place -> entry of the caller's palette
    std::vector<int> place;               // and back
    std::vector<float> palette[4];        // sorted planes, padded; entry 256 lies nowhere
    std::vector<double> label_bits;       // by sorted place, without the literals' share
    std::vector<float> literal;
    std::vector<std::uint16_t> bucket;
    float bucket_origin = 0, bucket_scale = 0;

    std::vector<float> target[4], above[4][kMaxRows], error[4], blurred[4], decided;
    std::vector<std::uint16_t> labels_above[kMaxRows];
    std::vector<float> right;             // share of the error of the pixel before
    std::vector<std::uint8_t> nearest;
    std::vector<RateNode> nodes;
    std::vector<std::uint16_t> labels;
    std::vector<std::uint16_t> ring;
    std::vector<std::uint32_t> table, candidate;
    std::vector<float> candidate_start;
    int n_rows = 0;                       // rows above that are copied from
    std::vector<int> group_row, group_dx;
    std::vector<int> continues;           // what goes on from the last row, see RateRow
    int run_continues = 0, found_length = 0;
    std::uint32_t found_continues = 0;
    float found_start = 0;

    std::vector<RateCode> length_code;    // by length
    double count_literal = 0;
    std::vector<double> count_length, count_distance;  // by code
    std::vector<double> length_bits, distance_bits;    // by length; by code, without plain bits
    double literal_bits = 0;
    // The match at the end of the last row, which may go on; length 0: none.
    struct Match {
        int length = 0;
        std::size_t distance = 0;
    } unfinished;
    std::vector<float> grow;
    std::vector<float> start;

    int row_of(int lane) const { return group_row[std::size_t(lane / kRateLanes)]; }
    int dx_of(int lane) const {
        return group_dx[std::size_t(lane / kRateLanes)] + lane % kRateLanes;
    }
    std::size_t offset(int lane) const {  // distance in the stream of a fixed offset
        return std::size_t(std::ptrdiff_t(stride()) * (row_of(lane) + 1) - dx_of(lane));
    }
    std::size_t stride() const { return width + model->separator; }
    std::uint32_t begin() const { return std::uint32_t(row * stride()); }
    double match_bits(int length, std::size_t distance) const {
        const RateCode code = model->distance(distance);
        return length_bits[std::size_t(length)] + distance_bits[std::size_t(code.code)] + code.extra;
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
        const int shortest = model->shortest, longest = model->longest;
        for (int length = shortest; length <= longest; ++length) {
            const RateCode code = length_code[std::size_t(length)];
            const std::size_t i = std::size_t(code.code);
            length_bits[std::size_t(length)] =
                total - log2_exact(count_length[i] + kUsual * n_symbols * model->usual_length[i]) +
                code.extra;
        }
        for (std::size_t i = 0; i < count_distance.size(); ++i)
            distance_bits[i] =
                log2_exact(n_distance * (1 + kUsual)) -
                log2_exact(count_distance[i] + kUsual * n_distance * model->usual_distance[i]);
        const double lambda = options.rate_weight;
        for (std::size_t length = std::size_t(shortest); length < kLastPriced; ++length)
            grow[length] = float(lambda * (length_bits[length + 1] - length_bits[length]));
        // Beyond, what the longest match costs more is spread evenly over its pixels.
        grow[kLastPriced] = float(lambda * (length_bits[std::size_t(longest)] - length_bits[kLastPriced]) /
                                  (longest - kLastPriced));
        grow[0] = float(lambda * match_bits(shortest, 1));
        for (int lane = 0; lane < int(start.size()); ++lane)
            start[std::size_t(lane)] = start_price(offset(lane));
        for (std::size_t j = 0; j < n_colors; ++j)
            literal[j] = float(lambda * (literal_bits + label_bits[j]));
    }

    float start_price(std::size_t distance) const {
        if (distance - 1 >= model->window) return kNever;  // 0: a source beyond a narrow row
        return float(options.rate_weight * match_bits(model->shortest, distance));
    }

    void count_match(int length, std::size_t distance) {
        const int longest = model->longest;
        for (; length > 2 * longest; length -= longest) count_match(longest, distance);
        if (length > longest) {  // two of about the same length
            count_match(length / 2, distance);
            length -= length / 2;
        }
        bits += match_bits(length, distance);
        count_length[std::size_t(length_code[std::size_t(length)].code)] += 1;
        count_distance[std::size_t(model->distance(distance).code)] += 1;
    }

    State(std::size_t w, std::size_t d, Span<const float> colors, Span<const double> counts,
          const RateOptions& o)
        : width(w),
          dims(d),
          n_colors(colors.size / d),
          options(o),
          model(rate_model(o.container, w)) {
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
            for (auto& row_above : above[i]) row_above.assign(width + 2 * kRowPad, kNowhere);
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
        decided.resize(width);
        right.resize(width);
        nearest.resize(width);
        nodes.resize(width);
        labels.resize(width);
        grow.assign(kLastPriced + 1, 0.0f);
        if (options.find) {
            std::size_t size = 1;
            while (size < model->window + width) size *= 2;
            ring.assign(size, kSeparator);
            table.assign(kTable, kNoCandidate);
            candidate.resize(width);
            candidate_start.resize(width);
        }
        for (int length = 0; length <= model->longest; ++length)
            length_code.push_back(length < model->shortest ? RateCode{} : model->length(length));
        length_bits.resize(length_code.size());
        distance_bits.resize(model->usual_distance.size());
        // Until rows have been counted: as if a quarter of a row had been seen.
        const double seen = double(width) / 4 + 16;
        count_literal = 0.5 * seen;
        for (double share : model->usual_length) count_length.push_back(share * seen);
        for (double share : model->usual_distance) count_distance.push_back(share * 0.5 * seen);
    }

    static constexpr std::size_t kTable = std::size_t{1} << 15;
    static std::size_t hash(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
        return ((a * 66049u + b * 257u + c) * 2654435761u) >> 17;
    }

    std::size_t ring_place(std::size_t position) const { return position & (ring.size() - 1); }

    void find_candidates() {
        for (std::size_t x = 0; x < width; ++x) {
            ring[ring_place(begin() + x)] = kSeparator;  // what is there is long past
            candidate[x] = kNoCandidate;
            if (x + 2 >= width) continue;
            const std::uint32_t at = table[hash(nearest[x], nearest[x + 1], nearest[x + 2])];
            if (at == kNoCandidate) continue;
            const std::uint32_t distance = begin() + std::uint32_t(x) - at;
            if (distance > model->window) continue;
            candidate[x] = at;
            candidate_start[x] = start_price(distance);
        }
    }

    void remember_row() {
        for (std::size_t x = 0; x < width; ++x) ring[ring_place(begin() + x)] = labels[x];
        if (model->separator) ring[ring_place(begin() + width)] = kSeparator;
        for (std::size_t x = 0; x + 2 < width; ++x)
            table[hash(labels[x], labels[x + 1], labels[x + 2])] = begin() + std::uint32_t(x);
    }

    // Walk the best path back: labels of the row, and what it spent.
    void follow_back() {
        std::size_t end = width;
        const Match before = std::exchange(unfinished, Match{});
        bool goes_on = false;  // the match of the last row
        std::fill(continues.begin(), continues.end(), 0);
        run_continues = found_length = 0;
        while (end > 0) {
            const RateNode& node = nodes[end - 1];
            std::size_t n = std::min<std::size_t>(node.length, end);
            if (node.kind == kLiteral) {
                labels[end - 1] = std::uint16_t(node.source);
                count_literal += 1;
                bits += literal_bits + label_bits[node.source];
            } else {
                std::size_t distance = 1;
                if (node.kind < kFixed) {
                    std::fill_n(labels.begin() + std::ptrdiff_t(end - n), n, std::uint16_t(node.source));
                } else if (node.kind < kFound) {
                    const int lane = int(node.kind - kFixed);
                    distance = offset(lane);
                    const std::uint16_t* from =
                        labels_above[row_of(lane)].data() + kRowPad + dx_of(lane);
                    for (std::size_t i = end - n; i < end; ++i) labels[i] = from[i];
                } else {
                    const std::size_t from = node.source + 1 - n;
                    distance = begin() + (end - n) - from;
                    for (std::size_t i = 0; i < n; ++i)
                        labels[end - n + i] = ring[ring_place(from + i)];
                }
                int length = int(n);
                const bool open = end == width && go_on(node, distance);
                if (node.length > end) {
                    goes_on = true;
                    length += before.length;
                }
                if (model->separator) {  // counted where it began, and not again
                    if (node.length <= end) count_match(length, distance);
                } else if (open) {
                    unfinished = {length, distance};
                } else {
                    count_match(length, distance);
                }
                if (node.kind == kLiteralRun) {
                    ++n;
                    count_literal += 1;
                    bits += literal_bits + label_bits[node.source];
                    labels[end - n] = std::uint16_t(node.source);
                }
            }
            end -= n;
        }
        if (before.length > 0 && !goes_on) count_match(before.length, before.distance);
        bits += double(model->separator) * literal_bits;
    }

    // Whether the match at the end of the row may go on in the next one, where it is then offered.
    bool go_on(const RateNode& node, std::size_t distance) {
        const int length = int(std::min<std::size_t>(node.length + model->separator, std::size_t(model->longest)));
        if (node.kind >= kFixed && node.kind < kFound) {
            // Past a separator only if there is one at the source, too.
            const int lane = int(node.kind - kFixed);
            if (model->separator && dx_of(lane) != 0) return false;
            continues[std::size_t(lane)] = length;
        } else if (model->separator) {
            return false;
        } else if (node.kind < kFixed) {
            run_continues = length;
        } else {
            found_length = length;
            found_continues = node.source + 1;
            found_start = start_price(distance);
        }
        return true;
    }

    // The row just decided is the first above from now on. Where rows follow each other without a
    // separator, the ends of their neighbors lie beside them.
    template <typename T>
    void push_row(std::vector<T>* rows, const std::vector<T>& first, T nothing) const {
        for (int j = n_rows - 1; j > 0; --j) std::swap(rows[j], rows[j - 1]);
        const auto begin = [](std::vector<T>& each) { return each.begin() + std::ptrdiff_t(kRowPad); };
        std::vector<T>& second = rows[n_rows > 1 ? 1 : 0];
        if (!model->separator) {
            const std::ptrdiff_t n = std::ptrdiff_t(std::min(width, kRowPad)), w = std::ptrdiff_t(width);
            std::copy(begin(second) + w - n, begin(second) + w, begin(rows[0]) - n);
            std::copy(first.begin(), first.begin() + n, begin(second) + w);
            std::fill_n(begin(rows[0]) + w, n, nothing);
        }
        std::copy(first.begin(), first.end(), begin(rows[0]));
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
            for (int j = 0; j < n_rows; ++j) r.above[j][i] = above[i][j].data() + kRowPad;
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
        r.ring_mask = ring.size() - 1;
        r.forget = options.forget;
        r.spread = right.data();
        r.n_groups = int(group_row.size());
        r.group_row = group_row.data();
        r.group_dx = group_dx.data();
        r.shortest = model->shortest;
        r.last_label = row > 0 && !model->separator ? labels[width - 1] : -1;
        r.run_continues = run_continues;
        r.continues = continues.data();
        r.found_continues = found_continues;
        r.found_length = found_length;
        r.found_start = found_start;
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
                const float carried = right[x] * last[i];
                const float felt = (target[i][x] + carried) - palette[i][labels[x]];
                const float forget = i == 0 ? options.forget : 0.0f;
                last[i] = felt - forget * carried;
                const float share = i == 1 || i == 2 ? down * options.chroma_down : down;
                error[i][x + 2] = share * (felt - forget * blurred[i][x]);
            }
            indices[x] = std::uint8_t(entry[labels[x]]);
        }
        for (std::size_t i = 0; i < dims; ++i) {
            const float* e = error[i].data();
            for (std::size_t x = 0; x < width; ++x)
                blurred[i][x] = 0.25f * (e[x + 1] + e[x + 3]) + 0.5f * e[x + 2];
            for (std::size_t x = 0; x < width; ++x) decided[x] = palette[i][labels[x]];
            push_row(above[i], decided, kNowhere);
        }
        push_row(labels_above, labels, kSeparator);
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

double RateMapper::bits() const {
    const State& s = *state_;
    const int length = std::min(s.unfinished.length, s.model->longest);
    return s.bits + (length > 0 ? s.match_bits(length, s.unfinished.distance) : 0);
}

}  // namespace core
