// Vectors as wide as the instruction set has. Lanes never meet: each lane computes one point in the
// order a plain loop would, and sums over lanes are made in integers or in a fixed order, so that
// every instruction set gives the same bytes.
#pragma once

#include <cstdint>
#include <cstring>

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

static inline F64 load(const double* from) {
    F64 value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

static inline void store(float* to, F32 value) { std::memcpy(to, &value, sizeof value); }
static inline void store(std::int32_t* to, I32 value) { std::memcpy(to, &value, sizeof value); }
static inline void store(double* to, F64 value) { std::memcpy(to, &value, sizeof value); }
static inline void store(std::int64_t* to, I64 value) { std::memcpy(to, &value, sizeof value); }

}  // namespace CORE_ISA
}  // namespace core
