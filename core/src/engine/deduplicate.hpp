// Sort the pixels of a picture by color, once: the distinct colors with their weights come out, and
// the sorted pixels stay, so that an index per color can be painted back onto the picture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/span.hpp"

namespace core::engine {

// Colors are numbered by interleaving the bits of their channels (Morton 1966; cell_shift says how):
// colors that share the top bits of every channel are adjacent, so a sorted list of them is already
// an octree.
class Deduplicated {
  public:
    Deduplicated();
    ~Deduplicated();
    Deduplicated(const Deduplicated&) = delete;
    Deduplicated& operator=(const Deduplicated&) = delete;

    // Sort n pixels, n x channels uint8 (3: RGB, 4: straight RGBA), 0 < n < 2^31. Fully transparent
    // pixels are the one color 0. weights: n numbers >= 0, or empty when every pixel weighs 1; those
    // of one color are summed in the order of the pixels. Any number of threads gives the same.
    void sort(Span<const std::uint8_t> pixels, std::size_t channels, Span<const double> weights,
              std::size_t n_threads);

    std::size_t channels() const;
    std::size_t n_pixels() const;

    // The distinct colors as keys, ascending; of RGBA first those that are not opaque, n_soft() of
    // them, then the opaque ones.
    Span<const std::uint32_t> keys() const;
    std::size_t n_soft() const;
    // How many pixels each has; and their summed weights, empty when no weights were given.
    Span<const std::uint32_t> counts() const;
    Span<const double> weights() const;

    // The distinct colors as numbers R*2^16 + G*2^8 + B (+ A*2^24), ascending, and their weights;
    // one each per color (out).
    void histogram(Span<std::uint32_t> numbers, Span<double> weights) const;

    // indices[pixel] (out) = labels[its color].
    void paint(Span<const std::uint8_t> labels, Span<std::uint8_t> indices,
               std::size_t n_threads) const;

    // Bytes of memory held.
    std::size_t n_bytes() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace core::engine
