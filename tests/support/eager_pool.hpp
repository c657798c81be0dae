// A thread pool whose threads all take part in each job, however short it is: the first waits for the others
// a while. What a job computes must be the same however the rows come to its threads; this pool has them come
// mixed.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "engine/system/thread_pool.hpp"

namespace featherface::test {

class EagerPool final : public engine::ThreadPool {
  public:
    using ThreadPool::ThreadPool;

  protected:
    void dispatch(int count, const engine::Split& split, Function function, const void* context) override {
        struct Job {
            Function function;
            const void* context;
            int threads;
            std::atomic<int> inside{0};
        } job{function, context, std::min({split.threads, threads(), limit()})};
        ThreadPool::dispatch(
            count, split,
            [](const void* data, int thread, Pieces& pieces) {
                Job& eager = *static_cast<Job*>(const_cast<void*>(data));
                ++eager.inside;
                const auto start = std::chrono::steady_clock::now();
                while (eager.inside < eager.threads &&
                       std::chrono::steady_clock::now() - start < std::chrono::milliseconds(1)) {
                    std::this_thread::yield();
                }
                eager.function(eager.context, thread, pieces);
            },
            &job);
    }
};

}  // namespace featherface::test
