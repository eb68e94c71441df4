#include "engine/search.hpp"

#include <algorithm>

namespace core::engine {

namespace {

// 1.0 is Lloyd; on CQ100 four passes at 1.85 do what seven do at 1.0 (lab book, Engine).
constexpr float kRelax = 1.85f;

// Number of merges to try each split with before the search on a cloud ends.
constexpr std::size_t kCycles = 4;

// Passes after some pairs of a round were undone: one leaves the seams, three gain nothing.
constexpr int kJoinPasses = 2;

}  // namespace

double Search::step(const Cloud& cloud, Centers& centers, float relax, std::uint8_t* labels,
                    std::size_t n_threads) {
    cloud.pass(centers.at, centers.k, &sums_, labels, n_threads);
    const double unit = 1.0 / double(cloud.view().scale);
    double explained = 0;
    double shift = 0;
    for (std::size_t c = 0; c < centers.k; ++c) {
        const double weight = double(sums_.of[c][centers.dims]);
        centers.weight[c] = weight;
        if (!(weight > 0)) continue;
        for (std::size_t d = 0; d < centers.dims; ++d) {
            float& at = centers.at[c * centers.dims + d];
            const double sum = double(sums_.of[c][d]) * unit;
            const double mean = sum / weight;
            explained += sum * mean;
            const double move = (mean - double(at)) * double(relax);
            at = float(double(at) + move);
            shift += move * move;
        }
    }
    centers.explained = explained;
    return shift;
}

void Search::settle(const Cloud& cloud, Centers& centers, int n_passes, std::size_t n_threads,
                    std::uint8_t* labels) {
    for (int pass = 1; pass < n_passes; ++pass) step(cloud, centers, kRelax, nullptr, n_threads);
    step(cloud, centers, 1.0f, labels, n_threads);
}

// A single pair is judged by the error of the whole; of several, each is judged by itself.
bool Search::try_pairs(const Cloud& cloud, Centers& centers, int n_passes, std::size_t n_threads) {
    const std::uint8_t* labels = labels_[0].data();
    std::uint8_t* trial_labels = labels_[1].data();
    Centers& trial = trial_;
    settle(cloud, trial, n_passes, n_threads, trial_labels);
    if (pairs_.size() > 1) {
        const std::size_t n_kept = judge(cloud, centers, labels, trial_labels, trial);
        if (n_kept == 0) return false;
        if (n_kept < pairs_.size()) settle(cloud, trial, kJoinPasses, n_threads, trial_labels);
    }
    if (!(trial.explained > centers.explained)) return false;
    centers = trial;
    std::swap(labels_[0], labels_[1]);
    return true;
}

void Search::improve(const Cloud& cloud, Centers& centers, std::size_t most, int n_rounds,
                     int round_passes, std::size_t n_threads) {
    labels_[0].reserve(cloud.size());
    labels_[1].reserve(cloud.size());
    if (centers.k < 3) n_rounds = 0;  // nothing to split or merge
    settle(cloud, centers, round_passes, n_threads, n_rounds > 0 ? labels_[0].data() : nullptr);
    std::size_t limit = std::min(most, std::max<std::size_t>(1, centers.k / 4));
    bool are_known = false;  // whether splits and merges belong to these centers
    cycle_ = 0;
    forget();
    for (int round = 0; round < n_rounds; ++round) {
        if (!are_known) {
            find_splits(cloud, centers, labels_[0].data());
            find_merges(centers);
            are_known = true;
        }
        if (split_and_merge(centers, trial_, limit) == 0) {
            // Every split was tried with one merge; try another next time.
            if (limit == 1 && ++cycle_ == kCycles) break;
            limit = 1;
            forget();
            if (split_and_merge(centers, trial_, limit) == 0) break;
        }
        if (try_pairs(cloud, centers, round_passes, n_threads))
            are_known = false;
        else
            limit = std::max<std::size_t>(1, limit / 2);
    }
}

void Search::resize(const Cloud& cloud, Centers& centers, std::size_t k, int round_passes,
                    std::size_t n_threads) {
    const std::size_t dims = centers.dims;
    std::uint8_t* labels = labels_[0].reserve(cloud.size());
    while (centers.k != k) {
        settle(cloud, centers, round_passes, n_threads, labels);
        const std::size_t before = centers.k;
        if (centers.k < k) {
            find_splits(cloud, centers, labels);
            for (const Split& split : splits_) {
                if (centers.k == k) break;
                for (std::size_t d = 0; d < dims; ++d) {
                    float& at = centers.at[split.cluster * dims + d];
                    centers.at[centers.k * dims + d] = at + split.offset[d];
                    at -= split.offset[d];
                }
                ++centers.k;
            }
        } else {
            find_merges(centers);
            bool used[kMaxCenters] = {};
            bool removed[kMaxCenters] = {};
            std::size_t left = centers.k;
            for (const Merge& merge : merges_) {
                if (left == k) break;
                if (used[merge.removed] || used[merge.kept]) continue;
                used[merge.removed] = used[merge.kept] = removed[merge.removed] = true;
                const double a = centers.weight[merge.removed];
                const double b = centers.weight[merge.kept];
                for (std::size_t d = 0; a > 0 && d < dims; ++d) {
                    float& kept = centers.at[merge.kept * dims + d];
                    kept = float((double(centers.at[merge.removed * dims + d]) * a +
                                  double(kept) * b) / (a + b));
                }
                --left;
            }
            std::size_t to = 0;
            for (std::size_t c = 0; c < before; ++c) {
                if (removed[c]) continue;
                std::copy_n(centers.at + c * dims, dims, centers.at + to++ * dims);
            }
            centers.k = to;
        }
        if (centers.k == before) return;  // every cluster is one point
    }
}

}  // namespace core::engine
