#include "search.hpp"

#include <algorithm>
#include <cmath>

#include "kernels.hpp"

namespace core {

namespace {

// 1.0 is Lloyd; on CQ100 four passes at 1.85 do what seven do at 1.0 (lab book, Engine).
constexpr float kRelax = 1.85f;

// What a split gains and a merge costs once the neighbors have moved is not what it is at first:
// the split keeps its gain, the merge loses most of its cost. This is the exchange rate (lab book).
constexpr double kSplitFactor = 2.25;

// How many merges a split is tried with before the search on a cloud ends.
constexpr std::size_t kCycles = 4;

// The halves of a normal distribution have their means 0.8 standard deviations from its own.
constexpr double kHalfMean = 0.7978845608;

// Largest eigenvalue of the symmetric matrix a, and its vector, by power iteration.
double principal_axis(const double a[kMaxDims][kMaxDims], std::size_t dims, double* axis) {
    std::size_t widest = 0;
    for (std::size_t d = 1; d < dims; ++d)
        if (a[d][d] > a[widest][widest]) widest = d;
    for (std::size_t d = 0; d < dims; ++d) axis[d] = a[widest][d];
    double length = 0;
    for (int i = 0; i < 8; ++i) {
        double norm = 0;
        for (std::size_t d = 0; d < dims; ++d) norm += axis[d] * axis[d];
        if (!(norm > 0)) return 0;
        norm = 1 / std::sqrt(norm);
        for (std::size_t d = 0; d < dims; ++d) axis[d] *= norm;
        double next[kMaxDims];
        length = 0;
        for (std::size_t d = 0; d < dims; ++d) {
            next[d] = 0;
            for (std::size_t e = 0; e < dims; ++e) next[d] += a[d][e] * axis[e];
            length += next[d] * axis[d];
        }
        if (i < 7) std::copy_n(next, dims, axis);
    }
    return length;
}

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

void Search::find_splits(const Cloud& cloud, const Centers& centers, const std::uint8_t* labels) {
    for (std::size_t c = 0; c < centers.k; ++c) std::fill_n(moments_.of[c], kMoments, 0.0);
    kernels().engine->add_moments(cloud.view(), labels, centers.at, moments_);
    splits_.clear();
    for (std::size_t c = 0; c < centers.k; ++c) {
        const double weight = centers.weight[c];
        if (!(weight > 0)) continue;
        const double* m = moments_.of[c];
        const double spread[kMaxDims][kMaxDims] = {{m[0], m[3], m[4], m[7]},
                                                   {m[3], m[1], m[5], m[8]},
                                                   {m[4], m[5], m[2], m[9]},
                                                   {m[7], m[8], m[9], m[6]}};
        double axis[kMaxDims];
        const double along = principal_axis(spread, centers.dims, axis);
        if (!(along > 0)) continue;
        Split split{c, kSplitFactor * along, {}};
        const double reach = kHalfMean * std::sqrt(along / weight);
        for (std::size_t d = 0; d < centers.dims; ++d) split.offset[d] = float(axis[d] * reach);
        splits_.push_back(split);
    }
    std::stable_sort(splits_.begin(), splits_.end(),
                     [](const Split& a, const Split& b) { return a.gain > b.gain; });
}

void Search::find_merges(const Centers& centers) {
    merges_.clear();
    std::int32_t partners[kMaxCenters];
    float costs[kMaxCenters];
    kernels().engine->nearest_pairs(centers.at, centers.weight, centers.k, centers.dims, partners,
                                    costs);
    for (std::size_t c = 0; c < centers.k; ++c) {
        const std::size_t partner = std::size_t(partners[c]);
        if (!(centers.weight[c] > 0))
            merges_.push_back({c, c, 0});  // nothing to lose
        else if (partner != c)
            merges_.push_back({c, partner, double(costs[c])});
    }
    std::stable_sort(merges_.begin(), merges_.end(),
                     [](const Merge& a, const Merge& b) { return a.cost < b.cost; });
}

// Merge the cheapest pairs and split the widest clusters in their stead, at most `limit` of each.
// Returns how many were exchanged.
std::size_t Search::exchange(const Centers& from, Centers& to, std::size_t limit) {
    to = from;
    const std::size_t dims = from.dims;
    bool used[kMaxCenters] = {};
    std::size_t done = 0;
    std::size_t next_split = limit == 1 ? cycle_ : 0;
    // One at a time: what failed before is not tried again, neither the split nor the merge.
    const bool is_single = limit == 1;
    for (const Merge& merge : merges_) {
        if (done == limit) break;
        if (used[merge.removed] || used[merge.kept]) continue;
        if (is_single && was_merged_[merge.removed]) continue;
        std::size_t s = next_split;
        while (s < splits_.size() &&
               (used[splits_[s].cluster] || splits_[s].cluster == merge.removed ||
                splits_[s].cluster == merge.kept ||
                (is_single && was_split_[splits_[s].cluster])))
            ++s;
        if (s == splits_.size() || splits_[s].gain <= merge.cost) break;
        next_split = s + 1;
        const Split& split = splits_[s];
        used[merge.removed] = used[merge.kept] = used[split.cluster] = true;
        if (is_single) was_merged_[merge.removed] = was_split_[split.cluster] = true;
        const double a = from.weight[merge.removed];
        const double b = from.weight[merge.kept];
        for (std::size_t d = 0; d < dims; ++d) {
            const float removed = from.at[merge.removed * dims + d];
            float& kept = to.at[merge.kept * dims + d];
            if (a > 0) kept = float((double(removed) * a + double(kept) * b) / (a + b));
            const float middle = from.at[split.cluster * dims + d];
            to.at[split.cluster * dims + d] = middle + split.offset[d];
            to.at[merge.removed * dims + d] = middle - split.offset[d];
        }
        ++done;
    }
    return done;
}

void Search::forget() {
    std::fill_n(was_split_, kMaxCenters, false);
    std::fill_n(was_merged_, kMaxCenters, false);
}

void Search::improve(const Cloud& cloud, Centers& centers, std::size_t most, int n_rounds,
                     int round_passes, std::size_t n_threads) {
    std::uint8_t* labels = labels_[0].reserve(cloud.size());
    std::uint8_t* trial_labels = labels_[1].reserve(cloud.size());
    if (centers.k < 3) n_rounds = 0;  // nothing to exchange
    settle(cloud, centers, round_passes, n_threads, n_rounds > 0 ? labels : nullptr);
    Centers trial;
    std::size_t limit = std::min(most, std::max<std::size_t>(1, centers.k / 4));
    bool are_known = false;  // whether splits and merges belong to these centers
    cycle_ = 0;
    forget();
    for (int round = 0; round < n_rounds; ++round) {
        if (!are_known) {
            find_splits(cloud, centers, labels);
            find_merges(centers);
            are_known = true;
        }
        if (exchange(centers, trial, limit) == 0) {
            // Every split was tried with one merge: next time around with another.
            if (limit > 1 || ++cycle_ == kCycles) break;
            forget();
            if (exchange(centers, trial, limit) == 0) break;
        }
        settle(cloud, trial, round_passes, n_threads, trial_labels);
        if (trial.explained > centers.explained) {
            centers = trial;
            std::swap(labels, trial_labels);
            are_known = false;
        } else {
            limit = std::max<std::size_t>(1, limit / 2);
        }
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

}  // namespace core
