// The thread pool: every row once, by the thread that it belongs to; exceptions and failures to start a
// thread.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <fstream>
#include <memory>
#include <mutex>
#include <thread>

#include "engine/system/thread_pool.hpp"
#include "support/sanitized.hpp"

namespace featherface::engine {
namespace {

TEST_CASE(
    "thread pool: every row is worked on exactly once, by contiguous shares that differ by at most one row") {
    for (int threads = 1; threads <= 8; ++threads) {
        ThreadPool pool(threads);
        CHECK(pool.threads() == threads);
        for (const int count : {0, 1, 2, 3, 7, 8, 9, 100, 1001}) {
            std::vector<int> touched(static_cast<std::size_t>(count), 0);
            std::vector<int> shares(static_cast<std::size_t>(threads), 0);
            pool.run(count, [&](int thread, kernels::Rows rows) {
                shares[static_cast<std::size_t>(thread)] = rows.end - rows.begin;
                for (int i = rows.begin; i < rows.end; ++i) ++touched[static_cast<std::size_t>(i)];
            });
            for (const int times : touched) REQUIRE(times == 1);
            if (count >= threads) {
                for (const int rows : shares) CHECK((rows == count / threads || rows == count / threads + 1));
            }
        }
    }
}

// What a forked child ends with: the number that `body` returns.
template <class Body>
int exit_code_of_child(const Body& body) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        alarm(20);  // one that hangs is killed
        _exit(body());
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("thread pool: after a fork the child's calling thread does all shares, and ends") {
    auto pool = std::make_unique<ThreadPool>(3);
    const auto rows_done = [&] {
        std::atomic<int> rows_of[3] = {};
        pool->run(100, [&](int thread, kernels::Rows rows) { rows_of[thread] += rows.end - rows.begin; });
        return rows_of[0] == 33 && rows_of[1] == 33 && rows_of[2] == 34;
    };
    CHECK(rows_done());
    const int code = exit_code_of_child([&] {
        const bool same = rows_done() && rows_done();
        pool.reset();
        ThreadPool own(2);  // the child may start threads of its own
        std::atomic<int> calls{0};
        own.run(2, [&](int, kernels::Rows) { ++calls; });
        return same && calls == 2 ? 7 : 8;
    });
    CHECK(code == 7);
    CHECK(rows_done());  // the parent's are where they were
}

TEST_CASE("thread pool: thousands of short jobs in a row all finish") {
    ThreadPool pool(4);
    std::atomic<int> total{0};
    for (int i = 0; i < 5000; ++i)
        pool.run(4, [&](int, kernels::Rows rows) { total += rows.end - rows.begin; });
    CHECK(total == 20000);
}

TEST_CASE("thread pool: a job after the workers fell asleep still runs on all of them") {
    ThreadPool pool(3);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::atomic<int> calls{0};
    pool.run(3, [&](int, kernels::Rows) { ++calls; });
    CHECK(calls == 3);
}

TEST_CASE("thread pool: idle workers use no processor time") {
    ThreadPool pool(4);
    pool.run(4, [](int, kernels::Rows) {});
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const std::clock_t before = std::clock();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    // Three workers spinning would use hundreds of milliseconds.
    CHECK(double(std::clock() - before) / CLOCKS_PER_SEC < 0.1);
}

// What a child process with room for a few more threads' stacks ends with.
template <class Action>
int exit_code_with_little_memory(const Action& action) {
    const pid_t child = ::fork();
    if (child == 0) {
        std::size_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        rlimit limit{};
        ::getrlimit(RLIMIT_AS, &limit);
        limit.rlim_cur = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + (std::size_t{64} << 20);
        ::setrlimit(RLIMIT_AS, &limit);
        ::_exit(action());
    }
    int result = 0;
    REQUIRE(::waitpid(child, &result, 0) == child);
    REQUIRE(WIFEXITED(result));
    return WEXITSTATUS(result);
}

TEST_CASE("thread pool: where not all threads can be started, those that were do all the work" *
          doctest::skip(test::kSanitized)) {  // a sanitizer needs address space itself
    const int code = exit_code_with_little_memory([] {
        ThreadPool pool(1000);
        if (pool.threads() < 2 || pool.threads() >= 1000) return 1;
        std::atomic<int> rows_done{0};
        for (int i = 0; i < 3; ++i)
            pool.run(1000, [&](int, kernels::Rows rows) { rows_done += rows.end - rows.begin; });
        return rows_done == 3000 ? 0 : 2;
    });
    CHECK(code == 0);
}

}  // namespace
}  // namespace featherface::engine
