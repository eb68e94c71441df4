// The engine on made-up pictures: counts against a map, painting, and mapping against a plain loop;
// every instruction set and any number of threads find the same.
#include <cstdint>
#include <map>
#include <vector>

#include "check.hpp"
#include "base/dispatch.hpp"
#include "engine/engine.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;

// Clouds of color with grain; of those with alpha a third is opaque, a third clear.
Bytes picture(std::size_t n, std::size_t channels, std::uint32_t grain) {
    std::uint32_t state = std::uint32_t(n + channels);
    const auto chance = [&] { return (state = state * 1664525u + 1013904223u) >> 16; };
    Bytes pixels(n * channels);
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint32_t cloud = chance() % 23;
        for (std::size_t c = 0; c < channels; ++c)
            pixels[i * channels + c] = std::uint8_t(cloud * (37 + 11 * c) + chance() % grain);
        if (channels == 4 && cloud % 3 == 0) pixels[i * 4 + 3] = 255;
        if (channels == 4 && cloud % 3 == 1) pixels[i * 4 + 3] = 0;
    }
    return pixels;
}

std::uint32_t number(const Bytes& pixels, std::size_t i, std::size_t channels) {
    const std::uint8_t* p = &pixels[i * channels];
    if (channels == 4 && p[3] == 0) return 0;
    return std::uint32_t(p[0]) << 16 | std::uint32_t(p[1]) << 8 | p[2] |
           (channels == 4 ? std::uint32_t(p[3]) << 24 : 0);
}

void check_counts(const core::engine::Deduplicated& sorted, const Bytes& pixels, std::size_t channels,
                  const std::vector<double>& weights) {
    std::map<std::uint32_t, double> expected;
    for (std::size_t i = 0; i < weights.size(); ++i)
        expected[number(pixels, i, channels)] += weights[i];
    const std::size_t n = sorted.keys().size;
    CHECK(n == expected.size());
    std::vector<std::uint32_t> numbers(n);
    std::vector<double> totals(n);
    sorted.histogram({numbers.data(), n}, {totals.data(), n});
    std::size_t i = 0;
    for (const auto& [color, total] : expected) {
        CHECK(numbers[i] == color);
        CHECK(totals[i] == total);
        ++i;
    }
    // Ascending, those that are not opaque apart from the others.
    const std::size_t n_soft = sorted.n_soft();
    std::size_t n_opaque = 0;
    for (const auto& [color, total] : expected) n_opaque += channels == 4 && color >> 24 == 255;
    CHECK(n_soft == (channels == 4 ? n - n_opaque : 0));
    for (std::size_t c = 1; c < n; ++c)
        CHECK(c == n_soft || sorted.keys()[c - 1] < sorted.keys()[c]);
}

// Palette, indices and passes of one run, checked on the way.
Bytes quantized(const Bytes& pixels, std::size_t channels, std::size_t k, bool is_oklab,
                const core::engine::Schedule& schedule, std::size_t n_threads) {
    const std::size_t n = pixels.size() / channels;
    std::unique_ptr<core::engine::Engine> engine = core::engine::Engine::borrow();
    std::vector<double> weights(n);
    for (std::size_t i = 0; i < n; ++i) weights[i] = double(i % 7) / 4 + 0.25;
    engine->pixels.sort({pixels.data(), pixels.size()}, channels, {weights.data(), n}, n_threads);
    check_counts(engine->pixels, pixels, channels, weights);
    engine->pixels.sort({pixels.data(), pixels.size()}, channels, {nullptr, 0}, n_threads);
    check_counts(engine->pixels, pixels, channels, std::vector<double>(n, 1.0));

    const core::engine::Colorimetry* seen = is_oklab ? &core::engine::srgb_colorimetry() : nullptr;
    engine->place(seen, engine->has_clear(), n_threads);
    std::vector<float> centers(k * channels);
    const core::engine::FitResult fit =
        engine->cluster.fit(engine->cloud, k, {nullptr, 0}, {centers.data(), centers.size()},
                            schedule, true, n_threads);
    CHECK(fit.k >= 1 && fit.k <= k);
    CHECK(fit.history.size() == std::size_t(fit.n_passes));

    // A palette of pixels of the picture, mapped exactly.
    Bytes palette;
    for (std::size_t c = 0; c < k; ++c)
        for (std::size_t d = 0; d < channels; ++d)
            palette.push_back(pixels[(c * 131 % n) * channels + d]);
    if (channels == 4)
        for (std::size_t c = 0; c < k; ++c) palette[4 * c + 3] |= 1;  // nothing clear
    Bytes indices(n);
    engine->map({palette.data(), palette.size()}, {indices.data(), n}, n_threads);
    std::vector<float> entries(k * channels);
    std::vector<float> points(n * channels);
    core::engine::embed({palette.data(), palette.size()}, channels, seen, {entries.data(), entries.size()});
    core::engine::embed({pixels.data(), pixels.size()}, channels, seen, {points.data(), points.size()});
    for (std::size_t i = 0; i < n; ++i) {
        float least = 3e38f;
        std::size_t nearest = 0;
        for (std::size_t c = 0; c < k; ++c) {
            float distance = 0;
            for (std::size_t d = 0; d < channels; ++d) {
                const float x = points[i * channels + d] - entries[c * channels + d];
                distance += x * x;
            }
            if (distance < least) {
                least = distance;
                nearest = c;
            }
        }
        CHECK(indices[i] == nearest);
    }
    Bytes all = indices;
    for (const float at : centers) all.push_back(std::uint8_t(std::uint32_t(at * 8 + 8192)));
    all.push_back(std::uint8_t(fit.n_passes));
    core::engine::Engine::give_back(std::move(engine));
    return all;
}

void check_pictures(std::size_t n, std::size_t channels, std::uint32_t grain, std::size_t k,
                    bool is_oklab) {
    const Bytes pixels = picture(n, channels, grain);
    const core::engine::Schedule schedule{2, 5, 3, 1 << 30, 2, 3, 4, 0.0};
    Bytes first;
    for (const char* const* name = core::instruction_sets(); *name; ++name) {
        CHECK(core::set_instruction_set(*name));
        for (const std::size_t n_threads : {std::size_t{1}, std::size_t{3}}) {
            const Bytes found = quantized(pixels, channels, k, is_oklab, schedule, n_threads);
            if (first.empty()) first = found;
            CHECK(found == first);
        }
    }
}

}  // namespace

int main() {
    for (const std::size_t channels : {std::size_t{3}, std::size_t{4}})
        for (const bool is_oklab : {false, true}) {
            check_pictures(17 * 31, channels, 40, 5, is_oklab);
            check_pictures(20'011, channels, 60, 33, is_oklab);
            check_pictures(7'001, channels, 200, 249, is_oklab);
        }
    check_pictures(1009, 3, 1, 3, false);  // hardly any colors
    return failures != 0;
}
