#include "engine/kmeans_plus_plus.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/cloud_view.hpp"

namespace core::engine {

namespace {

// Of this many points drawn, the one that leaves the least error becomes a center. More than two did
// not end lower after split-merge (lab book, Engine).
constexpr int kDrawn = 2;

// Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014),
// doi:10.1145/2714064.2660195.
class SplitMix {
  public:
    explicit SplitMix(std::uint64_t seed) : state_(seed * 0xD1342543DE82EF95u) {}
    // Even in [0, 1).
    double next() {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
        z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        return double((z ^ z >> 31) >> 11) * 0x1p-53;
    }

  private:
    std::uint64_t state_;
};

// The first point up to which the shares add up to more than `at`; shares that are 0 are not drawn.
std::size_t drawn(const std::vector<float>& shares, double at) {
    std::size_t last = 0;
    double sum = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        if (!(shares[i] > 0)) continue;
        last = i;
        sum += double(shares[i]);
        if (sum > at) break;
    }
    return last;
}

}  // namespace

std::size_t kmeans_plus_plus(const Cloud& cloud, std::size_t k, std::uint64_t start, float* centers) {
    const CloudView& view = cloud.view();
    const std::size_t n = view.n_points;
    const std::size_t dims = cloud.dims();
    SplitMix chance(start + 1);
    std::vector<float> weights(view.weights, view.weights + n);
    std::vector<float> nearest(n, 3e38f);  // squared distance to the nearest center
    std::vector<float> shares = weights;   // of the error
    std::vector<float> trial(n);
    std::vector<float> best(n);
    double error = 0;
    for (const float weight : weights) error += double(weight);
    for (std::size_t c = 0; c < k; ++c) {
        double least = 3e300;
        std::size_t found = n;
        for (int draw = 0; draw < kDrawn; ++draw) {
            const std::size_t point = drawn(shares, chance.next() * error);
            double left = 0;
            for (std::size_t i = 0; i < n; ++i) {
                float distance = 0;
                for (std::size_t d = 0; d < dims; ++d) {
                    const float difference = view.coordinates[d][i] - view.coordinates[d][point];
                    distance += difference * difference;
                }
                trial[i] = std::min(distance, nearest[i]);
                left += double(weights[i] * trial[i]);
            }
            if (left < least) {
                least = left;
                found = point;
                std::swap(trial, best);
            }
        }
        std::swap(nearest, best);
        for (std::size_t d = 0; d < dims; ++d) centers[c * dims + d] = view.coordinates[d][found];
        if (!(least > 0)) return c + 1;  // every point has a center of its own
        error = 0;
        for (std::size_t i = 0; i < n; ++i) {
            shares[i] = weights[i] * nearest[i];
            error += double(shares[i]);
        }
    }
    return k;
}

}  // namespace core::engine
