// The thread pool: every row once, on as many threads as are allowed; threads that do not get to run hold
// nobody up; forks, and failures to start a thread.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/system/thread_pool.hpp"
#include "support/sanitized.hpp"

namespace featherface::engine {
namespace {

using Pieces = ThreadPool::Pieces;

// Takes all pieces, and calls body(rows) for each.
template <class Body>
void each(Pieces& pieces, const Body& body) {
    for (kernels::Rows rows = pieces.next(); rows.begin < rows.end; rows = pieces.next()) body(rows);
}

TEST_CASE("thread pool: every row is worked on exactly once, in pieces of the size asked for") {
    for (int threads = 1; threads <= 8; ++threads) {
        ThreadPool pool(threads);
        CHECK(pool.threads() == threads);
        for (const int count : {0, 1, 2, 3, 7, 8, 9, 100, 1001}) {
            for (const int piece : {1, 3, 50, 2000}) {
                std::vector<std::atomic<int>> touched(static_cast<std::size_t>(count));
                std::atomic<int> wrong{0};
                pool.run(count, {threads, piece}, [&](int, Pieces& pieces) {
                    int taken = 0;
                    each(pieces, [&](kernels::Rows rows) {
                        if (rows.begin % piece != 0 || rows.end != std::min(rows.begin + piece, count))
                            ++wrong;
                        for (int i = rows.begin; i < rows.end; ++i) ++touched[static_cast<std::size_t>(i)];
                        ++taken;
                    });
                    if (pieces.taken() != taken) ++wrong;
                });
                for (const auto& times : touched) REQUIRE(times == 1);
                CHECK(wrong == 0);
            }
        }
    }
}

TEST_CASE("thread pool: no more threads are at work than are asked for, each under a number of its own") {
    ThreadPool pool(6);
    for (int threads = 1; threads <= 6; ++threads) {
        for (int time = 0; time < 200; ++time) {
            std::atomic<int> inside{0}, most{0}, of_thread[6] = {};
            pool.run(100, {threads, 1}, [&](int thread, Pieces& pieces) {
                const int now = ++inside;
                for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
                }
                ++of_thread[thread];
                each(pieces, [](kernels::Rows) {});
                --inside;
            });
            REQUIRE(most <= threads);
            for (const auto& times : of_thread) REQUIRE(times <= 1);
        }
    }
}

// A thread that has no core stands still wherever it is: here one does at its first piece, until all the
// others are done.
TEST_CASE("thread pool: rows of a thread that stands still are taken over by the others, all but its piece") {
    constexpr int kRows = 64;
    for (int time = 0; time < 20; ++time) {
        ThreadPool pool(2);  // it would learn to do without the one that stands still
        std::atomic<int> done{0}, inside{0};
        pool.run(kRows, {2, 1}, [&](int thread, Pieces& pieces) {
            ++inside;
            each(pieces, [&](kernels::Rows) {
                // The caller lets the worker come in, which then waits for all other rows.
                while (thread == 0 && inside < 2) std::this_thread::yield();
                while (thread == 1 && done < kRows - 2) std::this_thread::yield();
                ++done;
            });
        });
        CHECK(done == kRows);
    }
}

TEST_CASE(
    "thread pool: a thread that keeps the others waiting is done without for a while, then tried again") {
    ThreadPool pool(2);
    const auto run = [&](std::chrono::milliseconds delay) {
        std::atomic<int> inside{0};
        std::atomic<bool> worker_has_piece{false};
        pool.run(8, {2, 1}, [&](int thread, Pieces& pieces) {
            ++inside;
            each(pieces, [&](kernels::Rows) {
                if (delay.count() == 0) return;
                while (thread == 0 && !worker_has_piece) std::this_thread::yield();
                worker_has_piece = true;
                if (thread == 1) std::this_thread::sleep_for(delay);
            });
        });
        return inside.load();
    };
    CHECK(pool.limit() == 2);
    // On a machine with much else to do the caller may lose its core itself, and then cannot tell.
    for (int time = 0; time < 100 && pool.limit() == 2; ++time) run(std::chrono::milliseconds(50));
    REQUIRE(pool.limit() == 1);
    CHECK((run(std::chrono::milliseconds(0)) == 1 || pool.limit() == 2));
    // Some seconds.
    const auto start = std::chrono::steady_clock::now();
    while (pool.limit() == 1 && std::chrono::steady_clock::now() - start < std::chrono::seconds(60))
        run(std::chrono::milliseconds(0));
    CHECK(pool.limit() == 2);
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

TEST_CASE("split: pieces are made lower where a thread would have more rows than need be") {
    const auto piece = [](int threads, int most, int count, int block) {
        return evened({threads, most}, count, block).piece;
    };
    CHECK(piece(2, 12, 80, 4) == 8);   // 36 and 44 rows
    CHECK(piece(2, 8, 40, 4) == 4);    // 16 and 24
    CHECK(piece(2, 14, 40, 1) == 10);  // 14 and 26
    CHECK(piece(3, 10, 90, 1) == 10);  // as even as can be
    CHECK(piece(2, 8, 20, 4) == 8);    // no better: 8 and 12, as with pieces of 4
    CHECK(piece(1, 12, 80, 4) == 12);
    CHECK(piece(4, 1, 0, 1) == 1);
    for (const int threads : {2, 3, 5}) {
        for (const int block : {1, 2, 4}) {
            for (int count = 1; count < 60; ++count) {
                for (int high = block; high <= count; high += block) {
                    const Split from{threads, high}, to = evened(from, count, block);
                    CAPTURE(count);
                    CAPTURE(high);
                    REQUIRE(to.piece % block == 0);
                    REQUIRE(2 * to.piece >= from.piece);
                    REQUIRE(
                        (to.piece == from.piece || longest_share(count, to) < longest_share(count, from)));
                    REQUIRE(longest_share(count, to) * threads >= count);
                }
            }
        }
    }
}

TEST_CASE("thread pool: the last piece of a thread that is at another one is taken over") {
    ThreadPool pool(2);
    std::atomic<int> done{0};
    std::atomic<bool> second_began{false}, all_others_done{false};
    pool.run(4, {2, 1}, [&](int, Pieces& pieces) {
        each(pieces, [&](kernels::Rows rows) {
            const auto start = std::chrono::steady_clock::now();
            const auto wait = [&](const auto& until) {
                while (!until() && std::chrono::steady_clock::now() - start < std::chrono::seconds(20))
                    std::this_thread::yield();
            };
            if (rows.begin == 0) wait([&] { return second_began.load(); });
            if (rows.begin == 2) {  // the first of the other share, of which the next is the last
                second_began = true;
                wait([&] { return done == 3; });
                all_others_done = done == 3;
            }
            ++done;
        });
    });
    CHECK(done == 4);
    CHECK(all_others_done);
}

TEST_CASE("thread pool: after a fork the child's calling thread does all rows, and ends") {
    auto pool = std::make_unique<ThreadPool>(3);
    const auto rows_done = [&](ThreadPool& on) {
        std::atomic<int> done{0};
        on.run(100, {3, 5}, [&](int, Pieces& pieces) {
            each(pieces, [&](kernels::Rows rows) { done += rows.end - rows.begin; });
        });
        return done == 100;
    };
    CHECK(rows_done(*pool));
    const int code = exit_code_of_child([&] {
        const bool same = rows_done(*pool) && rows_done(*pool);
        pool.reset();
        ThreadPool own(2);  // the child may start threads of its own
        return same && rows_done(own) ? 7 : 8;
    });
    CHECK(code == 7);
    CHECK(rows_done(*pool));  // the parent's are where they were
}

TEST_CASE("thread pool: thousands of short jobs in a row all finish") {
    ThreadPool pool(4);
    std::atomic<int> total{0};
    for (int i = 0; i < 5000; ++i)
        pool.run(4, {4, 1}, [&](int, Pieces& pieces) {
            each(pieces, [&](kernels::Rows rows) { total += rows.end - rows.begin; });
        });
    CHECK(total == 20000);
}

TEST_CASE("thread pool: a job after the workers fell asleep still runs on as many as it asks for") {
    for (const int threads : {4, 3, 2}) {
        ThreadPool pool(4);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        std::atomic<int> inside{0};
        pool.run(threads, {threads, 1}, [&](int, Pieces& pieces) {
            ++inside;
            while (inside < threads) std::this_thread::yield();  // for ever, if one does not wake up
            each(pieces, [](kernels::Rows) {});
        });
        CHECK(inside >= threads);  // one may come when another has left
    }
}

TEST_CASE("thread pool: idle workers use no processor time") {
    ThreadPool pool(4);
    pool.run(4, {4, 1}, [](int, Pieces& pieces) { each(pieces, [](kernels::Rows) {}); });
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
        unsigned long pages = 0;
        std::FILE* const memory = std::fopen("/proc/self/statm", "r");
        if (memory == nullptr || std::fscanf(memory, "%lu", &pages) != 1) ::_exit(3);
        std::fclose(memory);
        rlimit limit{};
        ::getrlimit(RLIMIT_AS, &limit);
        limit.rlim_cur =
            pages * static_cast<unsigned long>(::sysconf(_SC_PAGESIZE)) + (std::size_t{64} << 20);
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
            pool.run(1000, {1000, 1}, [&](int, Pieces& pieces) {
                each(pieces, [&](kernels::Rows rows) { rows_done += rows.end - rows.begin; });
            });
        return rows_done == 3000 ? 0 : 2;
    });
    CHECK(code == 0);
}

}  // namespace
}  // namespace featherface::engine
