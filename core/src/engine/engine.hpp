// The whole engine for one picture: sort the pixels, place the colors, find the centers, map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/buffer.hpp"
#include "engine/cluster.hpp"
#include "engine/deduplicate.hpp"

namespace core::engine {

class Engine {
  public:
    // Take over the memory of an engine that is no longer used, if any; and give it back.
    static std::unique_ptr<Engine> borrow();
    static void give_back(std::unique_ptr<Engine> engine);
    // Let go of the memory that is kept for the next one, and of what is free in this process.
    static void forget();

    Deduplicated pixels;
    Cloud cloud;
    Cluster cluster;

    // Whether full transparency is among the colors: it is the first one then.
    bool has_clear() const;

    // Place the distinct colors in a space, as often as wanted after pixels.sort(). without_clear:
    // full transparency weighs nothing, because it will have an entry of its own.
    void place(const Colorimetry* seen, bool without_clear, std::size_t n_threads);

    // The factor that made weights whole numbers.
    double weight_scale() const { return weight_scale_; }

    // The nearest color of the palette for every pixel, exactly; ties go to the lowest. palette:
    // k x channels uint8. Entries of full transparency are for the fully transparent pixels alone,
    // unless there are no others. indices (out): one per pixel.
    void map(Span<const std::uint8_t> palette, Span<std::uint8_t> indices, std::size_t n_threads);

    std::size_t n_bytes() const;

  private:
    bool is_seen_ = false;  // else the bytes are the coordinates
    Colorimetry seen_{};
    double weight_scale_ = 1;
    Buffer<std::uint32_t> weights_;
    Buffer<std::uint8_t> labels_;
};

}  // namespace core::engine
