// Weighted colors as points, with the tree that one pass of k-means over them needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/colorimetry.hpp"
#include "base/span.hpp"

namespace core::engine {

struct CloudView;
struct Sums;

class Cloud {
  public:
    Cloud();
    ~Cloud();
    Cloud(const Cloud&) = delete;
    Cloud& operator=(const Cloud&) = delete;

    // Distinct colors as Morton keys, in the order of Deduplicated::keys, with whole weights that add
    // up to less than 2^31.
    void place(Span<const std::uint32_t> keys, Span<const std::uint32_t> weights,
               std::size_t n_soft, std::size_t channels, const Colorimetry* seen,
               std::size_t n_threads);

    // One point per filled cell of `bits` bits (1 to 7) per channel of another cloud: the mean of
    // its points, with their total weight. Colors that are not opaque have cells of soft_bits bits
    // (3 to 7).
    void gather(const Cloud& fine, unsigned bits, unsigned soft_bits);

    // How many cells of this many bits are filled with opaque colors, and with others.
    std::size_t n_cells(unsigned bits) const;
    std::size_t n_soft_cells(unsigned bits) const;

    const CloudView& view() const;
    std::size_t dims() const;
    std::size_t size() const;
    Span<const std::uint32_t> keys() const;

    // Nearest center of every point (ties: lowest), centers k x dims row-major, k <= 256, and the
    // sums of each center's points. labels or sums may be left out (null).
    void pass(const float* centers, std::size_t k, Sums* sums, std::uint8_t* labels,
              std::size_t n_threads) const;

    // Sum of weight x squared length, in squared fixed-point steps: exact, so in any order.
    double squares() const;

    std::size_t n_bytes() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// Coordinates of colors, n x dims row-major float32 (out), as spaces.embed has them.
void embed(Span<const std::uint8_t> colors, std::size_t channels, const Colorimetry* seen,
           Span<float> points);

}  // namespace core::engine
