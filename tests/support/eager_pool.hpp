// A thread pool that shares even the shortest job: a thread that takes part waits a while for another before
// it begins. What a job computes must be the same however its rows come to threads; this pool has them come
// mixed.
#pragma once

#include <atomic>
#include <chrono>

#include "engine/system/thread_pool.hpp"

namespace featherface::test {

class EagerPool final : public engine::ThreadPool {
  public:
    using ThreadPool::ThreadPool;

  protected:
    void dispatch(int count, const engine::Split& split, Function function, const void* context) override {
        if (split.threads == 1 || threads() == 1)
            return ThreadPool::dispatch(count, split, function, context);
        struct Job {
            Function function;
            const void* context;
            std::atomic<int> inside{0};
        } job{function, context};
        ThreadPool::dispatch(
            count, split,
            [](const void* data, int thread, Pieces& pieces) {
                Job& eager = *static_cast<Job*>(const_cast<void*>(data));
                ++eager.inside;
                // About as long as it takes to wake a thread, if there is a core for it.
                const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(100);
                while (eager.inside < 2 && std::chrono::steady_clock::now() < end) continue;
                eager.function(eager.context, thread, pieces);
            },
            &job);
    }
};

}  // namespace featherface::test
