// The inverse DCT: full blocks against the definition in double precision, smaller ones against the means of
// the samples they stand for.
#include "loaders/images/jpeg_inverse_dct.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <vector>

using namespace featherface::loaders;

namespace {

using Coefficients = std::array<std::int16_t, 64>;
using Samples = std::array<std::array<double, 8>, 8>;

// T.81, A.3.3, and 128 for the middle.
Samples exact_samples(const Coefficients& coefficients) {
    const auto wave = [](int x, int k) {
        return (k == 0 ? std::sqrt(0.125) : 0.5) * std::cos((2 * x + 1) * k * std::numbers::pi / 16);
    };
    Samples samples{};
    for (int y = 0; y < 8; ++y) {
        for (int x = 0; x < 8; ++x) {
            double sum = 128;
            for (int k = 0; k < 64; ++k)
                sum += coefficients[static_cast<std::size_t>(k)] * wave(y, k / 8) * wave(x, k % 8);
            samples[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] = sum;
        }
    }
    return samples;
}

// The mean of the samples that sample (x, y) of a block of that size stands for, as a sample.
double exact_mean(const Samples& samples, JpegBlockSize size, int x, int y) {
    const int across = 8 / size.wide, down = 8 / size.high;
    double sum = 0;
    for (int i = y * down; i < (y + 1) * down; ++i) {
        for (int j = x * across; j < (x + 1) * across; ++j)
            sum += samples[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
    }
    return std::clamp(sum / (across * down), 0.0, 255.0);
}

// Coefficients as photos have them: the higher the frequency, the smaller, many of them 0.
Coefficients random_coefficients(std::mt19937& random) {
    Coefficients coefficients{};
    for (int k = 0; k < 64; ++k) {
        const int most = 900 / (1 + k / 8 + k % 8);
        if (random() % 3 == 0) continue;
        coefficients[static_cast<std::size_t>(k)] = static_cast<std::int16_t>(
            static_cast<int>(random() % static_cast<unsigned>(2 * most + 1)) - most);
    }
    return coefficients;
}

constexpr int kSides[] = {1, 2, 4, 8};

// The block's samples, without what must not be written around them.
std::vector<int> transformed(const Coefficients& coefficients, JpegBlockSize size) {
    constexpr std::size_t kRow = 12;
    std::array<std::uint8_t, kRow * 10> memory;
    memory.fill(77);
    inverse_dct(coefficients.data(), size, memory.data() + kRow + 2, kRow);
    std::vector<int> samples;
    for (int y = 0; y < size.high; ++y) {
        for (int x = 0; x < size.wide; ++x) {
            std::uint8_t& sample =
                memory[kRow * static_cast<std::size_t>(1 + y) + 2 + static_cast<std::size_t>(x)];
            samples.push_back(sample);
            sample = 77;
        }
    }
    REQUIRE(std::ranges::count(memory, 77) == static_cast<int>(memory.size()));
    return samples;
}

}  // namespace

TEST_CASE("inverse DCT: blocks of every size are within 1 of the mean of the exact samples") {
    std::mt19937 random(1);
    for (int round = 0; round < 200; ++round) {
        const Coefficients coefficients = random_coefficients(random);
        const Samples exact = exact_samples(coefficients);
        for (const int high : kSides) {
            for (const int wide : kSides) {
                const auto samples = transformed(coefficients, {wide, high});
                for (int i = 0; i < wide * high; ++i) {
                    CAPTURE(wide);
                    CAPTURE(high);
                    CAPTURE(i);
                    CHECK(std::abs(samples[static_cast<std::size_t>(i)] -
                                   exact_mean(exact, {wide, high}, i % wide, i / wide)) < 1);
                }
            }
        }
    }
}

TEST_CASE("inverse DCT: a single frequency of each kind comes out where it belongs") {
    for (std::size_t k = 0; k < 64; ++k) {
        CAPTURE(k);
        Coefficients coefficients{};
        coefficients[k] = 400;
        const Samples exact = exact_samples(coefficients);
        for (const int side : kSides) {
            const auto samples = transformed(coefficients, {side, side});
            for (int i = 0; i < side * side; ++i) {
                CHECK(std::abs(samples[static_cast<std::size_t>(i)] -
                               exact_mean(exact, {side, side}, i % side, i / side)) < 0.6);
            }
        }
    }
}

TEST_CASE("inverse DCT: of a mean alone it is the same in short") {
    for (int mean = -32768; mean <= 32767; mean += 37) {
        const Coefficients coefficients = {static_cast<std::int16_t>(mean)};
        for (const JpegBlockSize size : {JpegBlockSize{8, 8}, {4, 4}, {2, 4}, {1, 1}}) {
            const auto samples = transformed(coefficients, size);
            std::array<std::uint8_t, 64> flat{};
            inverse_dct_of_mean(static_cast<std::int16_t>(mean), size, flat.data(), 8);
            REQUIRE(std::ranges::all_of(samples, [&](int sample) { return sample == flat[0]; }));
            REQUIRE(flat[static_cast<std::size_t>((size.high - 1) * 8 + size.wide - 1)] == flat[0]);
        }
    }
}

TEST_CASE("inverse DCT: coefficients that no encoder writes overflow nothing") {
    std::mt19937 random(2);
    for (int round = 0; round < 1000; ++round) {
        Coefficients coefficients;
        for (auto& c : coefficients) {
            const unsigned kind = random() % 3;
            c = kind == 0 ? std::int16_t{-32768} : kind == 1 ? std::int16_t{32767} : std::int16_t{0};
        }
        for (const int high : kSides) {
            for (const int wide : kSides) transformed(coefficients, {wide, high});
        }
    }
}
