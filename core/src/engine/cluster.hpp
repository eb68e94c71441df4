// Find the k centers of a cloud: the engine's own search from coarse to fine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/cloud.hpp"
#include "base/span.hpp"

namespace core::engine {

// How long to search; each effort is a row of such numbers (src/huepress/palette/engine.py).
struct Schedule {
    int more_starts;     // beside Wu's cuts; the best one after the coarse rounds is kept
    int coarse_rounds;   // of split-merge on the means of the 5-bit cells
    int medium_rounds;   // on the means of the 6-bit cells, when there are no more of these than
    int medium_points;
    int exact_rounds;    // on the colors themselves
    int round_passes;    // passes of k-means after each split-merge
    int exact_passes;    // passes on the colors at the end
    double tolerance;    // stop the exact passes when the squared moves of all centers add up to no
                         // more than this times the mean variance of the coordinates
};

struct PassRecord {
    double inertia;  // before the centers moved
    double shift;    // squared moves of all centers
    std::size_t moved;
};

struct FitResult {
    std::size_t k;
    double inertia;  // sum of weight x squared distance to the mean of the own cluster
    int n_passes;    // on the colors themselves
    bool converged;
    bool within_tolerance;
    std::vector<PassRecord> history;
};

class Cluster {
  public:
    Cluster();
    ~Cluster();
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    // given (in): centers to start from, any number up to 256, row-major; the widest clusters are
    // split, or the nearest merged, until there are k. Empty: Wu's cuts.
    // centers (out): room for k x dims, row-major. The cloud must have more than k points.
    FitResult fit(const Cloud& cloud, std::size_t k, Span<const float> given, Span<float> centers,
                  const Schedule& schedule, bool keep_history, std::size_t n_threads);

    std::size_t n_bytes() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace core::engine
