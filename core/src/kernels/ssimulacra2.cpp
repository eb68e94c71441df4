#include "score/ssimulacra2.hpp"

#include "kernels/entries.hpp"
#include "kernels/vector.hpp"
#include "score/ssimulacra2_kernels.hpp"

namespace core {
namespace CORE_ISA {

using namespace score;

namespace {

// The Gaussian of sigma 1.5 at 0 to 5, divided by the sum of all 11 (scipy.ndimage.gaussian_filter).
constexpr float kGauss[kRadius + 1] = {0.26601174f, 0.21300554f, 0.10936069f,
                                       0.03600077f, 0.0075987582f, 0.0010283801f};
constexpr float kC2 = 0.0009f;

static inline std::size_t padded(std::size_t width) {
    return (width + kBlock - 1) / kBlock * kBlock;
}

static inline F32 absolute(F32 value) { return value < 0.0f ? -value : value; }
static inline F32 positive(F32 value) { return value > 0.0f ? value : F32{}; }

// Cube root of values in [0.003, 1.1], to 1e-7. The bits of a float are nearly its logarithm, so
// minus a third of them is nearly the inverse cube root (constant of that estimate: least largest
// error over the range, 10 %); one step of third order, then one of Newton on the root itself.
static inline F32 cube_root(F32 a) {
    I32 bits;
    std::memcpy(&bits, &a, sizeof bits);
    bits = __builtin_convertvector(__builtin_convertvector(bits, F32) * (-1.0f / 3.0f), I32) +
           0x54a21d2a;
    F32 y;
    std::memcpy(&y, &bits, sizeof y);
    const F32 h = 1.0f - a * (y * y * y);
    y = y + y * (h * (1.0f / 3.0f + h * (2.0f / 9.0f + h * (14.0f / 81.0f))));
    const F32 square = y * y;
    const F32 root = a * square;
    return root - (root * root * root - a) * square * (1.0f / 3.0f);
}

// Constants of the opsin absorbance and of the shift to positive values: the reference's.
void xyb(const float* red, const float* green, const float* blue, std::size_t width,
         float* const out[3]) {
    constexpr float kBias = 0.0037930732552754493f;
    constexpr float kBiasRoot = 0.15595420054924863f;
    for (std::size_t x = 0; x < padded(width); x += kLanes) {
        const F32 r = load(red + x);
        const F32 g = load(green + x);
        const F32 b = load(blue + x);
        const F32 l = cube_root(0.30f * r + 0.622f * g + 0.078f * b + kBias);
        const F32 m = cube_root(0.23f * r + 0.692f * g + 0.078f * b + kBias);
        const F32 y = 0.5f * (l + m);
        if (out[0]) store(out[0] + x, (l - m) * 7.0f + 0.42f);
        if (out[1]) store(out[1] + x, y + (0.01f - kBiasRoot));
        if (out[2]) {
            const F32 s = cube_root(0.24342268924547819f * r + 0.20476744424496821f * g +
                                    0.55180986650955360f * b + kBias);
            store(out[2] + x, (s - y) + 0.55f);
        }
    }
}

void halve(const float* upper, const float* lower, std::size_t half_width, float* half) {
    for (std::size_t x = 0; x < half_width; ++x)
        half[x] = 0.25f * ((upper[2 * x] + upper[2 * x + 1]) + (lower[2 * x] + lower[2 * x + 1]));
}

static inline F32 blur_at(const float* row) {
    F32 sum = kGauss[0] * load(row);
    for (std::ptrdiff_t k = 1; k <= std::ptrdiff_t(kRadius); ++k)
        sum = sum + kGauss[k] * (load(row - k) + load(row + k));
    return sum;
}

static inline F32 blur_taps(const float* const taps[kTaps], std::size_t x) {
    F32 sum = kGauss[0] * load(taps[kRadius] + x);
    for (std::size_t k = 1; k <= kRadius; ++k)
        sum = sum + kGauss[k] * (load(taps[kRadius - k] + x) + load(taps[kRadius + k] + x));
    return sum;
}

static inline void clear(float* row, std::size_t width) {
    for (std::size_t x = 0; x < kMargin; ++x) row[-std::ptrdiff_t(x) - 1] = 0.0f;
    for (std::size_t x = width; x < padded(width) + kMargin; ++x) row[x] = 0.0f;
}

void blur_difference(const float* reference, const float* test, std::size_t width, bool all,
                     float* difference, float* blurred, std::size_t stride, float* scratch) {
    for (std::size_t x = 0; x < padded(width); x += kLanes)
        store(difference + x, load(test + x) - load(reference + x));
    clear(difference, width);
    if (!all) {
        for (std::size_t x = 0; x < padded(width); x += kLanes) store(blurred + x, blur_at(difference + x));
        return;
    }
    float* const square = scratch + kMargin;
    float* const product = square + stride + 2 * kMargin;
    for (std::size_t x = 0; x < padded(width); x += kLanes) {
        const F32 d = load(difference + x);
        store(square + x, d * d);
        store(product + x, d * load(reference + x));
    }
    clear(square, width);
    clear(product, width);
    for (std::size_t x = 0; x < padded(width); x += kLanes) {
        store(blurred + x, blur_at(difference + x));
        store(blurred + stride + x, blur_at(square + x));
        store(blurred + 2 * stride + x, blur_at(product + x));
    }
}

void blur_reference(const float* reference, std::size_t width, bool all, float* blurred,
                    std::size_t stride, float* scratch) {
    float* const row = scratch + kMargin;
    float* const square = row + stride + 2 * kMargin;
    for (std::size_t x = 0; x < padded(width); x += kLanes) {
        const F32 value = load(reference + x);
        store(row + x, value);
        store(square + x, value * value);
    }
    clear(row, width);
    clear(square, width);
    for (std::size_t x = 0; x < padded(width); x += kLanes) {
        store(blurred + x, blur_at(row + x));
        if (all) store(blurred + stride + x, blur_at(square + x));
    }
}

void finish_reference(const float* const taps[kTaps], std::size_t stride, std::size_t width,
                      float* mean, float* variance) {
    for (std::size_t x = 0; x < padded(width); x += kLanes) {
        const F32 m = blur_taps(taps, x);
        store(mean + x, m);
        if (variance) store(variance + x, 2.0f * (blur_taps(taps, stride + x) - m * m) + kC2);
    }
}

// Sixteen sums side by side, whatever the width of the vectors, so that the order of the additions
// is the same everywhere.
struct Lanes {
    float values[kBlock];

