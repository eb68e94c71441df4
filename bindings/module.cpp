// The one file that knows both Python and the core: shapes, dtypes, the interpreter lock.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <stdexcept>

#include "core/assign.hpp"
#include "core/dispatch.hpp"
#include "core/histogram.hpp"
#include "core/rate.hpp"

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

void require(bool holds, const char* message) {
    if (!holds) throw std::invalid_argument(message);
}

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
    core::assign(view(points), view(centers), dims, view_out(indices), out, n_threads);
}

double map_rate(In<float, nb::ndim<2>> points, In<float, nb::ndim<2>> weights,
                In<std::uint8_t, nb::ndim<2>> nearest, In<float, nb::ndim<2>> palette,
                In<double, nb::ndim<1>> counts, Out<std::uint8_t, nb::ndim<2>> indices,
                float rate_weight, float price_mix, float spread_right, float spread_down, bool find) {
    const std::size_t dims = points.shape(1);
    const std::size_t height = indices.shape(0), width = indices.shape(1);
    require(dims == 3 || dims == 4, "points must have 3 or 4 coordinates");
    require(width >= 1 && points.shape(0) == height * width, "one point per pixel");
    require(weights.shape(0) == height && weights.shape(1) == width, "one weight per pixel");
    require(nearest.shape(0) == height && nearest.shape(1) == width, "one nearest entry per pixel");
    require(palette.shape(1) == dims, "palette must have as many coordinates as points");
    require(palette.shape(0) >= 1 && palette.shape(0) <= 256, "1 to 256 colors");
    require(counts.shape(0) == palette.shape(0), "one count per color");
    require(rate_weight > 0, "the rate weight must be positive");
    const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
    core::RateMapper mapper(width, dims, view(palette), view(counts),
                            {rate_weight, price_mix, spread_right, spread_down, find});
    mapper.map_rows(view(points), view(weights), view(nearest), view_out(indices));
    return mapper.bits();
}

std::size_t count(In<std::uint8_t, nb::ndim<2>> pixels,
                  std::optional<In<double, nb::ndim<1>>> weights,
                  Out<std::uint32_t, nb::ndim<1>> keys, Out<double, nb::ndim<1>> totals) {
    const std::size_t n = pixels.shape(0);
    require(pixels.shape(1) == 3 || pixels.shape(1) == 4, "pixels must have 3 or 4 channels");
    require(n < (std::size_t{1} << 32), "less than 2^32 pixels");
    require(!weights || weights->shape(0) == n, "one weight per pixel");
    require(keys.shape(0) == n && totals.shape(0) == n, "room for one color per pixel");
    core::Span<const double> given{nullptr, 0};
    if (weights) given = view(*weights);
    const nb::gil_scoped_release unlocked;  // safe: only raw memory is touched from here on
    return core::count(view(pixels), pixels.shape(1), given, view_out(keys), view_out(totals));
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
    m.def("map_rate", &map_rate, "points"_a, "weights"_a, "nearest"_a, "palette"_a, "counts"_a,
          "indices"_a, "rate_weight"_a, "price_mix"_a, "spread_right"_a, "spread_down"_a, "find"_a,
          "Palette entries by distortion + rate_weight x bits; see remap/rate.py.");
    m.def("assign", &assign<double>, "points"_a, "centers"_a, "indices"_a, "distances"_a.none(),
          "n_threads"_a, "The same in float64.");
    m.def("count", &count, "pixels"_a, "weights"_a.none(), "keys"_a, "totals"_a,
          "Distinct colors: pixels (n, 3|4) uint8 and weights (n,) float64 or None in, keys (n,) "
          "uint32 and totals (n,) float64 out; returns how many of them were filled.");
}
