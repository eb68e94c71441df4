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
typedef float QuadF32 __attribute__((vector_size(16)));

// The lanes of two vectors (0-3 and 4-7) by number, in GCC's words and in Clang's.
template <int a, int b, int c, int d, class Quad>
static inline Quad pick(Quad low, Quad high) {
#if defined(__clang__)
    return __builtin_shufflevector(low, high, a, b, c, d);
#else
    return __builtin_shuffle(low, high, Quad32{a, b, c, d});
#endif
}

// Every lane changes places with the one whose number differs by `step`, a power of two.
static inline F32 swapped(F32 lanes, std::int32_t step) {
#if defined(__clang__)
    return __builtin_shufflevector(lanes, lane_numbers() ^ splat(step));
#else
    return __builtin_shuffle(lanes, lane_numbers() ^ splat(step));
#endif
}

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
    const Quad32 ab =
        pick<0, 4, 1, 5>(sums[0], sums[1]) + pick<2, 6, 3, 7>(sums[0], sums[1]);  // a b a b
    const Quad32 cd = pick<0, 4, 1, 5>(sums[2], sums[3]) + pick<2, 6, 3, 7>(sums[2], sums[3]);
    const Quad32 total = pick<0, 1, 4, 5>(ab, cd) + pick<2, 3, 6, 7>(ab, cd);
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
    const Quad32 other = pick<2, 3, 0, 1>(found, found);
    found = other < found ? other : found;
    return found[0] < found[1] ? found[0] : found[1];
}

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
    const QuadF32 ab0 = pick<0, 4, 1, 5>(found[0], found[1]);
    const QuadF32 ab1 = pick<2, 6, 3, 7>(found[0], found[1]);
    const QuadF32 cd0 = pick<0, 4, 1, 5>(found[2], found[3]);
    const QuadF32 cd1 = pick<2, 6, 3, 7>(found[2], found[3]);
    const QuadF32 ab = ab0 < ab1 ? ab0 : ab1;  // a b a b
    const QuadF32 cd = cd0 < cd1 ? cd0 : cd1;
    const QuadF32 x = pick<0, 1, 4, 5>(ab, cd);
    const QuadF32 y = pick<2, 3, 6, 7>(ab, cd);
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
