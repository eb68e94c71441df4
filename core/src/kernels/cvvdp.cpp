#include "score/cvvdp.hpp"

#include "score/cvvdp_kernels.hpp"
#include "kernels/entries.hpp"
#include "kernels/vector.hpp"

namespace core {
namespace CORE_ISA {

using namespace score;

namespace {

// Constants of the model, fitted by its authors: cvvdp_parameters.json of the package cvvdp 0.5.7.
constexpr float kMaskPower = 2.264355182647705f;                             // mask_p
constexpr float kMaskPowers[3] = {1.302622675895691f, 2.8885908126831055f,   // mask_q
                                  3.6807713508605957f};
constexpr float kMaskGain = 0.16014112700938743f;  // 10^mask_c
// 2^xcm_weights: how much channel [k] masks channel [c].
constexpr float kCross[3][3] = {{0.8769089458834433f, 0.01604034463545801f, 0.05012429937984367f},
                                {5.919844938912757f, 1.269329944731316f, 0.15181155885781344f},
                                {14.043563899807165f, 0.49821121962186676f, 0.697692072309742f}};
constexpr float kMost = 366.6447430102025f;  // 10^d_max: differences approach it
constexpr float kSmall = 1e-5f;              // added before a power, and its power taken off behind
// kSmall to the powers above.
constexpr float kSmallPower = 4.766768785e-12f;
constexpr float kSmallPowers[3] = {3.068220876e-7f, 3.606167845e-15f, 3.945874295e-19f};
constexpr float kLeastLight = 0.01f;  // cd/m2
constexpr float kMostContrast = 1000.0f;
// The Gaussian of sigma 3 at 0 to 6, divided by the sum of all 13.
constexpr float kGauss[kMaskRadius + 1] = {0.13702282f, 0.12961803f, 0.10971929f, 0.08310854f,
                                           0.05633176f, 0.03416694f, 0.01854402f};
// Steps of the table of sensitivity: 31 from log2(0.005) to log2(10000).
constexpr float kFirstLight = -7.643856189774724f;
constexpr float kStepsPerOctave = 1.4810165753861086f;

constexpr std::size_t kWide = 16;  // floats: one vector of the widest instruction set

static inline std::size_t padded(std::size_t width) { return (width + kWide - 1) / kWide * kWide; }
static inline F32 absolute(F32 value) { return value < 0.0f ? -value : value; }

// log2 of positive numbers, to 4e-6: the exponent, and a polynomial (Chebyshev points) of the
// mantissa between the roots of 1/2 and of 2.
static inline F32 log2_lanes(F32 x) {
    I32 bits;
    std::memcpy(&bits, &x, sizeof bits);
    const I32 exponent = (bits - 0x3f3504f3) >> 23;
    bits = bits - (exponent << 23);
    F32 m;
    std::memcpy(&m, &bits, sizeof m);
    const F32 t = m - 1.0f;
    F32 p = -0.20685812830924988f * t + 0.3184071183204651f;
    p = p * t - 0.36641326546669006f;
    p = p * t + 0.47979387640953064f;
    p = p * t - 0.7212084531784058f;
    p = p * t + 1.442701816558838f;
    return __builtin_convertvector(exponent, F32) + p * t;
}

// 2^x for x in [-126, 127], to 4e-6; below, 2^-126.
static inline F32 exp2_lanes(F32 x) {
    x = x < -126.0f ? splat(-126.0f) : x;
    const I32 whole = fixed_point_lanes(x);  // rounds to the nearest
    const F32 f = x - __builtin_convertvector(whole, F32);
    F32 p = 0.009676037356257439f * f + 0.05592203512787819f;
    p = p * f + 0.2402210682630539f;
    p = p * f + 0.6931210160255432f;
    p = p * f + 1.0000001192092896f;
    const I32 bits = (whole + 127) << 23;
    F32 scale;
    std::memcpy(&scale, &bits, sizeof scale);
    return p * scale;
}

// The package's power: steep at 0, yet with a slope.
static inline F32 safe_power(F32 x, float power, float of_small) {
    return exp2_lanes(log2_lanes(x + kSmall) * power) - of_small;
}

static inline F32 blur_at(const float* row) {
    F32 sum = kGauss[0] * load(row);
    for (std::ptrdiff_t k = 1; k <= std::ptrdiff_t(kMaskRadius); ++k)
        sum = sum + kGauss[k] * (load(row - k) + load(row + k));
    return sum;
}

static inline F32 blur_taps(const float* const taps[kMaskTaps], std::size_t x) {
    F32 sum = kGauss[0] * load(taps[kMaskRadius] + x);
    for (std::size_t k = 1; k <= kMaskRadius; ++k)
        sum = sum + kGauss[k] * (load(taps[kMaskRadius - k] + x) + load(taps[kMaskRadius + k] + x));
    return sum;
}

void reduce(const float* const rows[5], std::size_t width, bool odd_height, float* half,
            float* scratch) {
    float* const row = scratch + kRowMargin;
    for (std::size_t x = 0; x < padded(width); x += kLanes)
        store(row + x, 0.4f * load(rows[2] + x) + 0.25f * (load(rows[1] + x) + load(rows[3] + x)) +
                           0.05f * (load(rows[0] + x) + load(rows[4] + x)));
    row[-1] = row[0];
    row[-2] = row[1];
    // On the right the package asks the parity of the height where it means that of the width.
    const float last = row[width - 1];
    const float before = row[width - 2];
    if (width % 2 == 1) {
        row[width] = odd_height ? last : 0.0f;
        row[width + 1] = odd_height ? before : last;
    } else {
        row[width] = odd_height ? 5.0f * last + before : last;  // taps are .05 and .25
    }
    for (std::size_t x = 0; x < (width + 1) / 2; ++x) {
        const float* const at = row + 2 * x;
        half[x] = 0.4f * at[0] + 0.25f * (at[-1] + at[1]) + 0.05f * (at[-2] + at[2]);
    }
}

void expand(const float* const coarse[3], std::size_t width, bool even, float* row, float* scratch) {
    const std::size_t half = (width + 1) / 2;
    float* const between = scratch + kRowMargin;
    for (std::size_t x = 0; x < padded(half); x += kLanes) {
        const F32 at = load(coarse[1] + x);
        const F32 after = load(coarse[2] + x);
        store(between + x, even ? 0.8f * at + 0.1f * (load(coarse[0] + x) + after)
                                : 0.5f * (at + after));
    }
    between[-1] = between[0];
    between[half] = between[half - 1];
    for (std::size_t x = 0; x < half; ++x) {  // one float beyond an odd width: within the stride
        const float* const at = between + x;
        row[2 * x] = 0.8f * at[0] + 0.1f * (at[-1] + at[1]);
        row[2 * x + 1] = 0.5f * (at[0] + at[1]);
    }
}

static inline F32 contrast_of(const float* level, const float* coarse, F32 scale, float gain,
                              std::size_t x) {
    const F32 value = (load(level + x) - load(coarse + x)) * scale;
    return smaller(value, splat(kMostContrast)) * gain;
}

static inline F32 inverse_light(const float* lightness) {
    return 1.0f / larger(load(lightness), splat(kLeastLight));
}

// log2 of the sensitivity, between its levels of light.
static inline F32 looked_up(const float* table, F32 place) {
    float places[kLanes], found[kLanes];
    store(places, place);
    for (int i = 0; i < kLanes; ++i) {
        const int level = int(places[i]);
        const int next = level + 1 < int(kCvvdpLevels) ? level + 1 : level;
        found[i] = table[level] + (places[i] - float(level)) * (table[next] - table[level]);
    }
    return load(found);
}

void reference(const float* const level[3], const float* const coarse[3], std::size_t width,
               float gain, const float* tables, float* const contrast[3],
               float* const sensitivity[3]) {
    for (std::size_t x = 0; x < padded(width); x += kLanes) {
        const F32 light = larger(load(coarse[0] + x), splat(kLeastLight));
        F32 place = (log2_lanes(light) - kFirstLight) * kStepsPerOctave;
        place = smaller(larger(place, splat(0.0f)), splat(float(kCvvdpLevels - 1)));
        const F32 scale = 1.0f / light;
        for (std::size_t c = 0; c < 3; ++c) {
            const F32 s = exp2_lanes(looked_up(tables + c * kCvvdpLevels, place));
            store(sensitivity[c] + x, s);
            store(contrast[c] + x, contrast_of(level[c], coarse[c], scale, gain, x) * s);
        }
    }
}

// Mirrored at both ends, without the end itself.
static inline void mirror(float* row, std::size_t width) {
    for (std::size_t k = 1; k <= kMaskRadius; ++k) {
        row[-std::ptrdiff_t(k)] = row[k];
        row[width - 1 + k] = row[width - 1 - k];
    }
}

void compare(const float* const level[3], const float* const coarse[3], std::size_t width, float gain,
             const ReferenceRow& reference, bool blurs, float* const difference[3],
             float* const common[3], float* scratch) {
    const std::size_t stride = padded(width) + 2 * kRowMargin;
    float* lesser[3];
    for (std::size_t c = 0; c < 3; ++c) lesser[c] = blurs ? scratch + c * stride + kRowMargin : common[c];
    for (std::size_t x = 0; x < padded(width); x += kLanes) {
        const F32 scale = inverse_light(coarse[0] + x);
        for (std::size_t c = 0; c < 3; ++c) {
            const F32 seen = contrast_of(level[c], coarse[c], scale, gain, x) *
                             load(reference.sensitivity[c] + x);
            const F32 was = load(reference.contrast[c] + x);
            store(difference[c] + x, safe_power(absolute(seen - was), kMaskPower, kSmallPower));
            store(lesser[c] + x, smaller(absolute(seen), absolute(was)));
        }
    }
    if (!blurs) return;
    for (std::size_t c = 0; c < 3; ++c) {
        mirror(lesser[c], width);
        for (std::size_t x = 0; x < padded(width); x += kLanes) store(common[c] + x, blur_at(lesser[c] + x));
    }
}

// Sixteen sums side by side, whatever the width of the vectors: one order of additions everywhere.
struct Lanes {
    float values[kWide] = {};

