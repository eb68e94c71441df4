// Mapping pixels to a palette with a price for the bits that the container will spend on the indices.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/span.hpp"

namespace core::rate {

// Whose bits are counted.
enum class Container { kPng, kWebp };

struct RateOptions {
    Container container;
    float rate_weight;      // lambda: squared units of distance per bit, > 0
    float outlier;          // 1 / squared distance at which an error counts twice; 0: never
    float price_mix;        // 0: every literal has the mean price; 1: its price in the histogram
    // Shares of a pixel's error, 0 to < 1, where smoothness is 0 and where it is 1.
    float spread_right[2];  // passed to the next pixel
    float spread_down[2];   // passed to the next row
    // Of what lightness, the first coordinate, takes over from its neighbors, this share is not passed
    // on again: errors stay within a few pixels instead of only without a mean. 0: all goes on.
    float forget;
    float chroma_down;      // share of spread_down that the second and the third coordinate pass
    bool find;              // follow matches found by context beside those at fixed offsets
    // Copies from the rows above: for each, the number of groups of sixteen neighboring offsets that
    // are followed, centered on the pixel straight above; ends with 0. Sum at most 32.
    int reach[17];
};

// Maps a picture row by row; every row is a shortest path (Viterbi) over literals and matches.
//
// palette: k x dims row-major float32, 1 <= k <= 256, dims 3 or 4; or 6, of which the second
// half has errors that count and are not passed on.
// counts: k counts of the nearest color, from which literals are priced.
class RateMapper {
public:
    RateMapper(std::size_t width, std::size_t dims, Span<const float> palette,
               Span<const double> counts, const RateOptions& options);
    ~RateMapper();
    RateMapper(const RateMapper&) = delete;
    RateMapper& operator=(const RateMapper&) = delete;

    // Map the next rows. points: n_rows x width x dims. weights: n_rows x width, > 0.
    // smoothness: n_rows x width, 0 to 1: between which shares the error is spread.
    // nearest: the nearest entry of every pixel. indices (out): the entry chosen.
    void map_rows(Span<const float> points, Span<const float> weights,
                  Span<const float> smoothness, Span<const std::uint8_t> nearest, Span<std::uint8_t> indices);

    double bits() const;  // what the model thinks was spent so far

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Map a picture in bands of rows that know nothing of each other, side by side on up to n_threads
// threads (0: one per processor). Arguments as above, for all rows. Returns the bits of all bands.
double map_rate_apart(std::size_t n_bands, std::size_t n_threads, std::size_t width,
                      std::size_t dims, Span<const float> palette, Span<const double> counts,
                      const RateOptions& options, Span<const float> points,
                      Span<const float> weights, Span<const float> smoothness,
                      Span<const std::uint8_t> nearest, Span<std::uint8_t> indices);

}  // namespace core::rate
