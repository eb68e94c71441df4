// assign: a case worked by hand, ties, and every instruction set against a plain loop.
#include <cstdint>
#include <vector>

#include "check.hpp"
#include "engine/assign.hpp"
#include "base/dispatch.hpp"

namespace {

float coordinate(std::size_t i) { return float((i * 7919 + i * i * 104729) % 1021) / 4.0f; }

std::uint8_t nearest(const float* point, const std::vector<float>& centers, std::size_t dims) {
    std::uint8_t best = 0;
    float least = 3.0e38f;
    for (std::size_t c = 0; c < centers.size() / dims; ++c) {
        float distance = 0;
        for (std::size_t d = 0; d < dims; ++d) {
            const float difference = point[d] - centers[c * dims + d];
            distance = distance + difference * difference;
        }
        if (distance < least) {
            least = distance;
            best = std::uint8_t(c);
        }
    }
    return best;
}

void check_by_hand() {
    const std::vector<float> points = {0, 0, 0, 9, 9, 9, 5, 5, 5};
    const std::vector<float> centers = {10, 10, 10, 0, 0, 0, 0, 0, 0};
    std::vector<std::uint8_t> indices(3);
    std::vector<float> distances(3);
    core::engine::assign({points.data(), points.size()}, {centers.data(), centers.size()}, 3,
                 {indices.data(), indices.size()}, {distances.data(), distances.size()}, 1);
    CHECK(indices[0] == 1);  // ties go to the lowest index
    CHECK(indices[1] == 0);
    CHECK(indices[2] == 0);
    CHECK(distances[1] == 3.0f);
}

void check_against_a_plain_loop(std::size_t n, std::size_t k, std::size_t dims, std::size_t threads) {
    std::vector<float> points(n * dims), centers(k * dims);
    for (std::size_t i = 0; i < points.size(); ++i) points[i] = coordinate(i);
    for (std::size_t i = 0; i < centers.size(); ++i) centers[i] = coordinate(i * 31 + 5);
    std::vector<std::uint8_t> indices(n);
    core::engine::assign({points.data(), points.size()}, {centers.data(), centers.size()}, dims,
                 {indices.data(), indices.size()}, {nullptr, 0}, threads);
    for (std::size_t i = 0; i < n; ++i) CHECK(indices[i] == nearest(&points[i * dims], centers, dims));
}

}  // namespace

int main() {
    for (const char* const* name = core::instruction_sets(); *name; ++name) {
        CHECK(core::set_instruction_set(*name));
        check_by_hand();
        for (std::size_t dims = 1; dims <= 4; ++dims)
            for (std::size_t n : {std::size_t{1}, std::size_t{17}, std::size_t{32769}})
                check_against_a_plain_loop(n, n == 17 ? 256 : 7, dims, n == 32769 ? 2 : 1);
    }
    CHECK(!core::set_instruction_set("abacus"));
    return failures != 0;
}