    void add(std::size_t lane, F32 value) {
        store(values + lane, load(values + lane) + value);
    }
    double total() const {
        double sums[kBlock];
        for (std::size_t i = 0; i < kBlock; ++i) sums[i] = double(values[i]);
        for (std::size_t half = kBlock / 2; half > 0; half /= 2)
            for (std::size_t i = 0; i < half; ++i) sums[i] += sums[i + half];
        return sums[0];
    }
};

static inline void add_powers(Lanes& first, Lanes& fourth, std::size_t lane, F32 value) {
    first.add(lane, value);
    const F32 scaled = value * kMapScale;
    const F32 square = scaled * scaled;
    fourth.add(lane, square * square);
}

// With the difference D = test - reference, the means m, m + blur(D), and the variances, every term
// that would cancel between two nearly equal pictures is written in D:
//   1 - num_m * num_s / denom_s = (E + delta^2 * N) / (N + E),
//   N = 2 * covariance + C2, E = blur(D^2) - delta^2, delta = blur(D).
template <bool Difference, bool Edges>
static inline void add_pixels(F32 delta, F32 squares, F32 products, std::size_t x, std::size_t lane,
                              F32 counted, const FinishedRow& row, Lanes lanes[kMapSums]) {
    const F32 m = load(row.mean + x);
    if (Difference) {
        const F32 squared = delta * delta;
        const F32 extra = squares - squared;
        const F32 common = load(row.variance + x) + 2.0f * (products - m * delta);
        const F32 d = (extra + squared * common) / (common + extra);
        add_powers(lanes[0], lanes[1], lane, positive(d) * counted);
    }
    if (Edges) {
        const F32 before = load(row.reference + x) - m;
        const F32 after = before + (load(row.difference + x) - delta);
        const F32 edge = absolute(before);
        const F32 change = (absolute(after) - edge) / (1.0f + edge) * counted;
        add_powers(lanes[2], lanes[3], lane, positive(change));
        add_powers(lanes[4], lanes[5], lane, positive(-change));
    }
}

template <bool Difference, bool Edges>
void finish_rows(const float* const taps[kSpan], std::size_t stride, std::size_t width,
                 const FinishedRow rows[kPair], double* sums) {
    Lanes lanes[kPair][kMapSums] = {};
    alignas(64) float valid[2 * kBlock];
    for (std::size_t i = 0; i < kBlock; ++i) {
        valid[i] = 1.0f;
        valid[kBlock + i] = i < width % kBlock ? 1.0f : 0.0f;
    }
    for (std::size_t start = 0; start < width; start += kBlock) {
        const float* const mask = valid + (start + kBlock <= width ? 0 : kBlock);
        for (std::size_t lane = 0; lane < kBlock; lane += kLanes) {
            const std::size_t x = start + lane;
            const F32 counted = load(mask + lane);
            // All blurs before any sum is stored, so that what the two rows share is loaded once.
            F32 delta[kPair], squares[kPair] = {}, products[kPair] = {};
            for (std::size_t i = 0; i < kPair; ++i) delta[i] = blur_taps(taps + i, x);
            if (Difference) {
                for (std::size_t i = 0; i < kPair; ++i) squares[i] = blur_taps(taps + i, stride + x);
                for (std::size_t i = 0; i < kPair; ++i)
                    products[i] = blur_taps(taps + i, 2 * stride + x);
            }
            for (std::size_t i = 0; i < kPair; ++i)
                add_pixels<Difference, Edges>(delta[i], squares[i], products[i], x, lane, counted,
                                              rows[i], lanes[i]);
        }
    }
    for (std::size_t i = 0; i < kPair * kMapSums; ++i)
        sums[i] = lanes[i / kMapSums][i % kMapSums].total();
}

void finish(const float* const taps[kSpan], std::size_t stride, std::size_t width,
            bool needs_difference, bool needs_edges, const FinishedRow rows[kPair], double* sums) {
    const auto run = needs_difference
                         ? (needs_edges ? finish_rows<true, true> : finish_rows<true, false>)
                         : finish_rows<false, true>;
    run(taps, stride, width, rows, sums);
}

}  // namespace

extern const Ssimulacra2Kernels ssimulacra2 = {
    xyb, halve, blur_difference, blur_reference, finish_reference, finish,
};

}  // namespace CORE_ISA
}  // namespace core
