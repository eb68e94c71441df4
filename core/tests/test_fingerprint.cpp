// One number for what the core makes of a drawn picture: points, indices by rate, scores. It is the
// same for every instruction set, compiler and processor; scripts/wheels compares those it builds for.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "check.hpp"
#include "base/dispatch.hpp"
#include "engine/assign.hpp"
#include "engine/cloud.hpp"
#include "rate/masking.hpp"
#include "rate/rate.hpp"
#include "score/ssimulacra2.hpp"

namespace {

constexpr std::size_t kHeight = 48, kWidth = 64, kPixels = kHeight * kWidth, kColors = 32;

template <class T>
void mix(std::uint64_t& hash, const std::vector<T>& values) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(values.data());
    for (std::size_t i = 0; i < values.size() * sizeof(T); ++i)
        hash = (hash ^ bytes[i]) * 1099511628211u;  // FNV-1a
}

// Two slopes, a disc and grain.
std::vector<std::uint8_t> drawn() {
    std::uint32_t state = 1;
    std::vector<std::uint8_t> pixels;
    for (int y = 0; y < int(kHeight); ++y)
        for (int x = 0; x < int(kWidth); ++x)
            for (int c = 0; c < 3; ++c) {
                state = state * 1664525u + 1013904223u;
                const bool inside = (x - 30) * (x - 30) + (y - 20) * (y - 20) < 150;
                pixels.push_back(std::uint8_t((inside ? 200 - 40 * c : 3 * x + 2 * y * c) +
                                              int(state >> 28)));
            }
    return pixels;
}

std::uint64_t fingerprint() {
    std::uint64_t hash = 14695981039346656037u;
    const std::vector<std::uint8_t> pixels = drawn();
    const core::engine::Colorimetry seen = core::engine::srgb_colorimetry();
    std::vector<float> points(kPixels * 3), palette, weights(kPixels), smooth(kPixels, 0.5f);
    core::engine::embed({pixels.data(), pixels.size()}, 3, &seen, {points.data(), points.size()});
    mix(hash, points);

    std::vector<std::uint8_t> colors;
    for (std::size_t i = 0; i < kColors; ++i) {
        const std::size_t at = i * (kPixels / kColors) * 3;
        palette.insert(palette.end(), &points[at], &points[at] + 3);
        colors.insert(colors.end(), &pixels[at], &pixels[at] + 3);
    }
    std::vector<std::uint8_t> nearest(kPixels), indices(kPixels);
    core::engine::assign(core::Span<const float>{points.data(), points.size()},
                 core::Span<const float>{palette.data(), palette.size()}, 3,
                 {nearest.data(), kPixels}, core::Span<float>{nullptr, 0}, 1);
    mix(hash, nearest);

    std::vector<double> counts(kColors);
    for (const std::uint8_t index : nearest) counts[index] += 1;
    for (std::size_t i = 0; i < kPixels; ++i) weights[i] = 1.0f + float(i % 7) / 8.0f;
    const core::rate::RateOptions options{core::rate::Container::kPng, 2.0f, 1.0f / 625, 0.5f, {0.28f, 0.72f},
                                    {0.5f, 0.15f}, 0.1f, 0.5f, true, {4, 2, 2, 2, 0}};
    std::vector<double> bits(1);
    bits[0] = core::rate::map_rate_apart(2, 1, kWidth, 3, {palette.data(), palette.size()},
                                   {counts.data(), kColors}, options,
                                   {points.data(), points.size()}, {weights.data(), kPixels},
                                   {smooth.data(), kPixels}, {nearest.data(), kPixels},
                                   {indices.data(), kPixels});
    mix(hash, indices);
    mix(hash, bits);

    const std::vector<std::uint8_t> needs(9, 3);
    std::vector<double> sums(3 * 3 * core::score::kMapSums);
    core::score::ssimulacra2_sums({kHeight, kWidth, 3, needs.data()},
                           {pixels.data(), 3, nullptr, 0, 0, 26},
                           {indices.data(), 1, colors.data(), kColors, 3, 26}, sums.data(), 1);
    mix(hash, sums);
    return hash;
}

}  // namespace

int main() {
    core::set_instruction_set("baseline");
    const std::uint64_t expected = fingerprint();
    for (const char* const* set = core::instruction_sets(); *set; ++set) {
        core::set_instruction_set(*set);
        CHECK(fingerprint() == expected);
    }
    std::printf("fingerprint %016" PRIx64 "\n", expected);
    return failures != 0;
}
