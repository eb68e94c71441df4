// Work split into fixed chunks. The chunk bounds depend on the size alone, never on the number
// of threads, so results reduced in chunk order are the same for any number of threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <new>
#include <thread>
#include <vector>

namespace core {

constexpr std::size_t kMostThreads = 1024;  // each costs a stack and, in the engine, scratch memory

// Number of threads to use when the caller asks for `requested` (0: one per processor).
inline std::size_t thread_count(std::size_t requested) {
    if (requested > 0) return requested < kMostThreads ? requested : kMostThreads;
    static const unsigned found = std::thread::hardware_concurrency();  // asks the system
    return found > 0 ? found : 1;
}

// Whether there is memory for this many more threads: the usual stack of 8 MB, and what the C library
// allocates per thread (it ends the process when it cannot).
inline bool has_room_for_threads(std::size_t n_threads) {
    constexpr std::size_t kThreadRoom = std::size_t{10} << 20;
    if (n_threads > kMostThreads) return false;
    void* const room = ::operator new(n_threads * kThreadRoom, std::nothrow);
    if (!room) return false;
    *static_cast<volatile char*>(room) = 0;  // so that no compiler removes both calls
    ::operator delete(room);
    return true;
}

// A thread allocates what it needs for throwing on first use, and the C library ends the process when
// that fails: so do it early in every thread, while there is memory. The function is declared pure: a
// call whose result is not kept would be removed.
inline void prepare_to_throw() {
    [[maybe_unused]] const volatile int kept = std::uncaught_exceptions();
}

// Rows of a strip, so that a plane has as few strips as keep the threads busy, and none is so small
// that starting a thread takes longer than its work: of 34 x 34 pixels, two threads took 1.7 times one.
inline std::size_t rows_of_strip(std::size_t height, std::size_t width, std::size_t least,
                                 std::size_t n_threads) {
    constexpr std::size_t kLeastPixels = std::size_t{1} << 13;
    const std::size_t shared = height / thread_count(n_threads) + 1;
    const std::size_t worth = kLeastPixels / (width > 0 ? width : 1) + 1;
    const std::size_t rows = shared > worth ? shared : worth;
    return rows > least ? rows : least;
}

// Call work(chunk) once for every chunk in [0, n_chunks), in any order, on up to n_threads threads.
// Threads are started per call and joined before it returns, so a fork between calls is safe. If work
// throws, for example when memory is short, the call ends with the first exception, and some chunks
// may not be done. If the system has no more threads, the existing ones do the work.
template <class Work>
void for_each_chunk(std::size_t n_chunks, std::size_t n_threads, const Work& work) {
    n_threads = thread_count(n_threads);
    if (n_threads > n_chunks) n_threads = n_chunks;
    while (n_threads > 1 && !has_room_for_threads(n_threads - 1)) n_threads /= 2;
    if (n_threads <= 1) {
        for (std::size_t chunk = 0; chunk < n_chunks; ++chunk) work(chunk);
        return;
    }
    std::atomic<std::size_t> next{0};
    std::atomic_flag failed = ATOMIC_FLAG_INIT;
    std::exception_ptr failure;
    const auto run = [&] {
        prepare_to_throw();
        try {
            for (std::size_t chunk = next++; chunk < n_chunks; chunk = next++) work(chunk);
        } catch (...) {
            next = n_chunks;
            if (!failed.test_and_set()) failure = std::current_exception();
        }
    };
    std::vector<std::thread> threads;
    threads.reserve(n_threads - 1);
    try {
        for (std::size_t i = 1; i < n_threads; ++i) threads.emplace_back(run);
    } catch (...) {  // no more threads, or no memory for one; running ones must be joined
    }
    run();
    for (std::thread& thread : threads) thread.join();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace core
