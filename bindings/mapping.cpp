// Mapping by rate for Python: deflate's prices, LZW's; the lossless WebP writer; deflate streams joined.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "arrays.hpp"
#include "checks.hpp"
#include "deflate/open_end.hpp"
#include "lzw/lzw.hpp"
#include "rate/hull.hpp"
#include "rate/masking.hpp"
#include "rate/rate.hpp"
#include "webp/webp.hpp"

namespace {

using checks::require;
using checks::require_coordinates;
using checks::require_within;

void importance(In<float, nb::ndim<2>> points, In<float, nb::ndim<1>> narrow,
                In<float, nb::ndim<1>> wide, float half, Out<float, nb::ndim<2>> out,
                std::size_t n_threads) {
    checks::require_size(out.shape(0), out.shape(1));
    require(points.shape(0) == out.size() && points.shape(1) >= 1, "one point per pixel");
    require(narrow.size() >= 1 && narrow.size() <= 16 && wide.size() >= 1 && wide.size() <= 16,
            "1 to 16 taps");
    require_within(half, 1e-6, checks::kMostNumber, "the deviation that halves must be positive");
    require_within(view(narrow), 0, 1, "taps from 0 to 1");
    require_within(view(wide), 0, 1, "taps from 0 to 1");
    const Unlocked unlocked;
    require_coordinates(view(points), "points must be coordinates of colors");
    core::rate::importance(out.shape(0), out.shape(1), points.shape(1), view(points),
                     {view(narrow), view(wide), half}, view_out(out), n_threads);
}

void mixable(Out<float, nb::ndim<2>> points, In<float, nb::ndim<2>> entries, std::size_t n_threads) {
    const std::size_t dims = points.shape(1);
    require(dims >= 1 && dims <= 4, "points must have 1 to 4 coordinates");
    require(entries.shape(1) == dims, "entries must have as many coordinates as points");
    require(entries.shape(0) >= 1 && entries.shape(0) <= 256, "1 to 256 entries");
    const Unlocked unlocked;
    require_coordinates(core::Span<const float>{points.data(), points.size()}, "points must be coordinates of colors");
    require_coordinates(view(entries), "entries must be coordinates of colors");
    core::rate::mixable(view_out(points), view(entries), dims, n_threads);
}

core::rate::RateOptions rate_options(float rate_weight, float outlier, float price_mix,
                               std::pair<float, float> spread_right,
                               std::pair<float, float> spread_down, float forget,
                               float chroma_down, bool find, const std::vector<int>& reach,
                               const std::string& container) {
    require_within(rate_weight, 1e-30, 1e9, "the rate weight must be positive, at most 1e9");
    require_within(outlier, 0, 1e6, "outlier from 0 to 1e6");
    require_within(price_mix, 0, 1, "price_mix from 0 to 1");
    require_within(forget, 0, 1, "forget from 0 to 1");
    require_within(chroma_down, 0, 1, "chroma_down from 0 to 1");
    // All of an error, in two parts, is the most that can be passed on without growing for ever.
    for (const auto& [right, down] : {std::pair(spread_right.first, spread_down.first),
                                      std::pair(spread_right.second, spread_down.second)}) {
        require_within(right, 0, 1, "shares of the error from 0 to 1");
        require_within(down, 0, 1, "shares of the error from 0 to 1");
        require(right + down <= 1.0001f, "shares of the error add up to 1 at most");
    }
    require(!reach.empty() && reach.size() <= 16, "1 to 16 rows above");
    require(container == "png" || container == "webp", "container must be png or webp");
    core::rate::RateOptions options{container == "png" ? core::rate::Container::kPng : core::rate::Container::kWebp,
                              rate_weight,
                              outlier,
                              price_mix,
                              {spread_right.first, spread_right.second},
                              {spread_down.first, spread_down.second},
                              forget,
                              chroma_down,
                              find,
                              {}};
    int n_groups = 0;
    for (std::size_t i = 0; i < reach.size(); ++i) {
        require(reach[i] >= 1 && reach[i] <= 32, "1 to 32 groups of offsets a row");
        n_groups += options.reach[i] = reach[i];
    }
    require(n_groups <= 32, "at most 32 groups of offsets");
    return options;
}

// What is mapped, row by row: as many of everything as there are pixels.
struct RateRows {
    core::Span<const float> points, weights, smoothness;
    core::Span<const std::uint8_t> nearest;
    core::Span<std::uint8_t> indices;

