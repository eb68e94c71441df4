#include "engine/cluster.hpp"

#include <algorithm>
#include <cmath>

#include "engine/search.hpp"
#include "engine/kmeans_plus_plus.hpp"
#include "engine/wu.hpp"

namespace core::engine {

struct Cluster::State {
    Cloud seeds;   // means of the 4-bit cells, or those of 3 bits (kPlentyOfCells)
    Cloud coarse;  // means of the 5-bit cells
    Cloud medium;  // means of the 6-bit cells
    Search search;
    Centers other;
    Buffer<std::uint8_t> labels[2];
};

namespace {

constexpr float kRelax = 1.85f;  // see search.cpp

// The 4-bit cells give the seeds when there are this many per seed: a third of the time of the 5-bit
// cells, and the same error after split-merge (lab book, Engine).
constexpr std::size_t kSeedsPerCenter = 8;

// Colors with soft alpha scatter over many more cells than opaque ones. Their cells are one or two
// bits wider while there are more than this in all, about as many as a photo without alpha has: 0.8 x
// the time for the same error; half as many are enough for seeds (lab book, Engine).
constexpr std::size_t kManyCells = 8192;
constexpr std::size_t kSoftSeedsPerCenter = 4;

// Most split-merge pairs per round. At k = 256 the error is the same with 16 to 64 (lab book, Engine).
constexpr std::size_t kMostExchanges = 32;

// Inertia at the centers a pass was made with: sum w|x|^2 - sum (2 c.S - W|c|^2).
double inertia_at(double squares, const Centers& centers, const Sums& sums, float scale) {
    double explained = 0;
    for (std::size_t c = 0; c < centers.k; ++c)
        for (std::size_t d = 0; d < centers.dims; ++d) {
            const double at = double(centers.at[c * centers.dims + d]) * double(scale);
            explained +=
                at * (2 * double(sums.of[c][d]) - at * double(sums.of[c][centers.dims]));
        }
    return (squares - explained) / (double(scale) * double(scale));
}

// Mean variance of the coordinates.
double mean_variance(const CloudView& cloud, double squares) {
    double weight = 0;
    double sum[kMaxDims] = {};
    const bool has_flat = cloud.dims == 4 && cloud.n_soft < cloud.n_points;
    const double shared =  // what opaque points have for the last coordinate
        has_flat ? double(fixed_point(cloud.coordinates[3][cloud.n_soft] * cloud.scale)) : 0;
    for (std::size_t i = 0; i < cloud.n_nodes[0]; ++i) {
        const int dims = i < cloud.n_soft_nodes[0] ? 4 : 3;  // that the sums have
        weight += double(cloud.nodes[0][i].sum[dims]);
        for (int d = 0; d < dims; ++d) sum[d] += double(cloud.nodes[0][i].sum[d]);
        if (dims < cloud.dims) sum[3] += double(cloud.nodes[0][i].sum[3]) * shared;
    }
    double explained = 0;
    for (double total : sum) explained += total * total / weight;
    return (squares - explained) / (weight * double(cloud.scale) * double(cloud.scale)) /
           cloud.dims;
}

}  // namespace

Cluster::Cluster() : state_(new State) {}
Cluster::~Cluster() = default;

FitResult Cluster::fit(const Cloud& cloud, std::size_t k, Span<const float> given,
                       Span<float> out, const Schedule& schedule, bool keep_history,
                       std::size_t n_threads) {
    State& s = *state_;
    Search& search = s.search;
    const std::size_t dims = cloud.dims();
    Centers centers;
    centers.dims = dims;

    // A cloud of cells is useful only if it has many more cells than centers.
    const bool has_soft = cloud.view().n_soft > 0;
    unsigned soft_bits = 5;
    while (soft_bits > 3 && has_soft && cloud.n_cells(5) + cloud.n_soft_cells(soft_bits) > kManyCells)
        --soft_bits;
    s.coarse.gather(cloud, 5, soft_bits);
    const bool has_coarse = s.coarse.size() >= 4 * k;
    const bool has_medium = schedule.medium_rounds > 0 && cloud.size() > 2 * s.coarse.size() &&
                            cloud.n_cells(6) <= std::size_t(schedule.medium_points);
    if (has_medium) s.medium.gather(cloud, 6, soft_bits + 1);
    const Cloud& first = has_coarse ? s.coarse : cloud;
    if (given.size == 0) s.seeds.gather(has_soft ? s.coarse : cloud, 4, 3);
    const std::size_t seeds_per_center = has_soft ? kSoftSeedsPerCenter : kSeedsPerCenter;
    const bool has_seeds = has_coarse && s.seeds.size() >= seeds_per_center * k;
    const Cloud& seeds = has_seeds ? s.seeds : first;

    if (given.size > 0) {
        centers.k = given.size / dims;
        std::copy_n(given.data, given.size, centers.at);
        search.resize(first, centers, k, schedule.round_passes, n_threads);
    } else {
        centers.k = wu_centers(seeds, k, centers.at);
    }
    const auto improve_coarsely = [&](Centers& tried) {
        search.improve(first, tried, kMostExchanges, schedule.coarse_rounds, schedule.round_passes,
                       n_threads);
    };
    improve_coarsely(centers);
    for (int start = 0; given.size == 0 && start < schedule.more_starts; ++start) {
        Centers& other = s.other;
        other.dims = dims;
        other.k = kmeans_plus_plus(seeds, k, std::uint64_t(start), other.at);
        improve_coarsely(other);
        if (other.explained > centers.explained) centers = other;
    }
    if (has_medium)
        search.improve(s.medium, centers, kMostExchanges, schedule.medium_rounds,
                       schedule.round_passes, n_threads);
    if (schedule.exact_rounds > 0)
        search.improve(cloud, centers, kMostExchanges, schedule.exact_rounds, schedule.round_passes,
                       n_threads);

    FitResult result{centers.k, 0, 0, false, false, {}};
    const float scale = cloud.view().scale;
    const double unit2 = double(scale) * double(scale);
    const double squares = cloud.squares();
    const double threshold = schedule.tolerance * mean_variance(cloud.view(), squares);
    std::uint8_t* labels = keep_history ? s.labels[0].reserve(cloud.size()) : nullptr;
    std::uint8_t* before = keep_history ? s.labels[1].reserve(cloud.size()) : nullptr;
    for (int pass = 0; pass < schedule.exact_passes; ++pass) {
        const bool last = pass + 1 == schedule.exact_passes;
        Centers old;
        if (keep_history) old = centers;
        const double shift = search.step(cloud, centers, last ? 1.0f : kRelax, labels, n_threads);
        result.n_passes = pass + 1;
        if (keep_history) {
            std::size_t moved = cloud.size();
            if (pass > 0) {
                moved = 0;
                for (std::size_t i = 0; i < cloud.size(); ++i) moved += labels[i] != before[i];
            }
            result.history.push_back({inertia_at(squares, old, search.sums(), scale), shift, moved});
            std::swap(labels, before);
        }
        result.converged = shift == 0;
        result.within_tolerance = shift <= threshold;
        if (result.within_tolerance) break;
    }
    result.inertia = std::max(0.0, squares / unit2 - centers.explained);
    std::copy_n(centers.at, centers.k * dims, out.data);
    return result;
}

std::size_t Cluster::n_bytes() const {
    return state_->seeds.n_bytes() + state_->coarse.n_bytes() + state_->medium.n_bytes();
}

}  // namespace core::engine
