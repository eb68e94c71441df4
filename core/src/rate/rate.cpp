#include "rate/rate.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "kernels/kernels.hpp"
#include "rate/diffusion.hpp"
#include "rate/history.hpp"
#include "rate/model.hpp"
#include "rate/prices.hpp"
#include "rate/row.hpp"
#include "rate/sorted_palette.hpp"

namespace core::rate {

// Maps a picture row by row: Prices has the costs of symbols, Diffusion the target colors, the kernel
// finds the best path through a row, and the symbols of that path are counted and remembered.
struct RateMapper::State {
    std::size_t width, dims;
    RateOptions options;
    SortedPalette colors;
    Prices prices;
    Diffusion diffusion;
    History history;
    const RateModel& model;
    std::size_t row = 0;

    std::vector<float> literal;           // price of each color, padded
    std::vector<float> above[kMaxDims][kMaxRows], decided;
    std::vector<std::uint16_t> labels_above[kMaxRows];
    std::vector<std::uint8_t> nearest;
    std::vector<RateNode> nodes;
    std::vector<std::uint16_t> labels;
    int n_rows = 0;                       // rows above that are copied from
    std::vector<int> group_row, group_dx;
    std::vector<float> start;             // price of a match at each fixed offset
    std::vector<int> continues;           // what goes on from the last row, see RateRow
    int run_continues = 0, found_length = 0;
    std::uint32_t found_continues = 0;
    float found_start = 0;
    // The match at the end of the last row, which may go on; length 0: none.
    struct Match {
        int length = 0;
        std::size_t distance = 0;
    } unfinished;

    State(std::size_t w, std::size_t d, Span<const float> palette, Span<const double> counts,
          const RateOptions& o)
        : width(w),
          dims(d),
          options(o),
          colors(d, palette, counts, o.price_mix),
          prices(rate_model(o.container, w), w, o.rate_weight),
          diffusion(w, d, o),
          history(o.find ? prices.model().window : 0, o.find ? w : 0),
          model(prices.model()) {
        literal.assign(colors.n_padded, kNever);
        for (std::size_t i = 0; i < dims; ++i)
            for (auto& row_above : above[i]) row_above.assign(width + 2 * kRowPad, kNowhere);
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
        nearest.resize(width);
        nodes.resize(width);
        labels.resize(width);
    }

    int row_of(int lane) const { return group_row[std::size_t(lane / kRateLanes)]; }
    int dx_of(int lane) const {
        return group_dx[std::size_t(lane / kRateLanes)] + lane % kRateLanes;
    }
    std::size_t offset(int lane) const {  // distance in the stream of a fixed offset
        return std::size_t(std::ptrdiff_t(stride()) * (row_of(lane) + 1) - dx_of(lane));
    }
    std::size_t stride() const { return width + model.separator; }
    std::uint32_t begin() const { return std::uint32_t(row * stride()); }

