// The one file that knows both Python and the core: shapes, dtypes, the interpreter lock.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <mutex>

#include "base/dispatch.hpp"
#include "checks.hpp"
#include "engine/assign.hpp"
#include "engine/engine.hpp"
#include "lzw/lzw.hpp"
#include "rate/masking.hpp"
#include "rate/rate.hpp"
#include "score/cvvdp.hpp"
#include "score/ssimulacra2.hpp"
#include "webp/webp.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

template <class T, class... Shape>
using In = nb::ndarray<const T, Shape..., nb::c_contig, nb::device::cpu>;
template <class T, class... Shape>
using Out = nb::ndarray<T, Shape..., nb::c_contig, nb::device::cpu>;

template <class T, class... Rest>
core::Span<const T> view(const nb::ndarray<const T, Rest...>& array) {
    return {array.data(), array.size()};
}
template <class T, class... Rest>
core::Span<T> view_out(const nb::ndarray<T, Rest...>& array) {
    return {array.data(), array.size()};
}

using checks::require;
using checks::require_coordinates;
using checks::require_within;

template <class Scalar>
void assign(In<Scalar, nb::ndim<2>> points, In<Scalar, nb::ndim<2>> centers,
            Out<std::uint8_t, nb::ndim<1>> indices,
            std::optional<Out<Scalar, nb::ndim<1>>> distances, std::size_t n_threads) {
    const std::size_t dims = points.shape(1);
    require(dims >= 1 && dims <= 4, "points must have 1 to 4 coordinates");
    require(centers.shape(1) == dims, "centers must have as many coordinates as points");
    require(centers.shape(0) >= 1 && centers.shape(0) <= 256, "1 to 256 centers");
    require(indices.shape(0) == points.shape(0), "one index per point");
    require(!distances || distances->shape(0) == points.shape(0), "one distance per point");
    core::Span<Scalar> out{nullptr, 0};
    if (distances) out = view_out(*distances);
    const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
    // Squares have to stay below what counts as infinitely far (3e38), even in float.
    require_within(view(points), -1e18, 1e18, "points must be numbers from -1e18 to 1e18");
    require_within(view(centers), -1e18, 1e18, "centers must be numbers from -1e18 to 1e18");
    core::engine::assign(view(points), view(centers), dims, view_out(indices), out, n_threads);
}

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
    const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
    require_coordinates(view(points), "points must be coordinates of colors");
    core::rate::importance(out.shape(0), out.shape(1), points.shape(1), view(points),
                     {view(narrow), view(wide), half}, view_out(out), n_threads);
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
    require(dims == 3 || dims == 4, "points must have 3 or 4 coordinates");
    checks::require_size(height, width);
    require(width >= 1 && points.shape(0) == height * width, "one point per pixel");
    require(weights.shape(0) == height && weights.shape(1) == width, "one weight per pixel");
    require(smoothness.shape(0) == height && smoothness.shape(1) == width,
            "one smoothness per pixel");
    require(nearest.shape(0) == height && nearest.shape(1) == width, "one nearest entry per pixel");
    require(palette.shape(1) == dims, "palette must have as many coordinates as points");
    require(palette.shape(0) >= 1 && palette.shape(0) <= 256, "1 to 256 colors");
    require(counts.shape(0) == palette.shape(0), "one count per color");
    require_within(rate_weight, 1e-30, 1e9, "the rate weight must be positive, at most 1e9");
    require_within(outlier, 0, 1e6, "outlier from 0 to 1e6");
    require_within(price_mix, 0, 1, "price_mix from 0 to 1");
    // All of an error, in two parts, is the most that can be passed on without growing for ever.
    for (const auto& [right, down] : {std::pair(spread_right.first, spread_down.first),
                                      std::pair(spread_right.second, spread_down.second)}) {
        require_within(right, 0, 1, "shares of the error from 0 to 1");
        require_within(down, 0, 1, "shares of the error from 0 to 1");
        require(right + down <= 1.0001f, "shares of the error add up to 1 at most");
    }
    require(!reach.empty() && reach.size() <= 16, "1 to 16 rows above");
    require(container == "png" || container == "webp", "container must be png or webp");
    require(n_bands >= 1 && n_bands <= 1024, "1 to 1024 bands");
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
    const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
    require_coordinates(view(points), "points must be coordinates of colors");
    require_coordinates(view(palette), "the palette must be coordinates of colors");
    require_within(view(counts), 0, checks::kMostNumber, "counts from 0 to 1e12");
    // What does not exist is 1e15 away: a weight next to 0 would make it worth a copy.
    require_within(view(weights), 1e-6f, 1e6f, "weights from 1e-6 to 1e6");
    require_within(view(smoothness), 0, 1.0001, "smoothness from 0 to 1");
    checks::require_below(view(nearest), palette.shape(0), "nearest entries below the number of colors");
    return core::rate::map_rate_apart(n_bands, n_threads, width, dims, view(palette), view(counts), options,
                                view(points), view(weights), view(smoothness), view(nearest),
                                view_out(indices));
}

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
        const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
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
        const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
        checks::require_below(view(indices), colors.shape(0), "indices below the number of colors");
        bytes = core::webp::webp_bitstream(width, height, view(indices), view(colors), rounds, chain);
    }
    return nb::bytes(bytes.data(), bytes.size());
}

