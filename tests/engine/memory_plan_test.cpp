// Placing buffers by their lifetimes: nothing that lives at the same time overlaps.
#include <doctest/doctest.h>

#include <random>

#include "engine/runtime/memory_plan.hpp"

namespace featherface::engine {
namespace {

TEST_CASE("memory plan: buffers alive at the same step never overlap, and all lie inside the arena") {
    std::mt19937 random(1);
    for (int round = 0; round < 200; ++round) {
        std::vector<Buffer> buffers;
        for (int i = 0; i < 30; ++i) {
            const int first = static_cast<int>(random() % 40);
            buffers.push_back({1 + random() % 1000, first, first + static_cast<int>(random() % 6), 0});
        }
        const std::size_t arena = place(buffers);
        for (const Buffer& a : buffers) {
            REQUIRE(a.offset % 16 == 0);
            REQUIRE(a.offset + a.floats <= arena);
            for (const Buffer& b : buffers) {
                if (&a == &b || a.last < b.first || b.last < a.first) continue;
                REQUIRE((a.offset + a.floats <= b.offset || b.offset + b.floats <= a.offset));
            }
        }
    }
}

TEST_CASE("memory plan: a chain of equal buffers needs room for two") {
    std::vector<Buffer> buffers;
    for (int i = 0; i < 10; ++i) buffers.push_back({64, i, i + 1, 0});
    CHECK(place(buffers) == 128);
}

TEST_CASE("memory plan: nothing needs nothing") {
    std::vector<Buffer> none;
    CHECK(place(none) == 0);
}

}  // namespace
}  // namespace featherface::engine
