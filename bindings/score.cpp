// The two judges for Python.
#include <nanobind/stl/optional.h>

#include "arrays.hpp"
#include "checks.hpp"
#include "score/cvvdp.hpp"
#include "score/ssimulacra2.hpp"

namespace {

using checks::require;
using checks::require_within;

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
    const Unlocked unlocked;
    core::score::ssimulacra2_prepare(wanted, from, cache.data(), n_threads);
}

void ssimulacra2_sums(In<float, nb::ndim<1>> cache, Pixels test, Colors palette,
                      std::uint8_t background, In<std::uint8_t, nb::shape<-1, 3>> needs,
                      Out<double, nb::ndim<3>> sums, std::size_t n_threads) {
    const core::score::Scoring wanted = scoring(test.shape(0), test.shape(1), needs);
    require(cache.size() == core::score::ssimulacra2_cache_size(wanted), "cache of the wrong size");
    require_sums(sums, wanted);
    const core::score::Picture to = picture(test, palette, background);
    const Unlocked unlocked;
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
    const Unlocked unlocked;
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
    const Unlocked unlocked;
    core::score::cvvdp_prepare(wanted, from, cache.data(), n_threads);
}

void cvvdp_sums(In<float, nb::ndim<1>> cache, Pixels test, Colors palette, std::uint8_t background,
                Light light, Sensitivity sensitivity, Out<double, nb::ndim<2>> sums,
                std::size_t n_threads) {
    const core::score::Viewing wanted = viewing(test.shape(0), test.shape(1), light, sensitivity);
    require(cache.size() == core::score::cvvdp_cache_size(wanted), "cache of the wrong size");
    require_band_sums(sums, wanted);
    const core::score::Picture to = picture(test, palette, background);
    const Unlocked unlocked;
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
    const Unlocked unlocked;
    core::score::cvvdp_sums(wanted, from, to, sums.data(), n_threads);
}

}  // namespace

void add_score(nb::module_& m) {
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