using Pixels = In<std::uint8_t, nb::ndim<3>>;
using Colors = std::optional<In<std::uint8_t, nb::ndim<2>>>;

core::score::Picture picture(const Pixels& pixels, const Colors& palette, std::uint8_t background) {
    const std::size_t channels = pixels.shape(2);
    require(palette ? channels == 1 : channels == 3 || channels == 4,
            "3 or 4 channels, or 1 and a palette");
    if (!palette) return {pixels.data(), channels, nullptr, 0, 0, background};
    require(palette->shape(0) >= 1 && palette->shape(0) <= 256, "1 to 256 colors");
    require(palette->shape(1) == 3 || palette->shape(1) == 4, "palette of 3 or 4 channels");
    checks::require_below(view(pixels), palette->shape(0), "indices below the number of colors");
    return {pixels.data(), 1, palette->data(), palette->shape(0), palette->shape(1), background};
}

core::score::Scoring scoring(std::size_t height, std::size_t width,
                      const In<std::uint8_t, nb::shape<-1, 3>>& needs) {
    checks::require_size(height, width);
    require(needs.shape(0) >= 1 && needs.shape(0) <= 6, "1 to 6 scales");
    checks::require_below(view(needs), 4, "needs from 0 to 3");
    const std::size_t factor = std::size_t{1} << (needs.shape(0) - 1);
    require((height + factor - 1) / factor >= 8 && (width + factor - 1) / factor >= 8,
            "the last scale must have 8 rows and columns");
    return {height, width, needs.shape(0), needs.data()};
}

void require_sums(const Out<double, nb::ndim<3>>& sums, const core::score::Scoring& wanted) {
    require(sums.shape(0) == wanted.n_scales && sums.shape(1) == 3 &&
                sums.shape(2) == core::score::kMapSums,
            "sums must be (n_scales, 3, 6)");
}

void ssimulacra2_prepare(Pixels reference, std::uint8_t background,
                         In<std::uint8_t, nb::shape<-1, 3>> needs, Out<float, nb::ndim<1>> cache,
                         std::size_t n_threads) {
    const core::score::Scoring wanted = scoring(reference.shape(0), reference.shape(1), needs);
    require(cache.size() == core::score::ssimulacra2_cache_size(wanted), "cache of the wrong size");
    const core::score::Picture from = picture(reference, std::nullopt, background);
    const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
    core::score::ssimulacra2_prepare(wanted, from, cache.data(), n_threads);
}

