// A small pool that splits a range of rows over threads, always the same way. Idle workers spin for a few
// microseconds (the next layer usually follows at once), then sleep. A process that forks has none of them in
// the child: there the calling thread does their shares, so that the results are the same.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "kernels/kernel_table.hpp"

namespace featherface::engine {

// Beyond this, a number of threads is taken for a mistake.
constexpr int kMaxThreads = 1024;

class ThreadPool {
  public:
    // `threads` >= 1; the calling thread is one of them. Where the system does not let so many start, the
    // pool has as many as it did: threads() tells. Throws std::bad_alloc.
    explicit ThreadPool(int threads);
    virtual ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    // The rows of [0, count) that thread `thread` of `threads` works on.
    static kernels::Rows share(int count, int thread, int threads);

    int threads() const { return static_cast<int>(workers_.size()) + 1; }

    // Calls body(thread, rows) on every thread whose share of [0, count) is not empty, and returns when all
    // are done. Shares are contiguous and differ by at most one row. It may not be called from inside a body.
    template <class Body>
    void run(int count, const Body& body) {
        dispatch(
            count,
            [](const void* context, int thread, kernels::Rows rows) {
                (*static_cast<const Body*>(context))(thread, rows);
            },
            &body);
    }

  protected:
    using Function = void (*)(const void* context, int thread, kernels::Rows rows);
    // What run() comes to. A pool that watches its threads wraps it.
    virtual void dispatch(int count, Function function, const void* context);

  private:
    void work(int thread);
    bool has_workers() const;

    std::vector<std::thread> workers_;
    std::uint32_t forks_ = 0;  // of this process when the workers were started
    // The job at hand; written before `generation_` is raised, read after it is seen raised.
    Function function_ = nullptr;
    const void* context_ = nullptr;
    int count_ = 0;
    int active_ = 0;  // threads taking part in the job
    std::atomic<std::uint32_t> generation_{0};
    std::atomic<int> unfinished_{0};
    std::atomic<bool> stop_{false};
};

}  // namespace featherface::engine