    void add(std::size_t lane, F32 value) { store(values + lane, load(values + lane) + value); }
    double total() const {
        double sums[kWide];
        for (std::size_t i = 0; i < kWide; ++i) sums[i] = double(values[i]);
        for (std::size_t half = kWide / 2; half > 0; half /= 2)
            for (std::size_t i = 0; i < half; ++i) sums[i] += sums[i + half];
        return sums[0];
    }
};

// What masks a pixel of each channel.
static inline F32 masked_by(F32 common, std::size_t channel) {
    return safe_power(common * kMaskGain, kMaskPowers[channel], kSmallPowers[channel]);
}

void finish(const float* const taps[3][kMaskSpan], bool blurs, std::size_t n_rows,
            const float* const difference[kMaskPair][3], std::size_t width, double* sums) {
    Lanes lanes[kMaskPair][3];
    alignas(64) float valid[2 * kWide];
    for (std::size_t i = 0; i < kWide; ++i) {
        valid[i] = 1.0f;
        valid[kWide + i] = i < width % kWide ? 1.0f : 0.0f;
    }
    for (std::size_t start = 0; start < width; start += kWide) {
        const float* const mask = valid + (start + kWide <= width ? 0 : kWide);
        for (std::size_t lane = 0; lane < kWide; lane += kLanes) {
            const std::size_t x = start + lane;
            const I32 counts = load(mask + lane) > 0.5f;
            // All blurs at first, so that what the rows share is loaded once.
            F32 masks[kMaskPair][3];
            for (std::size_t c = 0; c < 3; ++c)
                for (std::size_t r = 0; r < n_rows; ++r)
                    masks[r][c] = blurs ? blur_taps(taps[c] + r, x) : load(taps[c][r] + x);
            for (std::size_t r = 0; r < n_rows; ++r) {
                for (std::size_t c = 0; c < 3; ++c) masks[r][c] = masked_by(masks[r][c], c);
                for (std::size_t c = 0; c < 3; ++c) {
                    const F32 mask_sum = 1.0f + masks[r][0] * kCross[0][c] +
                                         masks[r][1] * kCross[1][c] + masks[r][2] * kCross[2][c];
                    const F32 raw = load(difference[r][c] + x);
                    // kMost * D / (kMost + D) of D = raw / mask_sum
                    const F32 d = kMost * raw / (kMost * mask_sum + raw);
                    const F32 squared = d * (d + 2.0f * kSmall);  // (d + e)^2 - e^2
                    lanes[r][c].add(lane, counts ? squared : F32{});
                }
            }
        }
    }
    for (std::size_t r = 0; r < n_rows; ++r)
        for (std::size_t c = 0; c < 3; ++c) sums[3 * r + c] = lanes[r][c].total();
}

}  // namespace

extern const CvvdpKernels cvvdp = {reduce, expand, reference, compare, finish};

}  // namespace CORE_ISA
}  // namespace core