void ssimulacra2_sums(In<float, nb::ndim<1>> cache, Pixels test, Colors palette,
                      std::uint8_t background, In<std::uint8_t, nb::shape<-1, 3>> needs,
                      Out<double, nb::ndim<3>> sums, std::size_t n_threads) {
    const core::score::Scoring wanted = scoring(test.shape(0), test.shape(1), needs);
    require(cache.size() == core::score::ssimulacra2_cache_size(wanted), "cache of the wrong size");
    require_sums(sums, wanted);
    const core::score::Picture to = picture(test, palette, background);
    const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
    core::score::ssimulacra2_sums(wanted, cache.data(), to, sums.data(), n_threads);
}

void ssimulacra2_sums_streamed(Pixels reference, Pixels test, Colors palette,
                               std::uint8_t background, In<std::uint8_t, nb::shape<-1, 3>> needs,
                               Out<double, nb::ndim<3>> sums, std::size_t n_threads) {
    const core::score::Scoring wanted = scoring(test.shape(0), test.shape(1), needs);
    require(reference.shape(0) == test.shape(0) && reference.shape(1) == test.shape(1),
            "pictures of one size");
    require_sums(sums, wanted);
    const core::score::Picture from = picture(reference, std::nullopt, background);
    const core::score::Picture to = picture(test, palette, background);
    const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
    core::score::ssimulacra2_sums(wanted, from, to, sums.data(), n_threads);
}

using Light = In<float, nb::shape<3, 256, 3>>;
using Sensitivity = In<float, nb::shape<-1, 3, core::score::kCvvdpLevels>>;

core::score::Viewing viewing(std::size_t height, std::size_t width, const Light& light,
                      const Sensitivity& sensitivity) {
    const std::size_t n_bands = sensitivity.shape(0);
    checks::require_size(height, width);
    require(n_bands >= 2 && n_bands <= 32, "2 to 32 bands");
    require_within(view(light), -1e6, 1e6, "light from -1e6 to 1e6");
    require_within(view(sensitivity), -100, 100, "log2 of the sensitivity from -100 to 100");
    const std::size_t least = std::size_t{1} << (n_bands - 1);
    require((height + least - 1) / least >= 2 && (width + least - 1) / least >= 2,
            "the last band must have 2 rows and columns");
    return {height, width, n_bands, light.data(), sensitivity.data()};
}

void require_band_sums(const Out<double, nb::ndim<2>>& sums, const core::score::Viewing& wanted) {
    require(sums.shape(0) == wanted.n_bands && sums.shape(1) == core::score::kCvvdpChannels,
            "sums must be (n_bands, 3)");
}

void cvvdp_prepare(Pixels reference, std::uint8_t background, Light light, Sensitivity sensitivity,
                   Out<float, nb::ndim<1>> cache, std::size_t n_threads) {
    const core::score::Viewing wanted = viewing(reference.shape(0), reference.shape(1), light, sensitivity);
    require(cache.size() == core::score::cvvdp_cache_size(wanted), "cache of the wrong size");
    const core::score::Picture from = picture(reference, std::nullopt, background);
    const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
    core::score::cvvdp_prepare(wanted, from, cache.data(), n_threads);
}

void cvvdp_sums(In<float, nb::ndim<1>> cache, Pixels test, Colors palette, std::uint8_t background,
                Light light, Sensitivity sensitivity, Out<double, nb::ndim<2>> sums,
                std::size_t n_threads) {
    const core::score::Viewing wanted = viewing(test.shape(0), test.shape(1), light, sensitivity);
    require(cache.size() == core::score::cvvdp_cache_size(wanted), "cache of the wrong size");
    require_band_sums(sums, wanted);
    const core::score::Picture to = picture(test, palette, background);
    const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
    core::score::cvvdp_sums(wanted, cache.data(), to, sums.data(), n_threads);
}

void cvvdp_sums_streamed(Pixels reference, Pixels test, Colors palette, std::uint8_t background,
                         Light light, Sensitivity sensitivity, Out<double, nb::ndim<2>> sums,
                         std::size_t n_threads) {
    const core::score::Viewing wanted = viewing(test.shape(0), test.shape(1), light, sensitivity);
    require(reference.shape(0) == test.shape(0) && reference.shape(1) == test.shape(1),
            "pictures of one size");
    require_band_sums(sums, wanted);
    const core::score::Picture from = picture(reference, std::nullopt, background);
    const core::score::Picture to = picture(test, palette, background);
    const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
    core::score::cvvdp_sums(wanted, from, to, sums.data(), n_threads);
}

