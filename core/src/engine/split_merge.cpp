// Which clusters to split and which to merge, and which of these to keep.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/kernels.hpp"
#include "engine/search.hpp"

namespace core::engine {

namespace {

// Once the neighbors have moved, a split keeps its first gain, but a merge loses most of its first
// cost. This is the ratio between the two (lab book, Engine).
constexpr double kSplitFactor = 2.25;

// The means of the two halves of a normal distribution are 0.8 standard deviations from its mean.
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

void Search::find_splits(const Cloud& cloud, const Centers& centers, const std::uint8_t* labels) {
    for (std::size_t c = 0; c < centers.k; ++c) std::fill_n(moments_.of[c], kMoments, 0.0);
    kernels().engine->add_moments(cloud.view(), labels, centers.at, moments_);
    splits_.clear();
    for (std::size_t c = 0; c < centers.k; ++c) {
        const double weight = centers.weight[c];
        errors_[c] = 0;
        if (!(weight > 0)) continue;
        const double* m = moments_.of[c];
        errors_[c] = m[0] + m[1] + m[2] + m[6];
        const double covariance[kMaxDims][kMaxDims] = {{m[0], m[3], m[4], m[7]},
                                                   {m[3], m[1], m[5], m[8]},
                                                   {m[4], m[5], m[2], m[9]},
                                                   {m[7], m[8], m[9], m[6]}};
        double axis[kMaxDims];
        const double along = principal_axis(covariance, centers.dims, axis);
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

// Merge the cheapest pairs and split the widest clusters instead, at most `limit` of each. Splits and
// merges that failed before are not tried again; a pair that is tried alone counts as failed at once,
// because if it succeeds the clusters change anyway.
std::size_t Search::split_and_merge(const Centers& from, Centers& to, std::size_t limit) {
    to = from;
    const std::size_t dims = from.dims;
    pairs_.clear();
    bool used[kMaxCenters] = {};
    const bool is_single = limit == 1;
    std::size_t next_split = is_single ? cycle_ : 0;
    for (const Merge& merge : merges_) {
        if (pairs_.size() == limit) break;
        if (used[merge.removed] || used[merge.kept] || merge_failed_[merge.removed]) continue;
        std::size_t s = next_split;
        while (s < splits_.size() &&
               (used[splits_[s].cluster] || splits_[s].cluster == merge.removed ||
                splits_[s].cluster == merge.kept || split_failed_[splits_[s].cluster]))
            ++s;
        if (s == splits_.size() || splits_[s].gain <= merge.cost) break;
        next_split = s + 1;
        const Split& split = splits_[s];
        pairs_.push_back({merge, split});
        used[merge.removed] = used[merge.kept] = used[split.cluster] = true;
        if (is_single) merge_failed_[merge.removed] = split_failed_[split.cluster] = true;
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
    }
    return pairs_.size();
}

// Every cluster belongs to the nearest site of a split (even numbers) or a merge (odd ones).
void Search::find_sites(const Centers& before, std::size_t* site_of) const {
    const std::size_t dims = before.dims;
    std::vector<float> sites;
    for (const SplitMerge& e : pairs_) {
        const float* split = before.at + e.split.cluster * dims;
        sites.insert(sites.end(), split, split + dims);
        const double a = before.weight[e.merge.removed];
        const double b = before.weight[e.merge.kept];
        for (std::size_t d = 0; d < dims; ++d) {
            const double removed = double(before.at[e.merge.removed * dims + d]);
            const double kept = double(before.at[e.merge.kept * dims + d]);
            sites.push_back(float(a > 0 ? (removed * a + kept * b) / (a + b) : removed));
        }
    }
    for (std::size_t c = 0; c < before.k; ++c) {
        float least = 3e38f;
        for (std::size_t site = 0; site < 2 * pairs_.size(); ++site) {
            float distance = 0;
            for (std::size_t d = 0; d < dims; ++d) {
                const float difference = before.at[c * dims + d] - sites[site * dims + d];
                distance += difference * difference;
            }
            if (distance < least) {
                least = distance;
                site_of[c] = site;
            }
        }
    }
    for (std::size_t e = 0; e < pairs_.size(); ++e) {
        site_of[pairs_[e].split.cluster] = 2 * e;
        site_of[pairs_[e].merge.removed] = site_of[pairs_[e].merge.kept] = 2 * e + 1;
    }
}

// Splits and merges were made in pairs, but each changes the error only around its own site, by an
// amount that is known now. The best splits and the best merges stay as long as a pair of them lowers
// the error; around the other sites the centers go back to where they were.
std::size_t Search::judge(const Cloud& cloud, const Centers& before, const std::uint8_t* labels,
                          const std::uint8_t* trial_labels, Centers& trial) {
    const std::size_t n = pairs_.size();
    const std::size_t dims = before.dims;
    double errors[kMaxCenters] = {};
    kernels().engine->add_errors(cloud.view(), trial_labels, trial.at, labels, errors);
    std::size_t site_of[kMaxCenters];
    find_sites(before, site_of);
    double change[2 * kMaxCenters] = {};
    for (std::size_t c = 0; c < before.k; ++c) change[site_of[c]] += errors[c] - errors_[c];

    std::size_t best[2][kMaxCenters];  // splits, merges
    bool stays[2 * kMaxCenters] = {};
    for (std::size_t kind = 0; kind < 2; ++kind) {
        std::iota(best[kind], best[kind] + n, std::size_t{0});
        std::stable_sort(best[kind], best[kind] + n, [&](std::size_t a, std::size_t b) {
            return change[2 * a + kind] < change[2 * b + kind];
        });
    }
    std::size_t n_kept = 0;
    for (; n_kept < n; ++n_kept) {
        const std::size_t split = 2 * best[0][n_kept];
        const std::size_t merge = 2 * best[1][n_kept] + 1;
        if (!(change[split] + change[merge] < 0)) break;
        stays[split] = stays[merge] = true;
    }
    for (std::size_t e = 0; e < n; ++e) {
        split_failed_[pairs_[e].split.cluster] |= !stays[2 * e];
        merge_failed_[pairs_[e].merge.removed] |= !stays[2 * e + 1];
    }
    if (n_kept == n) return n;
    const Centers all = trial;
    trial = before;
    for (std::size_t c = 0; c < before.k; ++c)
        if (stays[site_of[c]]) std::copy_n(all.at + c * dims, dims, trial.at + c * dims);
    for (std::size_t i = 0; i < n_kept; ++i) {
        // The other half of a split took the slot that a merge had freed.
        const std::size_t half = pairs_[best[0][i]].merge.removed;
        const std::size_t room = pairs_[best[1][i]].merge.removed;
        std::copy_n(all.at + half * dims, dims, trial.at + room * dims);
    }
    return n_kept;
}

void Search::forget() {
    std::fill_n(split_failed_, kMaxCenters, false);
    std::fill_n(merge_failed_, kMaxCenters, false);
}

}  // namespace core::engine