    RateRows(const In<float, nb::ndim<2>>& points_, const In<float, nb::ndim<2>>& weights_,
             const In<float, nb::ndim<2>>& smoothness_, const In<std::uint8_t, nb::ndim<2>>& nearest_,
             const Out<std::uint8_t, nb::ndim<2>>& indices_)
        : points(view(points_)), weights(view(weights_)), smoothness(view(smoothness_)),
          nearest(view(nearest_)), indices(view_out(indices_)) {
        const std::size_t height = indices_.shape(0), width = indices_.shape(1);
        require(points_.shape(0) == height * width, "one point per pixel");
        require(weights_.shape(0) == height && weights_.shape(1) == width, "one weight per pixel");
        require(smoothness_.shape(0) == height && smoothness_.shape(1) == width,
                "one smoothness per pixel");
        require(nearest_.shape(0) == height && nearest_.shape(1) == width,
                "one nearest entry per pixel");
    }

    // Look at every value; without the interpreter lock.
    void require_values(std::size_t n_colors) const {
        require_coordinates(points, "points must be coordinates of colors");
        // What does not exist is 1e15 away: a weight next to 0 would make it worth a copy.
        require_within(weights, 1e-6f, 1e6f, "weights from 1e-6 to 1e6");
        require_within(smoothness, 0, 1.0001, "smoothness from 0 to 1");
        checks::require_below(nearest, n_colors, "nearest entries below the number of colors");
    }
};

void require_palette(const In<float, nb::ndim<2>>& palette, const In<double, nb::ndim<1>>& counts) {
    require(palette.shape(1) == 3 || palette.shape(1) == 4 || palette.shape(1) == 6,
            "colors must have 3, 4 or 6 coordinates");
    require(palette.shape(0) >= 1 && palette.shape(0) <= 256, "1 to 256 colors");
    require(counts.shape(0) == palette.shape(0), "one count per color");
    require_coordinates(view(palette), "the palette must be coordinates of colors");
    require_within(view(counts), 0, checks::kMostNumber, "counts from 0 to 1e12");
}

double map_rate(In<float, nb::ndim<2>> points, In<float, nb::ndim<2>> weights,
                In<float, nb::ndim<2>> smoothness,
                In<std::uint8_t, nb::ndim<2>> nearest, In<float, nb::ndim<2>> palette,
                In<double, nb::ndim<1>> counts, Out<std::uint8_t, nb::ndim<2>> indices,
                float rate_weight, float outlier, float price_mix, std::pair<float, float> spread_right,
                std::pair<float, float> spread_down, float forget, float chroma_down, bool find,
                const std::vector<int>& reach, const std::string& container, std::size_t n_bands, std::size_t n_threads) {
    const std::size_t dims = points.shape(1);
    const std::size_t height = indices.shape(0), width = indices.shape(1);
    require(dims == 3 || dims == 4 || dims == 6, "points must have 3, 4 or 6 coordinates");
    checks::require_size(height, width);
    require(width >= 1, "one point per pixel");
    const RateRows rows(points, weights, smoothness, nearest, indices);
    require(palette.shape(1) == dims, "palette must have as many coordinates as points");
    require_palette(palette, counts);
    require(n_bands >= 1 && n_bands <= 1024, "1 to 1024 bands");
    const core::rate::RateOptions options = rate_options(rate_weight, outlier, price_mix, spread_right, spread_down,
                                                   forget, chroma_down, find, reach, container);
    const Unlocked unlocked;
    rows.require_values(palette.shape(0));
    return core::rate::map_rate_apart(n_bands, n_threads, width, dims, view(palette), view(counts), options,
                                rows.points, rows.weights, rows.smoothness, rows.nearest, rows.indices);
}

// One band of rows that is mapped strip by strip, so that nothing has to be held for all of it. A
// call that fails leaves a mapper that is of no more use: rows would be missing.
class RateMapper {
  public:
    RateMapper(std::size_t width, In<float, nb::ndim<2>> palette, In<double, nb::ndim<1>> counts,
               float rate_weight, float outlier, float price_mix, std::pair<float, float> spread_right,
               std::pair<float, float> spread_down, float forget, float chroma_down, bool find,
               const std::vector<int>& reach, const std::string& container)
        : width_(width), dims_(palette.shape(1)), n_colors_(palette.shape(0)) {
        checks::require_size(1, width);
        require(width >= 1, "at least one pixel in a row");
        require_palette(palette, counts);
        const core::rate::RateOptions options = rate_options(rate_weight, outlier, price_mix, spread_right,
                                                       spread_down, forget, chroma_down, find, reach, container);
        core_ = std::make_unique<core::rate::RateMapper>(width, dims_, view(palette), view(counts), options);
    }