// How the bytes of a color space are seen; tables are for other primaries and curves than sRGB's.
struct Seen {
    Seen(const std::string& space, const std::optional<In<double, nb::ndim<2>>>& linear,
         const std::optional<In<double, nb::ndim<2>>>& lms) {
        require(space == "srgb" || space == "oklab", "the color space must be srgb or oklab");
        require(linear.has_value() == lms.has_value(), "both tables or none");
        if (space == "srgb") return;
        colorimetry = core::engine::srgb_colorimetry();
        pointer = &colorimetry;
        if (!linear) return;
        require(linear->shape(0) == 3 && linear->shape(1) == 256, "linear_of_byte is (3, 256)");
        require(lms->shape(0) == 3 && lms->shape(1) == 3, "lms is (3, 3)");
        require_within(view(*linear), -4, 4, "linear_of_byte from -4 to 4");
        require_within(view(*lms), -16, 16, "lms from -16 to 16");
        for (int i = 0; i < 3 * 256; ++i)
            colorimetry.linear[i / 256][i % 256] = float(linear->data()[i]);
        for (int i = 0; i < 9; ++i) colorimetry.lms[i / 3][i % 3] = float(lms->data()[i]);
    }
    core::engine::Colorimetry colorimetry;
    const core::engine::Colorimetry* pointer = nullptr;
};

// Weights become whole numbers by their share of the sum, which therefore has to be an ordinary one.
void require_weights(core::Span<const double> weights) {
    require_within(weights, 0, 1e290, "weights must be numbers from 0");
    double total = 0;
    for (const double weight : weights) total += weight;
    require(total == 0 || (total > 1e-290 && total < 1e290), "weights that add up to a usual number");
}

// One picture in the engine. Its memory goes back to the next one, unless a call on it failed.
class Engine {
  public:
    Engine(In<std::uint8_t, nb::ndim<2>> pixels, std::optional<In<double, nb::ndim<1>>> weights,
           std::size_t n_threads)
        : core_(core::engine::Engine::borrow()) {
        const std::size_t n = pixels.shape(0);
        require(pixels.shape(1) == 3 || pixels.shape(1) == 4, "pixels must have 3 or 4 channels");
        require(n > 0 && n < (std::size_t{1} << 31), "1 to 2^31 - 1 pixels");
        require(!weights || weights->shape(0) == n, "one weight per pixel");
        core::Span<const double> given{nullptr, 0};
        if (weights) given = view(*weights);
        const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
        require_weights(given);
        core_->pixels.sort(view(pixels), pixels.shape(1), given, n_threads);
    }
    ~Engine() {
        if (is_whole_) core::engine::Engine::give_back(std::move(core_));
    }

    std::size_t n_colors() const { return core_->pixels.keys().size; }

    void histogram(Out<std::uint32_t, nb::ndim<1>> numbers, Out<double, nb::ndim<1>> weights) {
        require(numbers.shape(0) == n_colors() && weights.shape(0) == n_colors(), "one per color");
        const Call call(*this);
        core_->pixels.histogram(view_out(numbers), view_out(weights));
        call.done();
    }

    std::size_t channels() const { return core_->pixels.channels(); }
    bool has_clear() const { return core_->has_clear(); }

    void place(const std::string& space, bool without_clear, std::size_t n_threads,
               std::optional<In<double, nb::ndim<2>>> linear,
               std::optional<In<double, nb::ndim<2>>> lms) {
        const Seen seen(space, linear, lms);
        const Call call(*this);
        core_->place(seen.pointer, without_clear, n_threads);
        is_placed_ = true;
        call.done();
    }

