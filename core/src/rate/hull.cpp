#include "rate/hull.hpp"

#include <algorithm>
#include <cmath>

#include "base/parallel.hpp"

namespace core::rate {

namespace {

constexpr std::size_t kChunk = 4096;  // points of a piece of work
constexpr int kMost = 5;              // entries of a mix: one more than there are coordinates
constexpr int kRounds = 64;           // more than any mix of 256 entries was seen to take
constexpr double kNear = 1e-3;        // what is nearer to the mix than this is the mix
constexpr double kFlat = 1e-12;       // pivots below this share of the largest: entries in one plane

struct Mix {
    std::size_t dims;
    const float* entries;
    int n = 0;
    std::size_t entry[kMost];
    double share[kMost];

    double at(int i, std::size_t d) const { return double(entries[entry[i] * dims + d]); }

    void place(double* mixed) const {
        for (std::size_t d = 0; d < dims; ++d) {
            mixed[d] = 0;
            for (int i = 0; i < n; ++i) mixed[d] += share[i] * at(i, d);
        }
    }

    // Shares, of any sign, of the point nearest to `wanted` in the flat through the entries: the normal
    // equations of the edges from the first of them. False where one lies in the flat of the others.
    bool solve(const double* wanted, double* shares) const {
        const int m = n - 1;
        double a[kMost - 1][kMost];
        for (int i = 0; i < m; ++i) {
            for (int j = 0; j <= m; ++j) a[i][j] = 0;
            for (std::size_t d = 0; d < dims; ++d) {
                const double edge = at(i + 1, d) - at(0, d);
                for (int j = 0; j < m; ++j) a[i][j] += edge * (at(j + 1, d) - at(0, d));
                a[i][m] += edge * (wanted[d] - at(0, d));
            }
        }
        double largest = 0;
        for (int i = 0; i < m; ++i) largest = std::max(largest, a[i][i]);
        for (int i = 0; i < m; ++i) {
            int pivot = i;
            for (int r = i + 1; r < m; ++r)
                if (std::fabs(a[r][i]) > std::fabs(a[pivot][i])) pivot = r;
            if (std::fabs(a[pivot][i]) <= kFlat * largest) return false;
            if (pivot != i) std::swap_ranges(a[i], a[i] + kMost, a[pivot]);
            for (int r = i + 1; r < m; ++r) {
                const double factor = a[r][i] / a[i][i];
                for (int c = i; c <= m; ++c) a[r][c] -= factor * a[i][c];
            }
        }
        double rest = 1;
        for (int i = m - 1; i >= 0; --i) {
            double value = a[i][m];
            for (int c = i + 1; c < m; ++c) value -= a[i][c] * shares[c + 1];
            rest -= shares[i + 1] = value / a[i][i];
        }
        shares[0] = rest;
        return true;
    }

    void remove(int i) {
        --n;
        for (; i < n; ++i) {
            entry[i] = entry[i + 1];
            share[i] = share[i + 1];
        }
    }

    // Move the shares to the nearest point of the flat, or as far as all of them stay positive.
    void settle(const double* wanted) {
        while (n > 1) {
            double goal[kMost];
            if (!solve(wanted, goal)) {
                remove(n - 1);  // the last one came for nothing
                continue;
            }
            double way = 1;
            int first = -1;
            for (int i = 0; i < n; ++i) {
                if (goal[i] > 0) continue;
                const double part = share[i] > goal[i] ? share[i] / (share[i] - goal[i]) : 0;
                if (first < 0 || part < way) {
                    way = part;
                    first = i;
                }
            }
            for (int i = 0; i < n; ++i) share[i] += way * (goal[i] - share[i]);
            if (first < 0) return;
            remove(first);
        }
        share[0] = 1;
    }
};

// The nearest mix of one point.
void mix(const float* entries, std::size_t k, std::size_t dims, float* point) {
    Mix found{dims, entries, 1, {}, {1}};
    double wanted[4], mixed[4], off[4];
    double least = INFINITY;
    for (std::size_t d = 0; d < dims; ++d) wanted[d] = double(point[d]);
    for (std::size_t j = 0; j < k; ++j) {
        double squared = 0;
        for (std::size_t d = 0; d < dims; ++d) {
            const double gap = wanted[d] - double(entries[j * dims + d]);
            squared += gap * gap;
        }
        if (squared < least) {
            least = squared;
            found.entry[0] = j;
        }
    }
    for (int round = 0; round < kRounds; ++round) {
        found.place(mixed);
        double squared = 0, reached = 0;
        for (std::size_t d = 0; d < dims; ++d) {
            off[d] = wanted[d] - mixed[d];
            squared += off[d] * off[d];
            reached += off[d] * mixed[d];
        }
        if (squared <= kNear * kNear) return;  // the point itself is a mix
        double most = -INFINITY;
        std::size_t next = 0;
        for (std::size_t j = 0; j < k; ++j) {
            double along = 0;
            for (std::size_t d = 0; d < dims; ++d) along += off[d] * double(entries[j * dims + d]);
            if (along > most) {
                most = along;
                next = j;
            }
        }
        const bool is_known = std::find(found.entry, found.entry + found.n, next) != found.entry + found.n;
        if (is_known || found.n == kMost || most - reached <= kNear * std::sqrt(squared)) break;
        found.entry[found.n] = next;
        found.share[found.n++] = 0;
        found.settle(wanted);
    }
    for (std::size_t d = 0; d < dims; ++d) point[d] = float(mixed[d]);
}

}  // namespace

void mixable(Span<float> points, Span<const float> entries, std::size_t dims, std::size_t n_threads) {
    const std::size_t n = points.size / dims, k = entries.size / dims;
    for_each_chunk((n + kChunk - 1) / kChunk, n_threads, [&](std::size_t chunk) {
        const std::size_t end = std::min(n, (chunk + 1) * kChunk);
        for (std::size_t i = chunk * kChunk; i < end; ++i) mix(entries.data, k, dims, points.data + i * dims);
    });
}

}  // namespace core::rate
