// Jobs done by several threads at once, what comes of them handed out in the order of the jobs.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace featherface::tools {

// One job's turn on a thread.
struct Turn {
    std::size_t job = 0;
    int worker = 0;   // the thread's number
    int threads = 1;  // it may use: one, but where fewer jobs than threads are left, its part of them
};

// Does jobs 0 to count - 1 on `workers` >= 1 threads, the calling one among them:
//   bool begin(std::size_t job)           before a job is begun, one call at a time; false: no more jobs
//   Result work(const Turn&)              the job itself, at the same time as others
//   bool deliver(std::size_t job, Result) in order of the jobs, one call at a time, none during begin();
//                                         false: no more jobs
// No job is begun more than `ahead` jobs before the first that is not delivered, so that one that takes long
// does not let results pile up. Jobs under way when there are to be no more are finished, and delivered
// unless deliver() said no. What a call throws ends all and is thrown again here.
template <class Result, class Begin, class Work, class Deliver>
void run_in_order(std::size_t count, int workers, std::size_t ahead, const Begin& begin, const Work& work,
                  const Deliver& deliver) {
    std::mutex mutex;
    std::condition_variable moved;
    std::map<std::size_t, Result> finished;
    std::size_t next = 0, delivered = 0;
    bool no_more = false, refused = false;
    std::exception_ptr thrown;

    const auto take_turns = [&](std::unique_lock<std::mutex>& lock, int worker) {
        while (true) {
            moved.wait(lock, [&] { return no_more || next == count || next < delivered + ahead; });
            if (no_more || next == count) return;
            if (!begin(next)) {
                no_more = true;
                moved.notify_all();
                return;
            }
            const std::size_t left = count - next;
            const int part = left < static_cast<std::size_t>(workers) ? workers / static_cast<int>(left) : 1;
            const Turn turn{next++, worker, part};
            lock.unlock();
            Result result = work(turn);
            lock.lock();
            finished.emplace(turn.job, std::move(result));
            while (!refused && !finished.empty() && finished.begin()->first == delivered) {
                refused = !deliver(delivered, std::move(finished.begin()->second));
                finished.erase(finished.begin());
                ++delivered;
            }
            no_more = no_more || refused;
            moved.notify_all();
        }
    };
    const auto run_worker = [&](int worker) {
        std::unique_lock lock(mutex);
        try {
            take_turns(lock, worker);
        } catch (...) {
            if (!lock.owns_lock()) lock.lock();
            if (!thrown) thrown = std::current_exception();
            no_more = refused = true;
            moved.notify_all();
        }
    };
    std::vector<std::thread> threads;
    try {
        const auto useful = std::min(static_cast<std::size_t>(workers), count);
        for (std::size_t worker = 1; worker < useful; ++worker)
            threads.emplace_back(run_worker, static_cast<int>(worker));
    } catch (const std::exception&) {
        // A limit on threads or memory: those that run do it all.
    }
    run_worker(0);
    for (std::thread& thread : threads) thread.join();
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace featherface::tools