    // Returns (centers found, inertia, passes, converged, within tolerance, history).
    using Fit = std::tuple<std::size_t, double, int, bool, bool,
                           std::vector<std::tuple<double, double, std::size_t>>>;
    Fit fit(Out<float, nb::ndim<2>> centers, std::optional<In<float, nb::ndim<2>>> given,
            int more_starts, int coarse_rounds, int medium_rounds, int medium_points,
            int exact_rounds, int round_passes, int exact_passes, double tolerance,
            bool keep_history, std::size_t n_threads) {
        const std::size_t k = centers.shape(0);
        require(is_placed_, "place the colors first");
        require(centers.shape(1) == core_->cloud.dims(), "one coordinate per channel");
        require(k >= 1 && k <= 256, "1 to 256 centers");
        require(!given || (given->shape(1) == centers.shape(1) && given->shape(0) >= 1 &&
                           given->shape(0) <= 256),
                "1 to 256 given centers");
        require(k < n_colors(), "fewer centers than colors");
        require(exact_passes >= 1 && round_passes >= 1, "at least one pass");
        require_within(tolerance, 0, checks::kMostNumber, "tolerance from 0");
        core::Span<const float> start{nullptr, 0};
        if (given) start = view(*given);
        require_coordinates(start, "given centers must be coordinates of colors");
        core::engine::FitResult result;
        {
            const Call call(*this);
            result = core_->cluster.fit(core_->cloud, k, start, view_out(centers),
                                        {more_starts, coarse_rounds, medium_rounds, medium_points,
                                         exact_rounds, round_passes, exact_passes, tolerance},
                                        keep_history, n_threads);
            call.done();
        }
        std::vector<std::tuple<double, double, std::size_t>> history;
        for (const core::engine::PassRecord& pass : result.history)
            history.emplace_back(pass.inertia / core_->weight_scale(), pass.shift, pass.moved);
        return {result.k, result.inertia / core_->weight_scale(), result.n_passes,
                result.converged, result.within_tolerance, history};
    }

    void map(In<std::uint8_t, nb::ndim<2>> palette, Out<std::uint8_t, nb::ndim<1>> indices,
             std::size_t n_threads) {
        require(is_placed_, "place the colors first");
        require(palette.shape(1) == core_->pixels.channels(), "as many channels as the pixels");
        require(palette.shape(0) >= 1 && palette.shape(0) <= 256, "1 to 256 colors");
        require(indices.shape(0) == core_->pixels.n_pixels(), "one index per pixel");
        const Call call(*this);
        core_->map(view(palette), view_out(indices), n_threads);
        call.done();
    }

  private:
    // A call that touches the engine: without the interpreter lock, one at a time. One that does not
    // come to its end, as when memory is short, leaves an engine that nobody may use any more.
    class Call {
      public:
        explicit Call(Engine& engine) : engine_(engine), lock_(engine.one_at_a_time_) {
            require(engine_.is_whole_, "an earlier call on this engine failed: make a new one");
            engine_.is_whole_ = false;
        }
        void done() const { engine_.is_whole_ = true; }

      private:
        nb::gil_scoped_release unlocked_;  // safe: only raw memory is touched from here on
        Engine& engine_;
        std::lock_guard<std::mutex> lock_;
    };

    std::unique_ptr<core::engine::Engine> core_;
    std::mutex one_at_a_time_;
    bool is_whole_ = true;
    bool is_placed_ = false;
};

void embed(In<std::uint8_t, nb::ndim<2>> colors, const std::string& space,
           Out<float, nb::ndim<2>> points, std::optional<In<double, nb::ndim<2>>> linear,
           std::optional<In<double, nb::ndim<2>>> lms) {
    require(colors.shape(1) == 3 || colors.shape(1) == 4, "colors must have 3 or 4 channels");
    require(points.shape(0) == colors.shape(0) && points.shape(1) == colors.shape(1),
            "one point per color");
    const Seen seen(space, linear, lms);
    const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
    core::engine::embed(view(colors), colors.shape(1), seen.pointer, view_out(points));
}

