// k-means on one cloud, with a way out of local minima: split one cluster, merge two others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/buffer.hpp"
#include "engine/cloud_view.hpp"
#include "engine/cloud.hpp"

namespace core::engine {

// The centers and what the last pass found about their clusters.
struct Centers {
    std::size_t k = 0;
    std::size_t dims = 3;
    float at[kMaxCenters * kMaxDims];
    double weight[kMaxCenters];
    // Sum of weight x squared length of the cluster means: the error is the cloud's squares less
    // this, so more is better. Squared units.
    double explained = -1;
};

class Search {
  public:
    // Move every center by `relax` times the way to the mean of its points (over-relaxation: 1 is
    // Lloyd's step, any factor up to 2 does not raise the error). Returns the squared moves of all.
    double step(const Cloud& cloud, Centers& centers, float relax, std::uint8_t* labels,
                std::size_t n_threads);

    // Passes of k-means, the last with a plain step, which also labels the points when asked to.
    void settle(const Cloud& cloud, Centers& centers, int n_passes, std::size_t n_threads,
                std::uint8_t* labels = nullptr);

    // Some passes, then rounds of split-merge with as many passes each. A round tries up to `most`
    // pairs at first, never more than a quarter of the clusters, and half as many after each round
    // that failed. Each pair that lowers the error is kept.
    void improve(const Cloud& cloud, Centers& centers, std::size_t most, int n_rounds,
                 int round_passes, std::size_t n_threads);

    // Split the widest clusters or merge the nearest until there are k.
    void resize(const Cloud& cloud, Centers& centers, std::size_t k, int round_passes,
                std::size_t n_threads);

    const Sums& sums() const { return sums_; }

  private:
    struct Split {
        std::size_t cluster;
        double gain;
        float offset[kMaxDims];
    };
    struct Merge {
        std::size_t removed;
        std::size_t kept;
        double cost;
    };
    struct SplitMerge {
        Merge merge;
        Split split;
    };
    void find_splits(const Cloud& cloud, const Centers& centers, const std::uint8_t* labels);
    void find_merges(const Centers& centers);
    // Both return the number of pairs: tried, or kept.
    std::size_t split_and_merge(const Centers& from, Centers& to, std::size_t limit);
    std::size_t judge(const Cloud& cloud, const Centers& before, const std::uint8_t* labels,
                      const std::uint8_t* trial_labels, Centers& trial);
    void find_sites(const Centers& before, std::size_t* site_of) const;
    bool try_pairs(const Cloud& cloud, Centers& centers, int n_passes, std::size_t n_threads);
    void forget();

    Sums sums_;
    Moments moments_;
    Buffer<std::uint8_t> labels_[2];
    std::vector<Split> splits_;
    std::vector<Merge> merges_;
    std::vector<SplitMerge> pairs_;  // of this round
    Centers trial_;
    double errors_[kMaxCenters];      // of the clusters that splits_ belong to
    bool split_failed_[kMaxCenters];  // on this cloud
    bool merge_failed_[kMaxCenters];
    std::size_t cycle_ = 0;
};

}  // namespace core::engine
