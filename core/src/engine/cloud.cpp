#include "engine/cloud.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/buffer.hpp"
#include "engine/cloud_view.hpp"
#include "base/parallel.hpp"
#include "base/srgb.hpp"
#include "kernels/kernels.hpp"

namespace core::engine {

namespace {

constexpr std::size_t kChunk = std::size_t{1} << 14;  // colors keyed and embedded at a time

// Least average number of points in the finest nodes. 4 to 16 differ by less than the noise.
constexpr std::size_t kNodeSize = 8;

// Steps per unit where coordinates are not whole numbers: 1/64 adds 2e-5 to the mean squared error,
// which is 1 or more for the best palettes, and keeps 510 units inside 16 bits.
constexpr float kFineScale = 64;

// Björn Ottosson, "A perceptual color space for image processing" (2020).
constexpr float kLms[3][3] = {{0.4122214708f, 0.5363325363f, 0.0514459929f},
                              {0.2119034982f, 0.6806995451f, 0.1073969566f},
                              {0.0883024619f, 0.2817188376f, 0.6299787005f}};

struct Srgb : Colorimetry {
    Srgb() {
        for (auto& channel : linear) std::copy_n(linear_of_byte().begin(), 256, channel);
        for (int row = 0; row < 3; ++row) std::copy_n(kLms[row], 3, lms[row]);
    }
};

}  // namespace

const Colorimetry& srgb_colorimetry() {
    static const Srgb seen;
    return seen;
}

struct Cloud::State {
    CloudView view{};
    std::size_t channels = 3;
    unsigned level_bits[2][kLevels] = {};  // of the nodes; those above soft colors come first
    Span<const std::uint32_t> keys{nullptr, 0};
    Buffer<std::uint32_t> own_keys;
    Buffer<float> coordinates[kMaxDims];
    Buffer<std::uint32_t> weights;
    Buffer<Node> nodes[kLevels];