    void map_rows(In<float, nb::ndim<2>> points, In<float, nb::ndim<2>> weights,
                  In<float, nb::ndim<2>> smoothness, In<std::uint8_t, nb::ndim<2>> nearest,
                  Out<std::uint8_t, nb::ndim<2>> indices) {
        require(points.shape(1) == dims_, "points must have as many coordinates as the palette");
        require(indices.shape(1) == width_, "rows of the width that was told");
        const RateRows rows(points, weights, smoothness, nearest, indices);
        const Unlocked unlocked;
        const std::lock_guard<std::mutex> lock(one_at_a_time_);
        require(is_whole_, "an earlier call on this mapper failed: make a new one");
        is_whole_ = false;
        rows.require_values(n_colors_);
        core_->map_rows(rows.points, rows.weights, rows.smoothness, rows.nearest, rows.indices);
        is_whole_ = true;
    }

    double bits() {
        const std::lock_guard<std::mutex> lock(one_at_a_time_);
        return core_->bits();
    }

  private:
    std::size_t width_, dims_, n_colors_;
    std::unique_ptr<core::rate::RateMapper> core_;
    std::mutex one_at_a_time_;
    bool is_whole_ = true;
};

std::tuple<nb::bytes, int, double, float> map_lzw(In<float, nb::shape<-1, 3>> points, In<float, nb::shape<-1, 3>> shown,
                  In<float, nb::ndim<2>> weights, In<float, nb::ndim<2>> smoothness,
                  In<std::int16_t, nb::ndim<2>> rules, In<float, nb::shape<-1, 3>> palette,
                  Out<std::uint8_t, nb::ndim<2>> indices, float rate_weight, float outlier,
                  std::pair<float, float> spread_right, std::pair<float, float> spread_down,
                  float slack, float memory, float patience, std::size_t most_visits,
                  std::size_t rivals, float mean_cost) {
    const std::size_t height = rules.shape(0), width = rules.shape(1);
    require(width >= 1 && height >= 1, "at least one pixel");
    require(points.shape(0) == height * width, "one point per pixel");
    require(shown.shape(0) == height * width, "one shown point per pixel");
    require(weights.shape(0) == height && weights.shape(1) == width, "one weight per pixel");
    require(smoothness.shape(0) == height && smoothness.shape(1) == width, "one smoothness per pixel");
    require(indices.shape(0) == height && indices.shape(1) == width, "one index per pixel");
    const int n_colors = static_cast<int>(palette.shape(0));
    require(n_colors <= 256, "at most 256 colors");
    bool keeps = false;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const std::int16_t rule = rules.data()[i];
        require(rule >= core::lzw::kKept && rule < 2 * core::lzw::kOrKept, "rules from -3 to 511");
        require(rule < 0 ? rule == core::lzw::kKept || n_colors > 0 : rule % core::lzw::kOrKept < n_colors,
                "rules name entries of the palette");
        keeps = keeps || rule == core::lzw::kFreeOrKept || rule == core::lzw::kKept || rule >= core::lzw::kOrKept;
    }
    require(!keeps || n_colors <= 255, "at most 255 colors where a pixel may be kept");
    require(rate_weight > 0 && memory >= 1 && most_visits >= 1 && most_visits <= 1u << 20 && rivals >= 1,
            "rate weight, memory, visits and rivals must be positive");
    const core::lzw::LzwFrame frame{width,        view(points), view(shown), view(weights),
                               view(smoothness), view(rules),  view(palette)};
    const core::lzw::LzwOptions options{rate_weight,
                                   outlier,
                                   {spread_right.first, spread_right.second},
                                   {spread_down.first, spread_down.second},
                                   slack,
                                   memory,
                                   patience,
                                   most_visits,
                                   rivals};
    core::lzw::LzwMapped mapped;
    {
        const Unlocked unlocked;
        mapped = core::lzw::map_lzw(frame, options, mean_cost, view_out(indices));
    }
    return {nb::bytes(mapped.codes.data(), mapped.codes.size()), mapped.code_size, mapped.distortion,
            mapped.mean_cost};
}

