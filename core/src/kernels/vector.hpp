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

// The sum of all lanes.
static inline std::int32_t total(I32 lanes) {
    std::int32_t values[kLanes];
    store(values, lanes);
    std::int32_t sum = 0;
    for (int i = 0; i < kLanes; ++i) sum += values[i];
    return sum;
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
