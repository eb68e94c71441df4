#include "engine/wu.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/cloud_view.hpp"
#include "kernels/kernels.hpp"

namespace core::engine {

namespace {

struct Box {
    std::uint32_t begin;
    std::uint32_t end;
    Cut cut;
};

}  // namespace

std::size_t wu_centers(const Cloud& cloud, std::size_t k, float* centers) {
    const CloudView& view = cloud.view();
    const EngineKernels& engine = *kernels().engine;
    std::vector<WuPoint> points(view.n_points);
    for (std::size_t i = 0; i < view.n_points; ++i) {
        points[i].weight = float(view.weights[i]);
        for (int d = 0; d < view.dims; ++d) points[i].at[d] = view.coordinates[d][i];
    }
    std::vector<WuPoint> scratch(view.n_points);
    std::vector<Box> boxes;
    boxes.reserve(k);
    const auto add = [&](Box& box, std::uint32_t begin, std::uint32_t end) {
        box.begin = begin;
        box.end = end;
        engine.find_cut(points.data() + begin, end - begin, view.dims, box.cut);
    };
    boxes.emplace_back();
    add(boxes[0], 0, std::uint32_t(view.n_points));
    while (boxes.size() < k) {
        const auto widest = std::max_element(
            boxes.begin(), boxes.end(),
            [](const Box& a, const Box& b) { return a.cut.gain < b.cut.gain; });
        if (!(widest->cut.gain > 0)) break;
        Box& box = *widest;
        // Keep the order of the points: left ones move up, right ones wait aside.
        const std::uint32_t end = box.end;
        std::uint32_t left = box.begin;
        std::size_t n_right = 0;
        for (std::uint32_t i = box.begin; i < end; ++i) {
            if (wu_bin(points[i].at[box.cut.axis], box.cut.low, box.cut.step) <= box.cut.last_bin)
                points[left++] = points[i];
            else
                scratch[n_right++] = points[i];
        }
        std::copy_n(scratch.begin(), n_right, points.begin() + left);
        add(box, box.begin, left);
        boxes.emplace_back();
        add(boxes.back(), left, end);
    }
    for (std::size_t c = 0; c < boxes.size(); ++c)
        for (int d = 0; d < view.dims; ++d)
            centers[c * std::size_t(view.dims) + std::size_t(d)] =
                float(boxes[c].cut.sum[d] / std::max(boxes[c].cut.weight, 1.0));
    return boxes.size();
}

}  // namespace core::engine