    // Prices of what the next row may take.
    void price_row() {
        prices.update();
        for (int lane = 0; lane < int(start.size()); ++lane)
            start[std::size_t(lane)] = prices.start(offset(lane));
        const double lambda = options.rate_weight;
        for (std::size_t j = 0; j < colors.n_colors; ++j)
            literal[j] = float(lambda * (prices.literal_bits() + colors.label_bits[j]));
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
                prices.count_literal(colors.label_bits[node.source]);
            } else {
                const std::size_t distance = copy_labels(node, end, n);
                int length = int(n);
                const bool open = end == width && go_on(node, distance);
                if (node.length > end) {
                    goes_on = true;
                    length += before.length;
                }
                if (model.separator) {  // counted where it began, and not again
                    if (node.length <= end) prices.count_match(length, distance);
                } else if (open) {
                    unfinished = {length, distance};
                } else {
                    prices.count_match(length, distance);
                }
                if (node.kind == kLiteralRun) {
                    ++n;
                    prices.count_literal(colors.label_bits[node.source]);
                    labels[end - n] = std::uint16_t(node.source);
                }
            }
            end -= n;
        }
        if (before.length > 0 && !goes_on) prices.count_match(before.length, before.distance);
        prices.end_row();
    }

    // Whether the match at the end of the row may go on in the next one, where it is then offered.
    bool go_on(const RateNode& node, std::size_t distance) {
        const int length = int(std::min<std::size_t>(node.length + model.separator, std::size_t(model.longest)));
        if (node.kind >= kFixed && node.kind < kFound) {
            // Past a separator only if there is one at the source, too.
            const int lane = int(node.kind - kFixed);
            if (model.separator && dx_of(lane) != 0) return false;
            continues[std::size_t(lane)] = length;
        } else if (model.separator) {
            return false;
        } else if (node.kind < kFixed) {
            run_continues = length;
        } else {
            found_length = length;
            found_continues = node.source + 1;
            found_start = prices.start(distance);
        }
        return true;
    }

    // Give pixels [end - n, end) what a node copies; the distance it is copied from.
    std::size_t copy_labels(const RateNode& node, std::size_t end, std::size_t n) {
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
                labels[end - n + i] = history.at(from + i);
        }
        return distance;
    }

    // The row just decided is the first above from now on. Where rows follow each other without a
    // separator, the ends of their neighbors lie beside them.
    template <typename T>
    void push_row(std::vector<T>* rows, const std::vector<T>& first, T nothing) const {
        for (int j = n_rows - 1; j > 0; --j) std::swap(rows[j], rows[j - 1]);
        const auto begin = [](std::vector<T>& each) { return each.begin() + std::ptrdiff_t(kRowPad); };
        std::vector<T>& second = rows[n_rows > 1 ? 1 : 0];
        if (!model.separator) {
            const std::ptrdiff_t n = std::ptrdiff_t(std::min(width, kRowPad)), w = std::ptrdiff_t(width);
            std::copy(begin(second) + w - n, begin(second) + w, begin(rows[0]) - n);
            std::copy(first.begin(), first.begin() + n, begin(second) + w);
            std::fill_n(begin(rows[0]) + w, n, nothing);
        }
        std::copy(first.begin(), first.end(), begin(rows[0]));
    }

    // Everything the kernel needs to know about a row.
    RateRow row_of_kernel(const float* weights, bool find) {
        RateRow r{};
        r.width = width;
        r.dims = dims;
        r.n_colors = colors.n_padded;
        for (std::size_t i = 0; i < dims; ++i) {
            r.target[i] = diffusion.target(i);
            for (int j = 0; j < n_rows; ++j) r.above[j][i] = above[i][j].data() + kRowPad;
            r.palette[i] = colors.palette[i].data();
        }
        r.weight = weights;
        r.outlier = options.outlier;
        for (int j = 0; j < n_rows; ++j) r.labels_above[j] = labels_above[j].data() + kRowPad;
        r.literal = literal.data();
        r.literal_least = *std::min_element(literal.begin(), literal.begin() + std::ptrdiff_t(colors.n_colors));
        r.bucket = colors.bucket.data();
        r.bucket_origin = colors.bucket_origin;
        r.bucket_scale = colors.bucket_scale;
        r.nearest = nearest.data();
        r.grow = prices.grow();
        r.start = start.data();
        r.start_run = prices.start(1);
        r.candidate = find ? history.candidate() : nullptr;
        r.candidate_start = history.candidate_start();
        r.ring = history.ring();
        r.ring_mask = history.mask();
        r.forget = options.forget;
        r.spread = diffusion.right();
        r.n_groups = int(group_row.size());
        r.group_row = group_row.data();
        r.group_dx = group_dx.data();
        r.shortest = model.shortest;
        r.last_label = row > 0 && !model.separator ? labels[width - 1] : -1;
        r.run_continues = run_continues;
        r.continues = continues.data();
        r.found_continues = found_continues;
        r.found_length = found_length;
        r.found_start = found_start;
        r.nodes = nodes.data();
        return r;
    }

    void map(const float* points, const float* weights, const float* smoothness,
             const std::uint8_t* guess, std::uint8_t* indices) {
        price_row();
        for (std::size_t x = 0; x < width; ++x) nearest[x] = std::uint8_t(colors.place[guess[x]]);
        diffusion.begin_row(points, smoothness);
        const bool find = options.find && width >= 3;
        if (find) history.find(nearest.data(), begin(), prices);
        kernels().map_row(row_of_kernel(weights, find));
        prices.forget();
        follow_back();
        if (options.find) history.remember(labels.data(), begin(), model.separator > 0);
        diffusion.end_row(colors, labels.data(), smoothness);
        for (std::size_t x = 0; x < width; ++x) indices[x] = std::uint8_t(colors.entry[labels[x]]);
        for (std::size_t i = 0; i < dims; ++i) {
            for (std::size_t x = 0; x < width; ++x) decided[x] = colors.palette[i][labels[x]];
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
    const int length = std::min(s.unfinished.length, s.model.longest);
    return s.prices.bits() + (length > 0 ? s.prices.match_bits(length, s.unfinished.distance) : 0);
}

}  // namespace core::rate
