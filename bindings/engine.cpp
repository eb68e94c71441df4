// k-means for Python: nearest centers, places of colors, the engine of one picture.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <mutex>

#include "arrays.hpp"
#include "checks.hpp"
#include "engine/assign.hpp"
#include "engine/engine.hpp"

namespace {

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
    const Unlocked unlocked;
    // Squares have to stay below what counts as infinitely far (3e38), even in float.
    require_within(view(points), -1e18, 1e18, "points must be numbers from -1e18 to 1e18");
    require_within(view(centers), -1e18, 1e18, "centers must be numbers from -1e18 to 1e18");
    core::engine::assign(view(points), view(centers), dims, view_out(indices), out, n_threads);
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
        const Unlocked unlocked;
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
        Unlocked unlocked_;
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
    const Unlocked unlocked;
    core::engine::embed(view(colors), colors.shape(1), seen.pointer, view_out(points));
}

}  // namespace

void add_engine(nb::module_& m) {
    m.def("assign", &assign<float>, "points"_a, "centers"_a, "indices"_a, "distances"_a.none(),
          "n_threads"_a,
          "Nearest center of every point: points (n, dims) and centers (k, dims) float32 in, "
          "indices (n,) uint8 and distances (n,) float32 out.");
    m.def("assign", &assign<double>, "points"_a, "centers"_a, "indices"_a, "distances"_a.none(),
          "n_threads"_a, "The same in float64.");
    m.def("embed", &embed, "colors"_a, "color_space"_a, "points"_a,
          "linear_of_byte"_a = nb::none(), "lms"_a = nb::none(),
          "Coordinates of colors (n, 3|4) uint8: points (n, 3|4) float32 out.");
    m.def("give_back_memory", [] { core::engine::Engine::forget(); },
          "Give memory back to the system: what the last engine left for the next one, and what is free.");
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
}