nb::bytes webp_bitstream(In<std::uint8_t, nb::ndim<2>> indices, In<std::uint32_t, nb::ndim<1>> colors, int rounds,
                         std::size_t chain) {
    const std::size_t height = indices.shape(0), width = indices.shape(1);
    require(width >= 1 && height >= 1 && width <= 16384 && height <= 16384, "1 to 16384 pixels a side");
    require(colors.shape(0) >= 1 && colors.shape(0) <= 256, "1 to 256 colors");
    require(rounds >= 1 && rounds <= 1000, "1 to 1000 rounds");
    std::vector<std::uint8_t> bytes;
    {
        const Unlocked unlocked;
        checks::require_below(view(indices), colors.shape(0), "indices below the number of colors");
        bytes = core::webp::webp_bitstream(width, height, view(indices), view(colors), rounds, chain);
    }
    return nb::bytes(bytes.data(), bytes.size());
}

nb::bytes open_end(nb::bytes stream) {
    const std::size_t size = stream.size();
    std::vector<std::uint8_t> out(size + core::deflate::kOpenEnd);
    std::size_t n = 0;
    {
        const Unlocked unlocked;  // bytes do not change
        n = core::deflate::open_end({reinterpret_cast<const std::uint8_t*>(stream.c_str()), size},
                                    {out.data(), out.size()});
    }
    require(n > 0, "one whole deflate stream and nothing behind it");
    return nb::bytes(reinterpret_cast<const char*>(out.data()), n);
}

}  // namespace

void add_mapping(nb::module_& m) {
    m.def("importance", &importance, "points"_a, "narrow"_a, "wide"_a, "half"_a, "out"_a,
          "n_threads"_a,
          "How much errors count: points (height * width, dims) float32 in, of which the first "
          "coordinate is lightness; out (height, width) float32.");
    m.def("mixable", &mixable, "points"_a, "entries"_a, "n_threads"_a,
          "Points (n, dims) float32 become the nearest mixes of entries (k, dims).");
    m.def("map_rate", &map_rate, "points"_a, "weights"_a, "smoothness"_a, "nearest"_a,
          "palette"_a, "counts"_a, "indices"_a, "rate_weight"_a, "outlier"_a, "price_mix"_a, "spread_right"_a,
          "spread_down"_a, "forget"_a, "chroma_down"_a, "find"_a, "reach"_a, "container"_a, "n_bands"_a, "n_threads"_a,
          "Palette entries by distortion + rate_weight x bits; bands of rows know nothing of each other.");
    nb::class_<RateMapper>(m, "RateMapper", "A band of rows, mapped strip by strip as by map_rate.")
        .def(nb::init<std::size_t, In<float, nb::ndim<2>>, In<double, nb::ndim<1>>, float, float, float,
                      std::pair<float, float>, std::pair<float, float>, float, float, bool,
                      const std::vector<int>&, const std::string&>(),
             "width"_a, "palette"_a, "counts"_a, "rate_weight"_a, "outlier"_a, "price_mix"_a,
             "spread_right"_a, "spread_down"_a, "forget"_a, "chroma_down"_a, "find"_a, "reach"_a,
             "container"_a, "Start above the first row.")
        .def("map_rows", &RateMapper::map_rows, "points"_a, "weights"_a, "smoothness"_a, "nearest"_a,
             "indices"_a, "Map the next rows; indices (n_rows, width) uint8 out.")
        .def_prop_ro("bits", &RateMapper::bits, "What was spent so far, by the model.");
    m.def("map_lzw", &map_lzw, "points"_a, "shown"_a, "weights"_a, "smoothness"_a, "rules"_a,
          "palette"_a, "indices"_a, "rate_weight"_a, "outlier"_a, "spread_right"_a, "spread_down"_a,
          "slack"_a, "memory"_a, "patience"_a, "most_visits"_a, "rivals"_a, "mean_cost"_a,
          "Palette entries by distortion + rate_weight x bits of GIF's LZW: indices (height, width) "
          "uint8 out; returns (codes, code size, distortion, mean cost).");
    m.def("open_end", &open_end, "stream"_a,
          "A raw deflate stream that another one may follow: it ends at a byte border, with no last block.");
    m.def("webp_bitstream", &webp_bitstream, "indices"_a, "colors"_a, "rounds"_a, "chain"_a,
          "Content of a VP8L chunk: indices (height, width) uint8, colors (k,) uint32 as ARGB.");
}
