// What the files of the engine in kernels/ define, and the table that collects it (engine.cpp).
#pragma once

#include "engine/cloud_view.hpp"
#include "kernels/entries.hpp"

namespace core {
namespace CORE_ISA {

using namespace engine;

void morton_keys(const std::uint8_t* pixels, std::size_t n, std::size_t channels,
                 std::uint32_t* keys);
std::size_t collect(std::uint32_t* counts, std::uint64_t groups, std::uint32_t constant,
                    std::uint32_t* keys, std::uint32_t* found);
void numbers_from_keys(const std::uint32_t* keys, std::size_t n, std::size_t channels,
                       std::uint32_t* numbers);
void embed(const std::uint32_t* numbers, std::size_t n, std::size_t channels,
           const Colorimetry* seen, float* const* coordinates);
std::size_t count_runs(const std::uint32_t* keys, std::size_t n, unsigned shift);
void build_nodes(CloudView& cloud, const std::uint32_t* keys, const unsigned (*shifts)[kLevels]);
std::int64_t sum_squares(const CloudView& cloud);
void filter_pass(const CloudView& cloud, std::size_t first, std::size_t last, const float* centers,
                 std::size_t k, Sums* sums, std::uint8_t* labels);
void nearest_pairs(const float* centers, const double* weights, std::size_t k, std::size_t dims,
                   std::int32_t* partners, float* costs);
void find_cut(const WuPoint* points, std::size_t n, int dims, Cut& cut);
void add_moments(const CloudView& cloud, const std::uint8_t* labels, const float* centers,
                 Moments& moments);
void add_errors(const CloudView& cloud, const std::uint8_t* labels, const float* centers,
                const std::uint8_t* groups, double* errors);

}  // namespace CORE_ISA
}  // namespace core
