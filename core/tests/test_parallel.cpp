// for_each_chunk: every chunk once, and what one throws reaches the caller.
#include <atomic>
#include <new>
#include <vector>

#include "check.hpp"
#include "base/parallel.hpp"

namespace {

void check_every_chunk_once(std::size_t n_threads) {
    std::vector<std::atomic<int>> times(100);
    core::for_each_chunk(times.size(), n_threads, [&](std::size_t i) { ++times[i]; });
    for (const std::atomic<int>& each : times) CHECK(each == 1);
}

void check_failures_are_passed_on(std::size_t n_threads) {
    bool caught = false;
    try {
        core::for_each_chunk(100, n_threads, [](std::size_t i) {
            if (i % 10 == 3) throw std::bad_alloc();
        });
    } catch (const std::bad_alloc&) {
        caught = true;
    }
    CHECK(caught);
}

}  // namespace

int main() {
    for (const std::size_t n_threads : {1, 2, 7, 200}) {
        check_every_chunk_once(n_threads);
        check_failures_are_passed_on(n_threads);
    }
    return failures != 0;
}
