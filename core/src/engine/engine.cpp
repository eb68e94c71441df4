#include "engine/engine.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "engine/cloud_view.hpp"

namespace core::engine {

namespace {

// Weights that are not whole numbers are multiplied so that they add up to this, and rounded: a
// color of one pixel in a million still weighs some hundred.
constexpr double kWholeWeights = double(1 << 28);

// An engine that holds more than this is not kept: 64 MB suffice for pictures up to about 4
// megapixels, for which fresh pages would be a third of the time.
constexpr std::size_t kKeptBytes = std::size_t{64} << 20;

// At most one is kept. No lock, so that a fork in another thread cannot leave it held.
std::atomic<Engine*> spare{nullptr};

}  // namespace

std::unique_ptr<Engine> Engine::borrow() {
    if (Engine* kept = spare.exchange(nullptr)) return std::unique_ptr<Engine>(kept);
    return std::unique_ptr<Engine>(new Engine);
}

void Engine::give_back(std::unique_ptr<Engine> engine) {
    if (!engine || engine->n_bytes() > kKeptBytes) return;
    Engine* none = nullptr;
    if (spare.compare_exchange_strong(none, engine.get())) engine.release();
}

void Engine::forget() {
    delete spare.exchange(nullptr);
#ifdef __GLIBC__
    // It keeps what threads have freed, a few times what is in use, and asks the system for large
    // blocks only until one of their size was freed once.
    mallopt(M_MMAP_THRESHOLD, 1 << 19);
    malloc_trim(0);
#endif
}

bool Engine::has_clear() const { return pixels.channels() == 4 && pixels.keys()[0] == 0; }

void Engine::place(const Colorimetry* seen, bool without_clear, std::size_t n_threads) {
    const std::size_t n = pixels.keys().size;
    const Span<const double> given = pixels.weights();
    Span<const std::uint32_t> whole = pixels.counts();
    weight_scale_ = 1;
    if (given.size) {
        double total = 0;
        bool are_whole = true;
        for (double w : given) {
            total += w;
            are_whole = are_whole && w == std::floor(w);
        }
        if (!are_whole || total >= 2147483648.0) weight_scale_ = kWholeWeights / total;
        std::uint32_t* rounded = weights_.reserve(n);
        for (std::size_t i = 0; i < n; ++i) {
            const double w = std::floor(given[i] * weight_scale_ + 0.5);
            rounded[i] = given[i] > 0 ? std::max(std::uint32_t{1}, std::uint32_t(w)) : 0;
        }
        whole = {rounded, n};
    }
    if (without_clear && has_clear()) {
        if (!given.size) whole.data = std::copy(whole.begin(), whole.end(), weights_.reserve(n)) - n;
        weights_.data()[0] = 0;
    }
    is_seen_ = seen != nullptr;
    if (seen) seen_ = *seen;
    cloud.place(pixels.keys(), whole, pixels.n_soft(), pixels.channels(), seen, n_threads);
}

void Engine::map(Span<const std::uint8_t> palette, Span<std::uint8_t> indices,
                 std::size_t n_threads) {
    const std::size_t channels = pixels.channels();
    const std::size_t n = palette.size / channels;
    std::uint8_t seen[kMaxCenters * kMaxDims];
    std::uint8_t entries[kMaxCenters];
    std::size_t k = 0;
    std::size_t clear = n;
    for (std::size_t entry = 0; entry < n; ++entry) {
        const std::uint8_t* color = palette.data + entry * channels;
        if (channels == 4 && color[3] == 0) {
            if (clear == n) clear = entry;
            continue;
        }
        std::copy_n(color, channels, seen + k * channels);
        entries[k++] = std::uint8_t(entry);
    }
    std::uint8_t* labels = labels_.reserve(cloud.size());
    if (k == 0) {
        std::fill_n(labels, cloud.size(), std::uint8_t(clear));
    } else {
        float centers[kMaxCenters * kMaxDims];
        embed({seen, k * channels}, channels, is_seen_ ? &seen_ : nullptr, {centers, k * channels});
        cloud.pass(centers, k, nullptr, labels, n_threads);
        if (clear != n) {
            for (std::size_t i = 0; i < cloud.size(); ++i) labels[i] = entries[labels[i]];
            if (has_clear()) labels[0] = std::uint8_t(clear);
        }
    }
    pixels.paint({labels, cloud.size()}, indices, n_threads);
}

std::size_t Engine::n_bytes() const {
    return pixels.n_bytes() + cloud.n_bytes() + cluster.n_bytes() + weights_.n_bytes() +
           labels_.n_bytes();
}

}  // namespace core::engine
