// Jobs on several threads, and what comes of them in order.
#include "tools/detect/in_order.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <new>
#include <stdexcept>

#include "tools/detect/pixel_window.hpp"

namespace featherface::tools {
namespace {

bool always(std::size_t) {
    return true;
}

TEST_CASE("in order: every job is done once and delivered in its place, on any number of threads") {
    for (const int workers : {1, 2, 3, 8}) {
        for (const std::size_t count : {0u, 1u, 2u, 7u, 200u}) {
            std::vector<std::atomic<int>> done(count);
            std::vector<std::size_t> delivered;
            std::atomic<int> wrong{0};
            run_in_order<std::size_t>(
                count, workers, 5, always,
                [&](const Turn& turn) {
                    ++done[turn.job];
                    if (turn.worker < 0 || turn.worker >= workers) ++wrong;
                    if (turn.job % 3 == 0) std::this_thread::yield();
                    return turn.job * 10;
                },
                [&](std::size_t job, std::size_t result) {
                    if (result != job * 10) ++wrong;
                    delivered.push_back(job);
                    return true;
                });
            for (const auto& times : done) REQUIRE(times == 1);
            REQUIRE(delivered.size() == count);
            for (std::size_t i = 0; i < count; ++i) REQUIRE(delivered[i] == i);
            CHECK(wrong == 0);
        }
    }
}

TEST_CASE("in order: a job has one thread, the last ones share all") {
    const auto threads_of_jobs = [](std::size_t count, int workers) {
        std::vector<int> threads(count);
        run_in_order<int>(
            count, workers, 100, always, [&](const Turn& turn) { return threads[turn.job] = turn.threads; },
            [](std::size_t, int) { return true; });
        return threads;
    };
    CHECK(threads_of_jobs(1, 4) == std::vector{4});
    CHECK(threads_of_jobs(6, 4) == std::vector{1, 1, 1, 1, 2, 4});
    CHECK(threads_of_jobs(3, 1) == std::vector{1, 1, 1});
    CHECK(threads_of_jobs(2, 2) == std::vector{1, 2});
}

TEST_CASE("in order: while a job is not delivered, no more than so many after it are begun") {
    constexpr std::size_t kAhead = 4;
    std::atomic<std::size_t> begun{0};
    std::size_t delivered = 0;
    bool too_far = false;
    run_in_order<int>(
        100, 3, kAhead,
        [&](std::size_t job) {
            begun = job + 1;
            too_far = too_far || job >= delivered + kAhead;
            return true;
        },
        [&](const Turn& turn) {
            // The first waits for as many as may be begun meanwhile.
            while (turn.job == 0 && begun < kAhead) std::this_thread::yield();
            return 0;
        },
        [&](std::size_t, int) {
            ++delivered;
            return true;
        });
    CHECK(delivered == 100);
    CHECK_FALSE(too_far);
}

TEST_CASE("in order: when no more are to be begun, those under way are delivered") {
    for (const int workers : {1, 3}) {
        std::atomic<std::size_t> begun{0};
        std::size_t delivered = 0;
        run_in_order<int>(
            100, workers, 50, [&](std::size_t job) { return job < 20; },
            [&](const Turn&) {
                ++begun;
                return 0;
            },
            [&](std::size_t job, int) {
                CHECK(job == delivered++);
                return true;
            });
        CHECK(begun == 20);
        CHECK(delivered == 20);
    }
}

TEST_CASE("in order: where a result is refused, none is delivered after it, and the rest is not begun") {
    for (const int workers : {1, 3}) {
        std::atomic<std::size_t> begun{0};
        std::size_t delivered = 0;
        run_in_order<int>(
            1000, workers, 10, always,
            [&](const Turn&) {
                ++begun;
                return 0;
            },
            [&](std::size_t, int) { return ++delivered < 5; });
        CHECK(delivered == 5);
        CHECK(begun <= 5 + 10);
    }
}

TEST_CASE("in order: what a job throws ends all, and comes out") {
    for (const int workers : {1, 3}) {
        const auto run = [&] {
            run_in_order<int>(
                1000, workers, 10, always,
                [&](const Turn& turn) {
                    if (turn.job == 7) throw std::runtime_error("seven");
                    return 0;
                },
                [](std::size_t, int) { return true; });
        };
        CHECK_THROWS_WITH_AS(run(), "seven", std::runtime_error);
    }
}

TEST_CASE("pixel window: pictures wait until they fit, and one that never does has it to itself") {
    PixelWindow window(100);
    std::atomic<int> inside{0}, most_inside{0}, with_large{0};
    std::atomic<bool> large{false};
    run_in_order<int>(
        60, 4, 100, always,
        [&](const Turn& turn) {
            const bool is_large = turn.job % 10 == 5;
            TakenPixels taken(window);
            taken.take(is_large ? 1000 : 40);
            CHECK(taken.pixels() == (is_large ? 1000 : 40));
            const int now = ++inside;
            for (int seen = most_inside; seen < now && !most_inside.compare_exchange_weak(seen, now);) {
            }
            if (is_large) large = true;
            if (large && inside > 1) ++with_large;
            std::this_thread::yield();
            if (is_large) large = false;
            --inside;
            return 0;
        },
        [](std::size_t, int) { return true; });
    CHECK(most_inside <= 2);
    CHECK(with_large == 0);
}

}  // namespace
}  // namespace featherface::tools
