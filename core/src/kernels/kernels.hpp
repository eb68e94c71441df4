// The table of hot loops, one instance per instruction set, and the one in use.
//
// Files in kernels/ are compiled once per set with CORE_ISA defined to its name. They must put
// everything into namespace core::CORE_ISA and must not instantiate templates or inline functions
// shared with other files (the standard library's containers and algorithms among them): the
// linker would keep one copy, and it might be the one this machine cannot run.
#pragma once

#include <cstddef>
#include <cstdint>

namespace core {

namespace engine {
struct EngineKernels;  // cloud_view.hpp
}
namespace rate {
struct RateRow;  // row.hpp
}
namespace score {
struct Ssimulacra2Kernels;  // ssimulacra2_kernels.hpp
struct CvvdpKernels;        // cvvdp_kernels.hpp
}

struct Kernels {
    void (*assign)(const float* points, std::size_t n, const float* centers, std::size_t k,
                   std::size_t dims, std::uint8_t* indices, float* distances);
    void (*map_row)(const rate::RateRow& row);
    void (*assign_double)(const double* points, std::size_t n, const double* centers,
                          std::size_t k, std::size_t dims, std::uint8_t* indices,
                          double* distances);
    const score::Ssimulacra2Kernels* ssimulacra2;
    const score::CvvdpKernels* cvvdp;
    const engine::EngineKernels* engine;
};

const Kernels& kernels();

}  // namespace core
