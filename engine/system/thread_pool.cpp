#include "engine/system/thread_pool.hpp"

#include <algorithm>
#include <exception>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace featherface::engine {

namespace {

constexpr int kSpins = 2000;  // some 20 to 80 microseconds, depending on how long the CPU's pause takes

void pause_briefly() {
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("isb" ::: "memory");  // what is called "yield" returns at once on most of them
#endif
}

// Waits until `value` differs from `old`: first spinning, then asleep.
template <class T>
void await_change(const std::atomic<T>& value, T old) {
    for (int spin = 0; spin < kSpins; ++spin) {
        if (value.load(std::memory_order_acquire) != old) return;
        pause_briefly();
    }
    value.wait(old, std::memory_order_acquire);
}

// How often this process came out of a fork: its threads are those started since the last one.
std::atomic<std::uint32_t> fork_count{0};

void count_forks() {
#if defined(__unix__) || defined(__APPLE__)
    [[maybe_unused]] static const int registered =
        pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1, std::memory_order_relaxed); });
#endif
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
    count_forks();
    forks_ = fork_count.load(std::memory_order_relaxed);
    workers_.reserve(static_cast<std::size_t>(threads));
    const auto start = [&] {
        for (int thread = 1; thread < threads; ++thread)
            workers_.emplace_back([this, thread] { work(thread); });
    };
#if defined(__cpp_exceptions)
    try {
        start();
    } catch (const std::exception&) {
        // There is a limit on threads or memory: results do not depend on how many there are.
    }
#else
    start();                           // such a limit ends the program
#endif
}

bool ThreadPool::has_workers() const {
    return forks_ == fork_count.load(std::memory_order_relaxed);
}

ThreadPool::~ThreadPool() {
    if (!has_workers()) {  // nothing to wait for
        for (std::thread& worker : workers_) worker.detach();
        return;
    }
    stop_.store(true, std::memory_order_relaxed);
    generation_.fetch_add(1, std::memory_order_release);
    generation_.notify_all();
    for (std::thread& worker : workers_) worker.join();
}

kernels::Rows ThreadPool::share(int count, int thread, int threads) {
    const int active = std::min(count, threads);
    if (thread >= active) return {};
    const auto bound = [&](int i) { return static_cast<int>(std::int64_t{count} * i / active); };
    return {bound(thread), bound(thread + 1)};
}

void ThreadPool::dispatch(int count, Function function, const void* context) {
    const int active = std::min(count, threads());
    if (active <= 1) {
        if (count > 0) function(context, 0, {0, count});
        return;
    }
    if (!has_workers()) {
        for (int thread = 0; thread < active; ++thread)
            function(context, thread, share(count, thread, active));
        return;
    }
    function_ = function;
    context_ = context;
    count_ = count;
    active_ = active;
    const int workers = static_cast<int>(workers_.size());
    unfinished_.store(workers, std::memory_order_relaxed);
    generation_.fetch_add(1, std::memory_order_release);
    generation_.notify_all();
    function(context, 0, share(count, 0, active));
    for (int left = unfinished_.load(std::memory_order_acquire); left != 0;
         left = unfinished_.load(std::memory_order_acquire)) {
        await_change(unfinished_, left);
    }
}

void ThreadPool::work(int thread) {
    std::uint32_t seen = 0;
    while (true) {
        await_change(generation_, seen);
        seen = generation_.load(std::memory_order_acquire);
        if (stop_.load(std::memory_order_relaxed)) return;
        if (thread < active_) function_(context_, thread, share(count_, thread, active_));
        if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) unfinished_.notify_one();
    }
}

}  // namespace featherface::engine
