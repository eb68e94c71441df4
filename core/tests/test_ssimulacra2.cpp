// ssimulacra2: identical pictures, a case worked by hand, and the same sums for every instruction
// set, number of threads, form of the picture, and with or without a cache.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "check.hpp"
#include "base/dispatch.hpp"
#include "score/ssimulacra2.hpp"

namespace {

constexpr std::size_t kColors = 249;

std::uint8_t byte(std::size_t i) { return std::uint8_t((i * 7919 + i * i * 31 + (i >> 4)) % 256); }

struct Case {
    std::size_t height, width, n_scales;
    std::vector<std::uint8_t> needs, reference, indices, palette, pixels;

    Case(std::size_t h, std::size_t w, std::size_t scales, std::size_t channels)
        : height(h), width(w), n_scales(scales), needs(scales * 3, 3) {
        needs[1] = core::score::kNeedsDifference;
        if (scales > 1) needs[4] = core::score::kNeedsEdges;
        if (scales > 2) needs[7] = 0;
        for (std::size_t i = 0; i < h * w * channels; ++i) reference.push_back(byte(i / 5));
        for (std::size_t i = 0; i < kColors * channels; ++i) palette.push_back(byte(i * 13 + 1));
        for (std::size_t i = 0; i < h * w; ++i) {
            indices.push_back(std::uint8_t(byte(i / 3) % kColors));
            for (std::size_t c = 0; c < channels; ++c)
                pixels.push_back(palette[indices[i] * channels + c]);
        }
    }
    core::score::Scoring scoring() const { return {height, width, n_scales, needs.data()}; }
};

core::score::Picture direct(const std::vector<std::uint8_t>& pixels, std::size_t channels) {
    return {pixels.data(), channels, nullptr, 0, 0, 26};
}

void check_sameness(std::size_t height, std::size_t width, std::size_t n_scales,
                    std::size_t channels) {
    const Case made(height, width, n_scales, channels);
    const core::score::Scoring scoring = made.scoring();
    const core::score::Picture reference = direct(made.reference, channels);
    const core::score::Picture test = direct(made.pixels, channels);
    const core::score::Picture indexed = {made.indices.data(), 1, made.palette.data(), kColors, channels, 26};
    std::vector<double> expected(n_scales * 3 * core::score::kMapSums, -1.0), sums(expected);
    core::set_instruction_set("baseline");
    core::score::ssimulacra2_sums(scoring, reference, test, expected.data(), 1);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(std::isfinite(expected[i]));
        const std::uint8_t needs = made.needs[i / core::score::kMapSums];
        const bool wanted = needs & (i % core::score::kMapSums < 2 ? core::score::kNeedsDifference : core::score::kNeedsEdges);
        CHECK(wanted ? expected[i] > 0.0 : expected[i] == 0.0);
    }
    const auto check_same = [&] {
        CHECK(std::memcmp(sums.data(), expected.data(), sums.size() * sizeof(double)) == 0);
        sums.assign(sums.size(), -1.0);
    };
    for (const char* const* name = core::instruction_sets(); *name; ++name) {
        core::set_instruction_set(*name);
        for (std::size_t threads : {1, 2, 7}) {
            std::vector<float> cache(core::score::ssimulacra2_cache_size(scoring));
            core::score::ssimulacra2_prepare(scoring, reference, cache.data(), threads);
            core::score::ssimulacra2_sums(scoring, cache.data(), test, sums.data(), threads);
            check_same();
            core::score::ssimulacra2_sums(scoring, cache.data(), indexed, sums.data(), threads);
            check_same();
            core::score::ssimulacra2_sums(scoring, reference, indexed, sums.data(), threads);
            check_same();
        }
    }
}

// A flat picture made brighter: away from the left and right borders (where zeros are blurred in)
// nothing but the mean differs, and the structural difference is its square.
void check_by_hand() {
    const std::size_t height = 9, width = 43;
    const std::vector<std::uint8_t> dark(height * width * 3, 0), bright(height * width * 3, 255);
    const std::uint8_t needs[3] = {0, core::score::kNeedsDifference | core::score::kNeedsEdges, 0};
    const core::score::Scoring scoring = {height, width, 1, needs};
    std::vector<double> none(3 * core::score::kMapSums), sums(none);
    core::score::ssimulacra2_sums(scoring, direct(dark, 3), direct(dark, 3), none.data(), 1);
    for (double sum : none) CHECK(sum == 0.0);
    core::score::ssimulacra2_sums(scoring, direct(dark, 3), direct(bright, 3), sums.data(), 1);
    const double change = std::cbrt(1.0037930732552754) - std::cbrt(0.0037930732552754493);
    const double inside = change * change * double(height * (width - 10));
    CHECK(sums[6] > inside && sums[6] < inside + 1.01 * double(height * 10));
    // White has an edge where it meets the zeros, black hardly has one: artifacts, nothing lost.
    CHECK(sums[8] > 0.1 * double(height) && sums[8] < change * double(height * 10));
    CHECK(sums[10] == 0.0);
}

}  // namespace

int main() {
    check_by_hand();
    for (std::size_t channels : {3, 4}) {
        check_sameness(8, 8, 1, channels);
        check_sameness(17, 31, 2, channels);
        check_sameness(33, 49, 3, channels);
        check_sameness(241, 65, 4, channels);
    }
    return failures != 0;
}