std::vector<std::string> instruction_sets() {
    std::vector<std::string> names;
    for (const char* const* name = core::instruction_sets(); *name; ++name) names.emplace_back(*name);
    return names;
}

}  // namespace

NB_MODULE(_core, m) {
    m.doc() = "The native core of huepress. Private: use the package.";
    m.def("version", [] { return std::string(HUEPRESS_VERSION); }, "Version of the build.");
    m.def("compiler", [] { return std::string(HUEPRESS_COMPILER); }, "Compiler of the build.");
    m.def("instruction_sets", &instruction_sets, "Sets this machine can run, best last.");
    m.def("instruction_set", [] { return std::string(core::instruction_set()); }, "The set in use.");
    m.def(
        "set_instruction_set",
        [](const std::string& name) {
            require(core::set_instruction_set(name.c_str()), "no such instruction set here");
        },
        "name"_a, "Use the named set from now on.");
    m.def("assign", &assign<float>, "points"_a, "centers"_a, "indices"_a, "distances"_a.none(),
          "n_threads"_a,
          "Nearest center of every point: points (n, dims) and centers (k, dims) float32 in, "
          "indices (n,) uint8 and distances (n,) float32 out.");
    m.def("importance", &importance, "points"_a, "narrow"_a, "wide"_a, "half"_a, "out"_a,
          "n_threads"_a,
          "How much errors count: points (height * width, dims) float32 in, of which the first "
          "coordinate is lightness; out (height, width) float32.");
    m.def("map_rate", &map_rate, "points"_a, "weights"_a, "smoothness"_a, "nearest"_a,
          "palette"_a, "counts"_a, "indices"_a, "rate_weight"_a, "outlier"_a, "price_mix"_a, "spread_right"_a,
          "spread_down"_a, "forget"_a, "chroma_down"_a, "find"_a, "reach"_a, "container"_a, "n_bands"_a, "n_threads"_a,
          "Palette entries by distortion + rate_weight x bits; bands of rows know nothing of each other.");
    m.def("map_lzw", &map_lzw, "points"_a, "shown"_a, "weights"_a, "smoothness"_a, "rules"_a,
          "palette"_a, "indices"_a, "rate_weight"_a, "outlier"_a, "spread_right"_a, "spread_down"_a,
          "slack"_a, "memory"_a, "patience"_a, "most_visits"_a, "rivals"_a, "mean_cost"_a,
          "Palette entries by distortion + rate_weight x bits of GIF's LZW: indices (height, width) "
          "uint8 out; returns (codes, code size, distortion, mean cost).");
    m.def("webp_bitstream", &webp_bitstream, "indices"_a, "colors"_a, "rounds"_a, "chain"_a,
          "Content of a VP8L chunk: indices (height, width) uint8, colors (k,) uint32 as ARGB.");
    m.def("assign", &assign<double>, "points"_a, "centers"_a, "indices"_a, "distances"_a.none(),
          "n_threads"_a, "The same in float64.");
    m.def("embed", &embed, "colors"_a, "color_space"_a, "points"_a,
          "linear_of_byte"_a = nb::none(), "lms"_a = nb::none(),
          "Coordinates of colors (n, 3|4) uint8: points (n, 3|4) float32 out.");
    nb::class_<Engine>(m, "Engine", "The colors of one picture: counted, clustered, mapped.")
        .def(nb::init<In<std::uint8_t, nb::ndim<2>>, std::optional<In<double, nb::ndim<1>>>,
                      std::size_t>(),
             "pixels"_a, "weights"_a.none(), "n_threads"_a,
             "Sort pixels (n, 3|4) uint8 with weights (n,) float64 or None.")
        .def_prop_ro("n_colors", &Engine::n_colors, "Distinct colors.")
        .def_prop_ro("channels", &Engine::channels, "Of a pixel: 3 or 4.")
        .def_prop_ro("has_clear", &Engine::has_clear, "Whether a pixel is fully transparent.")
        .def("histogram", &Engine::histogram, "numbers"_a, "weights"_a,
             "Distinct colors as numbers (n_colors,) uint32, ascending, and their weights "
             "(n_colors,) float64, out.")
        .def("place", &Engine::place, "color_space"_a, "without_clear"_a, "n_threads"_a,
             "linear_of_byte"_a = nb::none(), "lms"_a = nb::none(),
             "Choose where distance is measured, and whether full transparency counts in a fit.")
        .def("fit", &Engine::fit, "centers"_a, "given"_a.none(), "more_starts"_a,
             "coarse_rounds"_a, "medium_rounds"_a, "medium_points"_a, "exact_rounds"_a,
             "round_passes"_a, "exact_passes"_a, "tolerance"_a, "keep_history"_a, "n_threads"_a,
             "Find centers (k, 3|4) float32 out, from given (any, 3|4) or None; returns (found, "
             "inertia, passes, converged, within_tolerance, history).")
        .def("map", &Engine::map, "palette"_a, "indices"_a, "n_threads"_a,
             "Nearest of palette (k, 3|4) uint8 for every pixel: indices (n,) uint8 out. Entries of "
             "full transparency are for the fully transparent pixels alone.");
    m.def(
        "ssimulacra2_cache_size",
        [](std::size_t height, std::size_t width, In<std::uint8_t, nb::shape<-1, 3>> needs) {
            return core::score::ssimulacra2_cache_size(scoring(height, width, needs));
        },
        "height"_a, "width"_a, "needs"_a, "Floats that ssimulacra2_prepare writes.");
    m.def("ssimulacra2_prepare", &ssimulacra2_prepare, "reference"_a, "background"_a, "needs"_a,
          "cache"_a, "n_threads"_a,
          "Everything of a reference (height, width, 3|4) uint8 that scoring needs: cache float32 out. "
          "needs (n_scales, 3) uint8: 1 difference + 2 edges, of X, Y, B-Y.");
    m.def("ssimulacra2_sums", &ssimulacra2_sums, "cache"_a, "test"_a, "palette"_a.none(),
          "background"_a, "needs"_a, "sums"_a, "n_threads"_a,
          "Sums of the maps of test (height, width, 3|4, or 1 with a palette) uint8 against a cached "
          "reference: sums (n_scales, 3, 6) float64 out.");
    m.def("ssimulacra2_sums_streamed", &ssimulacra2_sums_streamed, "reference"_a, "test"_a,
          "palette"_a.none(), "background"_a, "needs"_a, "sums"_a, "n_threads"_a,
          "The same without a cache, in the memory of a few rows.");
    m.def(
        "cvvdp_cache_size",
        [](std::size_t height, std::size_t width, Light light, Sensitivity sensitivity) {
            return core::score::cvvdp_cache_size(viewing(height, width, light, sensitivity));
        },
        "height"_a, "width"_a, "light"_a, "sensitivity"_a, "Floats that cvvdp_prepare writes.");
    m.def("cvvdp_prepare", &cvvdp_prepare, "reference"_a, "background"_a, "light"_a, "sensitivity"_a,
          "cache"_a, "n_threads"_a,
          "Everything of a reference (height, width, 3|4) uint8 that comparing needs: cache float32 "
          "out. light (3, 256, 3) float32: what a byte of red, green, blue adds to the opponent "
          "channels; sensitivity (n_bands, 3, 32) float32: its log2 by background luminance.");
    m.def("cvvdp_sums", &cvvdp_sums, "cache"_a, "test"_a, "palette"_a.none(), "background"_a,
          "light"_a, "sensitivity"_a, "sums"_a, "n_threads"_a,
          "Sums of squared visible differences of test (height, width, 3|4, or 1 with a palette) "
          "uint8 against a cached reference: sums (n_bands, 3) float64 out.");
    m.def("cvvdp_sums_streamed", &cvvdp_sums_streamed, "reference"_a, "test"_a, "palette"_a.none(),
          "background"_a, "light"_a, "sensitivity"_a, "sums"_a, "n_threads"_a,
          "The same without a cache.");
}
