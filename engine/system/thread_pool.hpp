// A small pool that works through a range of rows on several threads. Each thread has a share of the range
// and takes it piece by piece from the front; one that is done takes over a part of what another has left,
// and what a thread that does not get to run has not begun, the others do. Which thread computes a row is
// chance: what is computed must not depend on it. A job ends when all rows are done, without waiting for
// workers that took no part.
//
// A thread that loses its core in the middle of a piece holds the others up until it gets the core back. When
// that happens, jobs run on one thread fewer for a while, twenty times as long as was lost: a busy neighbour
// costs 5% at most, not whatever it likes.
//
// Idle workers spin for a few microseconds (the next job usually follows at once), then sleep. A process that
// forks has none of them in the child: there the calling thread does all.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "kernels/kernel_table.hpp"

namespace featherface::engine {

// Beyond this, a number of threads is taken for a mistake.
constexpr int kMaxThreads = 1024;

// How a range of rows is worked through.
struct Split {
    int threads = 1;  // so many at most; >= 1
    int piece = 1;    // rows handed out at a time, the last piece may have fewer; >= 1
};

// The most rows of `count` that one of the threads is dealt.
int longest_share(int count, const Split& split);

// The same with lower pieces, of whole blocks of `block` rows and half as high at least, where the thread
// that is dealt most rows then has fewer of them. Seven pieces on two threads are 3 and 4.
Split evened(const Split& split, int count, int block);

class ThreadPool {
  public:
    // `threads` >= 1; the calling thread is one of them. Where the system does not let so many start, the
    // pool has as many as it did: threads() tells. Throws std::bad_alloc.
    explicit ThreadPool(int threads);
    virtual ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    int threads() const { return static_cast<int>(workers_.size()) + 1; }
    // All of them but the calling one.
    std::span<std::thread> workers() { return workers_; }

    // The rows that come to one thread in a job.
    class Pieces {
      public:
        // The next piece, which begins at a multiple of Split::piece; empty when nothing is left. More often
        // than not it begins where the one before ended.
        kernels::Rows next();
        int taken() const { return taken_; }  // pieces so far

      private:
        friend ThreadPool;
        Pieces(ThreadPool& pool, int thread) : pool_(pool), thread_(thread) {}
        ThreadPool& pool_;
        int thread_, taken_ = 0;
    };

    // Calls body(thread, pieces) on threads, up to `split.threads` at a time, which together take every row
    // of [0, count) once, and returns when all rows are done. `thread` is from 0 to threads() - 1, another
    // one in each call. Each call is to take pieces until there are none. It may not be called from
    // inside a body.
    template <class Body>
    void run(int count, const Split& split, const Body& body) {
        dispatch(
            count, split,
            [](const void* context, int thread, Pieces& pieces) {
                (*static_cast<const Body*>(context))(thread, pieces);
            },
            &body);
    }

    // How many threads jobs run on at present: threads(), or fewer where others need the cores.
    int limit() const { return limit_; }

  protected:
    using Function = void (*)(const void* context, int thread, Pieces& pieces);
    // What run() comes to. A pool that watches its threads wraps it.
    virtual void dispatch(int count, const Split& split, Function function, const void* context);

  private:
    // What is left of a thread's share: pieces [begin, end), in one word.
    struct alignas(64) Share {
        std::atomic<std::uint64_t> left{0};
    };

    void work(int thread);
    bool has_workers() const;
    void deal(int count, const Split& split);
    void take_part(int thread);
    bool take_over(int thread);
    int threads_now();
    void learn(int took_part, std::int64_t begin, std::int64_t own_end, int pieces);

    std::vector<std::thread> workers_;
    std::uint32_t forks_ = 0;  // of this process when the workers were started
    // The job at hand; written before state_ is opened, read after it is joined.
    Function function_ = nullptr;
    const void* context_ = nullptr;
    int count_ = 0;
    Split split_;
    std::unique_ptr<Share[]> shares_;  // of each thread
    // Which job, whether it can be joined, and how many workers have.
    std::atomic<std::uint32_t> state_{0};
    std::atomic<int> places_{0};              // workers that a job has room for
    std::atomic<std::uint32_t> finished_{0};  // jobs whose last worker left after the caller
    std::atomic<bool> stop_{false};
    // What a busy machine taught.
    int limit_;
    std::int64_t limited_until_ = 0, limited_for_ = 0;  // nanoseconds
};

}  // namespace featherface::engine
