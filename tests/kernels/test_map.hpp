// Maps for kernel tests and benchmarks: random values, gaps between pixels and guards around the memory that
// must stay as they were.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "kernels/kernel_table.hpp"

namespace featherface::test {

using kernels::ConstMap;
using kernels::KernelTable;
using kernels::Map;
using kernels::Rows;

constexpr double kUnitRoundoff = 0x1p-24;  // of float: half the distance from 1 to the next
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

inline bool same_bits(float a, float b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

class Random {
  public:
    explicit Random(unsigned seed) : engine_(seed) {}
    float uniform(float low, float high) { return std::uniform_real_distribution<float>(low, high)(engine_); }
    int integer(int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine_); }
    std::vector<float> values(std::size_t count, float low = -1, float high = 1) {
        std::vector<float> result(count);
        for (float& value : result) value = uniform(low, high);
        return result;
    }

  private:
    std::mt19937 engine_;
};

class TestMap {
  public:
    // `gap` floats between a pixel's channels and the next pixel's.
    TestMap(int height, int width, int channels, int gap = 0)
        : map_{nullptr, height, width, channels, channels + gap},
          memory_(2 * kGuard + static_cast<std::size_t>(height) * width * (channels + gap), sentinel()) {
        map_.data = memory_.data() + kGuard;
    }
    TestMap(Random& random, int height, int width, int channels, int gap = 0, float low = -1, float high = 1)
        : TestMap(height, width, channels, gap) {
        for_each([&](float& value) { value = random.uniform(low, high); });
    }
    TestMap(const TestMap&) = delete;
    TestMap& operator=(const TestMap&) = delete;

    const Map& map() const { return map_; }
    ConstMap input() const { return kernels::as_const(map_); }
    float& at(int y, int x, int c) { return map_.pixel(y, x)[c]; }
    float at(int y, int x, int c) const { return map_.pixel(y, x)[c]; }

    template <class F>
    void for_each(F f) {
        for (int y = 0; y < map_.height; ++y) {
            for (int x = 0; x < map_.width; ++x) {
                for (int c = 0; c < map_.channels; ++c) f(at(y, x, c));
            }
        }
    }
    std::vector<float> values() {
        std::vector<float> result;
        for_each([&](float& value) { result.push_back(value); });
        return result;
    }
    void forget() {
        for_each([](float& value) { value = sentinel(); });
    }

    // Floats outside the map's elements, or inside rows other than `rows`, that are no longer the sentinel.
    int stray_writes(Rows rows) const {
        std::vector<bool> mine(memory_.size(), false);
        for (int y = rows.begin; y < rows.end; ++y) {
            for (int x = 0; x < map_.width; ++x) {
                for (int c = 0; c < map_.channels; ++c) mine[map_.pixel(y, x) + c - memory_.data()] = true;
            }
        }
        int count = 0;
        for (std::size_t i = 0; i < memory_.size(); ++i)
            count += !mine[i] && !same_bits(memory_[i], sentinel());
        return count;
    }

  private:
    static constexpr std::size_t kGuard = 64;
    static float sentinel() {
        const std::uint32_t bits = 0x7fc0beef;  // a NaN, so that reading what was never written shows too
        float value;
        std::memcpy(&value, &bits, sizeof value);
        return value;
    }

    Map map_;
    std::vector<float> memory_;
};

// An exact value and the largest error a float32 computation of it may have.
struct Expected {
    double value = 0;
    double tolerance = 0;
};

}  // namespace featherface::test
