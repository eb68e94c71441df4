// What each file in kernels/ defines, and the table that collects it (table.cpp).
#pragma once

#include "kernels/kernels.hpp"

namespace core {
namespace CORE_ISA {

void assign(const float* points, std::size_t n, const float* centers, std::size_t k,
            std::size_t dims, std::uint8_t* indices, float* distances);
void map_row(const rate::RateRow& row);
void assign_double(const double* points, std::size_t n, const double* centers, std::size_t k,
                   std::size_t dims, std::uint8_t* indices, double* distances);

extern const score::Ssimulacra2Kernels ssimulacra2;
extern const score::CvvdpKernels cvvdp;
extern const engine::EngineKernels engine;

extern const Kernels table;

}  // namespace CORE_ISA
}  // namespace core
