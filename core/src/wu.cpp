#include "wu.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "cloud_view.hpp"

namespace core {

namespace {

constexpr int kBins = 32;  // along each side of a box: Wu's 5 bits for the first box, finer below

struct Stats {
    double weight = 0;
    double sum[kMaxDims] = {};

    void add(const Stats& other, double sign = 1) {
        weight += sign * other.weight;
        for (int d = 0; d < kMaxDims; ++d) sum[d] += sign * other.sum[d];
    }
    // Sum of weight x squared distance that one center at the mean saves over one at the origin.
    double saved() const {
        double squares = 0;
        for (double s : sum) squares += s * s;
        return weight > 0 ? squares / weight : 0;
    }
};

struct Box {
    std::uint32_t begin;
    std::uint32_t end;
    Stats stats;
    double gain = -1;  // of its best cut
    int axis = 0;
    float at = 0;  // points with a coordinate below this go left
};

class Cutter {
  public:
    explicit Cutter(const CloudView& cloud) : cloud_(cloud), order_(cloud.n_points) {
        std::iota(order_.begin(), order_.end(), 0u);
    }

    Box make(std::uint32_t begin, std::uint32_t end) const {
        Box box;
        box.begin = begin;
        box.end = end;
        float low[kMaxDims];
        float high[kMaxDims];
        std::fill_n(low, kMaxDims, 1e30f);
        std::fill_n(high, kMaxDims, -1e30f);
        for (std::uint32_t i = begin; i < end; ++i) {
            const Stats point = stats(order_[i]);
            box.stats.add(point);
            for (int d = 0; d < cloud_.dims; ++d) {
                low[d] = std::min(low[d], cloud_.coordinates[d][order_[i]]);
                high[d] = std::max(high[d], cloud_.coordinates[d][order_[i]]);
            }
        }
        const double whole = box.stats.saved();
        for (int axis = 0; axis < cloud_.dims; ++axis) {
            const float width = (high[axis] - low[axis]) / kBins;
            if (!(width > 0)) continue;
            Stats bins[kBins + 1] = {};
            for (std::uint32_t i = begin; i < end; ++i)
                bins[bin(order_[i], axis, low[axis], width)].add(stats(order_[i]));
            Stats left;
            for (int b = 0; b + 1 <= kBins; ++b) {
                left.add(bins[b]);
                Stats right = box.stats;
                right.add(left, -1);
                if (left.weight <= 0 || right.weight <= 0) continue;
                const double gain = left.saved() + right.saved() - whole;
                if (gain > box.gain) {
                    box.gain = gain;
                    box.axis = axis;
                    box.at = low[axis] + float(b + 1) * width;
                }
            }
        }
        return box;
    }

    // Cut `box` in two: it keeps the left part, the right one is returned.
    Box cut(Box& box) {
        const float* x = cloud_.coordinates[box.axis];
        const float at = box.at;
        const auto middle = std::stable_partition(order_.begin() + box.begin,
                                                  order_.begin() + box.end,
                                                  [&](std::uint32_t i) { return x[i] < at; });
        const auto position = std::uint32_t(middle - order_.begin());
        const Box right = make(position, box.end);
        box = make(box.begin, position);
        return right;
    }

  private:
    Stats stats(std::uint32_t i) const {
        Stats point;
        point.weight = double(cloud_.weights[i]);
        for (int d = 0; d < cloud_.dims; ++d)
            point.sum[d] = point.weight * double(cloud_.coordinates[d][i]);
        return point;
    }

    // The bin of a point: as many of the bounds as lie at or below it, compared just as cut() does.
    int bin(std::uint32_t i, int axis, float low, float width) const {
        const float x = cloud_.coordinates[axis][i];
        int b = int((x - low) / width);
        while (b > 0 && x < low + float(b) * width) --b;
        while (b < kBins && x >= low + float(b + 1) * width) ++b;
        return b;
    }

    const CloudView& cloud_;
    std::vector<std::uint32_t> order_;
};

}  // namespace

std::size_t wu_centers(const Cloud& cloud, std::size_t k, float* centers) {
    const CloudView& view = cloud.view();
    Cutter cutter(view);
    std::vector<Box> boxes{cutter.make(0, std::uint32_t(view.n_points))};
    while (boxes.size() < k) {
        const auto worst = std::max_element(boxes.begin(), boxes.end(),
                                            [](const Box& a, const Box& b) { return a.gain < b.gain; });
        if (worst->gain < 0) break;
        const Box right = cutter.cut(*worst);
        boxes.push_back(right);
    }
    const std::size_t dims = cloud.dims();
    for (std::size_t c = 0; c < boxes.size(); ++c)
        for (std::size_t d = 0; d < dims; ++d)
            centers[c * dims + d] =
                float(boxes[c].stats.sum[d] / std::max(boxes[c].stats.weight, 1.0));
    return boxes.size();
}

}  // namespace core
