// Vectors as wide as the instruction set has. Lanes never meet: each lane computes one point in the
// order a plain loop would, and sums over lanes are made in integers or in a fixed order, so that
// every instruction set gives the same bytes.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace core {
namespace CORE_ISA {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif
typedef float F32 __attribute__((vector_size(4 * kLanes)));
typedef std::int32_t I32 __attribute__((vector_size(4 * kLanes)));
typedef double F64 __attribute__((vector_size(4 * kLanes)));  // half as many lanes
typedef std::int64_t I64 __attribute__((vector_size(4 * kLanes)));

static inline F32 splat(float value) { return value - F32{}; }
static inline I32 splat(std::int32_t value) { return value - I32{}; }
static inline F64 splat(double value) { return value - F64{}; }
static inline I64 splat(std::int64_t value) { return value - I64{}; }

static inline F32 load(const float* from) {
    F32 value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

static inline I32 load(const std::int32_t* from) {
    I32 value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

static inline I32 load(const std::uint32_t* from) {
    I32 value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

static inline F64 load(const double* from) {
    F64 value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

static inline void store(float* to, F32 value) { std::memcpy(to, &value, sizeof value); }
static inline void store(std::int32_t* to, I32 value) { std::memcpy(to, &value, sizeof value); }
static inline void store(double* to, F64 value) { std::memcpy(to, &value, sizeof value); }
static inline void store(std::int64_t* to, I64 value) { std::memcpy(to, &value, sizeof value); }

// 0, 1, 2, ... the number of every lane.
static inline I32 lane_numbers() {
    std::int32_t numbers[kLanes];
    for (int i = 0; i < kLanes; ++i) numbers[i] = i;
    return load(numbers);
}

static inline F32 smaller(F32 a, F32 b) { return a < b ? a : b; }
static inline F32 larger(F32 a, F32 b) { return a > b ? a : b; }

// What fixed_point (cloud_view.hpp) gives, in every lane.
static inline I32 fixed_point_lanes(F32 value) {
    const F32 shifted = value + splat(12582912.0f);
    I32 bits;
    std::memcpy(&bits, &shifted, sizeof bits);
    return bits - splat(std::int32_t{0x4B400000});
}

typedef std::int32_t Quad32 __attribute__((vector_size(16)));
typedef std::int64_t Quad64 __attribute__((vector_size(32)));

// The sums over the lanes of four vectors.
static inline Quad64 totals(I32 a, I32 b, I32 c, I32 d) {
    constexpr int parts = kLanes / 4;
    Quad32 sums[4];
    const I32 all[4] = {a, b, c, d};
    for (int v = 0; v < 4; ++v) {
        Quad32 part[parts];
        std::memcpy(part, &all[v], sizeof part);
        sums[v] = part[0];
        for (int i = 1; i < parts; ++i) sums[v] = sums[v] + part[i];
    }
    const Quad32 low = {0, 4, 1, 5};
    const Quad32 high = {2, 6, 3, 7};
    const Quad32 ab = __builtin_shuffle(sums[0], sums[1], low) +
                      __builtin_shuffle(sums[0], sums[1], high);  // a b a b
    const Quad32 cd = __builtin_shuffle(sums[2], sums[3], low) +
                      __builtin_shuffle(sums[2], sums[3], high);
    const Quad32 first = {0, 1, 4, 5};
    const Quad32 second = {2, 3, 6, 7};
    const Quad32 total =
        __builtin_shuffle(ab, cd, first) + __builtin_shuffle(ab, cd, second);
    return __builtin_convertvector(total, Quad64);
}

// a x b for numbers that fit 32 bits.
static inline Quad64 product(Quad64 a, std::int64_t b) {
#if defined(__AVX2__)
    return (Quad64)_mm256_mul_epi32((__m256i)a, _mm256_set1_epi64x(b));
#else
    return a * (b - Quad64{});
#endif
}

// The least of all lanes.
static inline std::int32_t least(I32 lanes) {
    constexpr int parts = kLanes / 4;
    Quad32 part[parts];
    std::memcpy(part, &lanes, sizeof part);
    Quad32 found = part[0];
    for (int i = 1; i < parts; ++i) found = part[i] < found ? part[i] : found;
    const Quad32 swapped = {2, 3, 0, 1};
    const Quad32 other = __builtin_shuffle(found, swapped);
    found = other < found ? other : found;
    return found[0] < found[1] ? found[0] : found[1];
}

typedef float QuadF32 __attribute__((vector_size(16)));

// The least over the lanes of each of four vectors.
static inline QuadF32 leasts(F32 a, F32 b, F32 c, F32 d) {
    constexpr int parts = kLanes / 4;
    QuadF32 found[4];
    const F32 all[4] = {a, b, c, d};
    for (int v = 0; v < 4; ++v) {
        QuadF32 part[parts];
        std::memcpy(part, &all[v], sizeof part);
        found[v] = part[0];
        for (int i = 1; i < parts; ++i) found[v] = part[i] < found[v] ? part[i] : found[v];
    }
    const Quad32 low = {0, 4, 1, 5};
    const Quad32 high = {2, 6, 3, 7};
    const QuadF32 ab0 = __builtin_shuffle(found[0], found[1], low);
    const QuadF32 ab1 = __builtin_shuffle(found[0], found[1], high);
    const QuadF32 cd0 = __builtin_shuffle(found[2], found[3], low);
    const QuadF32 cd1 = __builtin_shuffle(found[2], found[3], high);
    const QuadF32 ab = ab0 < ab1 ? ab0 : ab1;  // a b a b
    const QuadF32 cd = cd0 < cd1 ? cd0 : cd1;
    const Quad32 first = {0, 1, 4, 5};
    const Quad32 second = {2, 3, 6, 7};
    const QuadF32 x = __builtin_shuffle(ab, cd, first);
    const QuadF32 y = __builtin_shuffle(ab, cd, second);
    return x < y ? x : y;
}

// Bit i is set when lane i of a comparison holds.
static inline unsigned mask_bits(I32 holds) {
#if defined(__AVX512F__)
    return _mm512_movepi32_mask((__m512i)holds);
#elif defined(__AVX2__)
    return unsigned(_mm256_movemask_ps((__m256)holds));
#elif defined(__SSE2__)
    return unsigned(_mm_movemask_ps((__m128)holds));
#else
    unsigned bits = 0;
    for (int i = 0; i < kLanes; ++i) bits |= unsigned(holds[i] & 1) << i;
    return bits;
#endif
}

}  // namespace CORE_ISA
}  // namespace core