    void reserve(std::size_t n);
    std::size_t count_runs(std::size_t first, std::size_t last, unsigned shift) const {
        return kernels().engine->count_runs(keys.data + first, last - first, shift);
    }
    void build(unsigned most_bits);
};

void Cloud::State::reserve(std::size_t n) {
    view.n_points = n;
    view.dims = int(channels);
    for (std::size_t d = 0; d < channels; ++d) {
        view.coordinates[d] = coordinates[d].reserve(n + kPadding);
        std::fill_n(view.coordinates[d] + n, kPadding, 0.0f);
    }
    view.weights = weights.reserve(n + kPadding);
    std::fill_n(view.weights + n, kPadding, 0u);
}

// Nodes with few points cost more than they save: the finest level is the first, from `most_bits`
// down to 3 bits, whose nodes hold kNodeSize points on average.
void Cloud::State::build(unsigned most_bits) {
    std::size_t n_nodes[kLevels] = {};
    unsigned shifts[2][kLevels];
    for (int part = 0; part < 2; ++part) {
        const std::size_t first = part ? view.n_soft : 0;
        const std::size_t last = part ? keys.size : view.n_soft;
        const auto count = [&](unsigned bits) {
            return count_runs(first, last, cell_shift(bits, unsigned(channels)));
        };
        unsigned bits = most_bits;
        std::size_t n = count(bits);
        while (bits > 3 && n * kNodeSize > last - first) n = count(--bits);
        for (int level = kLevels - 1; level >= 0; --level, --bits) {
            n_nodes[level] += level == kLevels - 1 ? n : count(bits);
            level_bits[part][level] = bits;
            shifts[part][level] = cell_shift(bits, unsigned(channels));
        }
    }
    for (int level = 0; level < kLevels; ++level)
        view.nodes[level] = nodes[level].reserve(n_nodes[level]);
    kernels().engine->build_nodes(view, keys.data, shifts);
}

Cloud::Cloud() : state_(new State) {}
Cloud::~Cloud() = default;

void Cloud::place(Span<const std::uint32_t> keys, Span<const std::uint32_t> weights,
                  std::size_t n_soft, std::size_t channels, const Colorimetry* seen,
                  std::size_t n_threads) {
    State& s = *state_;
    s.channels = channels;
    s.keys = keys;
    s.view.n_soft = n_soft;
    s.view.scale = !seen && channels == 3 ? 1.0f : kFineScale;
    s.reserve(keys.size);
    std::copy(weights.begin(), weights.end(), s.view.weights);
    const std::size_t n = keys.size;
    for_each_chunk((n + kChunk - 1) / kChunk, n_threads, [&](std::size_t chunk) {
        const std::size_t start = chunk * kChunk;
        const std::size_t size = std::min(kChunk, n - start);
        std::uint32_t numbers[kChunk];
        kernels().engine->numbers_from_keys(keys.data + start, size, channels, numbers);
        float* coordinates[kMaxDims] = {};
        for (std::size_t d = 0; d < channels; ++d)
            coordinates[d] = s.view.coordinates[d] + start;
        kernels().engine->embed(numbers, size, channels, seen, coordinates);
    });
    s.build(5);
}

void Cloud::gather(const Cloud& fine, unsigned bits, unsigned soft_bits) {
    State& s = *state_;
    const State& f = *fine.state_;
    s.channels = f.channels;
    s.view.scale = kFineScale;
    const std::size_t n = f.view.n_points;
    // The cells are runs of keys; how many there are is known only afterwards.
    std::uint32_t* out_keys = s.own_keys.reserve(n);
    s.reserve(n);
    const double unit = 1.0 / double(f.view.scale);
    std::size_t m = 0;
    const auto add = [&](std::uint32_t key, std::int64_t weight, const std::int64_t* sum, int dims) {
        if (weight == 0) return;
        out_keys[m] = key;
        s.view.weights[m] = std::uint32_t(weight);
        for (int d = 0; d < dims; ++d)
            s.view.coordinates[d][m] = float(double(sum[d]) / double(weight) * unit);
        ++m;
    };
    // Points [first, last), from the nodes above them where these lie inside the cells.
    const auto add_cells = [&](std::size_t first, std::size_t last, unsigned finest, int dims,
                               const auto& shift_of) {
        const unsigned* level_bits = f.level_bits[dims == 3];
        int at = 0;
        while (at < kLevels && level_bits[at] < finest) ++at;
        const bool has_nodes = at < kLevels;
        std::size_t node = has_nodes && dims == 3 ? f.view.n_soft_nodes[at] : 0;
        for (std::size_t i = first; i < last;) {
            const std::uint32_t key = f.keys[i];
            const unsigned shift = shift_of(key);
            std::int64_t sum[2 * kMaxDims] = {};
            if (has_nodes) {
                for (; i < last && f.keys[i] >> shift == key >> shift; ++node) {
                    for (int d = 0; d <= dims; ++d) sum[d] += f.view.nodes[at][node].sum[d];
                    i += f.view.nodes[at][node].size;
                }
            } else {
                for (; i < last && f.keys[i] >> shift == key >> shift; ++i) {
                    const std::int64_t w = f.view.weights[i];
                    for (int d = 0; d < dims; ++d)
                        sum[d] += w * fixed_point(f.view.coordinates[d][i] * f.view.scale);
                    sum[dims] += w;
                }
            }
            add(key >> shift << shift, sum[dims], sum, dims);
        }
    };
    add_cells(0, f.view.n_soft, soft_bits, 4,
              [&](std::uint32_t key) { return soft_cell_shift(soft_bits, key); });
    s.view.n_soft = m;
    const unsigned shift = cell_shift(bits, unsigned(s.channels));
    add_cells(f.view.n_soft, n, bits, 3, [&](std::uint32_t) { return shift; });
    if (s.channels == 4)
        std::fill(s.view.coordinates[3] + s.view.n_soft, s.view.coordinates[3] + m,
                  f.view.coordinates[3][f.view.n_soft]);
    s.keys = {out_keys, m};
    s.reserve(m);
    s.build(bits > 4 ? 4 : 3);
}

std::size_t Cloud::n_cells(unsigned bits) const {
    const State& s = *state_;
    for (int level = 0; level < kLevels; ++level)
        if (s.level_bits[1][level] == bits) return s.view.n_nodes[level] - s.view.n_soft_nodes[level];
    return s.count_runs(s.view.n_soft, s.keys.size, cell_shift(bits, unsigned(s.channels)));
}

std::size_t Cloud::n_soft_cells(unsigned bits) const {
    const State& s = *state_;
    std::size_t total = 0;
    for (std::size_t i = 0; i < s.view.n_soft; ++total) {
        const unsigned shift = soft_cell_shift(bits, s.keys[i]);
        const std::uint32_t prefix = s.keys[i] >> shift;
        while (i < s.view.n_soft && s.keys[i] >> shift == prefix) ++i;
    }
    return total;
}

const CloudView& Cloud::view() const { return state_->view; }
std::size_t Cloud::dims() const { return state_->channels; }
std::size_t Cloud::size() const { return state_->view.n_points; }
Span<const std::uint32_t> Cloud::keys() const { return state_->keys; }
double Cloud::squares() const { return double(kernels().engine->sum_squares(state_->view)); }

void Cloud::pass(const float* centers, std::size_t k, Sums* sums, std::uint8_t* labels,
                 std::size_t n_threads) const {
    const CloudView& view = state_->view;
    const std::size_t n_top = view.n_nodes[0];
    if (sums) *sums = {};
    // Starting a thread costs as long as a pass over some ten thousand colors (benchmarks/stages).
    constexpr std::size_t kWorthThreads = 100'000;
    n_threads = view.n_points < kWorthThreads ? 1 : thread_count(n_threads);
    if (n_threads == 1) {
        kernels().engine->filter_pass(view, 0, n_top, centers, k, sums, labels);
        return;
    }
    const std::size_t n_chunks = std::min<std::size_t>(n_top, 4 * n_threads);
    std::vector<Sums> parts(sums ? n_chunks : 0);
    for_each_chunk(n_chunks, n_threads, [&](std::size_t chunk) {
        kernels().engine->filter_pass(view, chunk * n_top / n_chunks, (chunk + 1) * n_top / n_chunks,
                              centers, k, sums ? &(parts[chunk] = {}) : nullptr, labels);
    });
    for (const Sums& part : parts)
        for (std::size_t c = 0; c < k; ++c)
            for (int d = 0; d <= view.dims; ++d) sums->of[c][d] += part.of[c][d];
}

std::size_t Cloud::n_bytes() const {
    const State& s = *state_;
    std::size_t total = s.own_keys.n_bytes() + s.weights.n_bytes();
    for (const Buffer<float>& buffer : s.coordinates) total += buffer.n_bytes();
    for (const Buffer<Node>& buffer : s.nodes) total += buffer.n_bytes();
    return total;
}

void embed(Span<const std::uint8_t> colors, std::size_t channels, const Colorimetry* seen,
           Span<float> points) {
    constexpr std::size_t kBlock = 1024;
    std::uint32_t numbers[kBlock];
    float apart[kMaxDims][kBlock];
    float* coordinates[kMaxDims] = {apart[0], apart[1], apart[2], apart[3]};
    const std::size_t n = colors.size / channels;
    for (std::size_t start = 0; start < n; start += kBlock) {
        const std::size_t size = std::min(kBlock, n - start);
        for (std::size_t i = 0; i < size; ++i) {
            const std::uint8_t* c = colors.data + (start + i) * channels;
            numbers[i] = std::uint32_t(c[0]) << 16 | std::uint32_t(c[1]) << 8 | c[2] |
                         (channels == 4 ? std::uint32_t(c[3]) << 24 : 0);
        }
        kernels().engine->embed(numbers, size, channels, seen, coordinates);
        for (std::size_t i = 0; i < size; ++i)
            for (std::size_t d = 0; d < channels; ++d)
                points[(start + i) * channels + d] = apart[d][i];
    }
}

}  // namespace core::engine
