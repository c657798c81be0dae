// The accuracy of exp, through the two functions the tables offer: sigmoid(x) = 1 / (1 + exp(-x)) and swish.
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

// Distance of `actual` from `exact`, in units of the last place of the float nearest to it (subnormals
// included).
double ulps(float actual, double exact) {
    const float nearest = static_cast<float>(exact);
    const int exponent = std::max(nearest == 0 ? -126 : std::ilogb(nearest), -126);
    return std::abs(actual - exact) / std::ldexp(1.0, exponent - 23);
}

// The worst error of `activation` over every `stride`-th float of [low, high] (of one sign).
double worst_ulps(const KernelTable& table, Activation activation, float low, float high,
                  std::uint32_t stride) {
    const auto bits_of = [](float value) {
        std::uint32_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        return bits;
    };
    double worst = 0;
    TestMap input(1, 256, 1);
    TestMap output(1, 256, 1);
    for (std::uint32_t bits = bits_of(low); bits <= bits_of(high);) {
        input.for_each([&](float& value) {
            const std::uint32_t in_range = std::min(bits, bits_of(high));
            std::memcpy(&value, &in_range, sizeof value);
            bits += stride;
        });
        table.activate(input.input(), activation, 0, output.map(), {0, 1});
        for (int x = 0; x < 256; ++x) {
            const double v = input.at(0, x, 0);
            const double exact =
                activation == Activation::sigmoid ? 1 / (1 + std::exp(-v)) : v / (1 + std::exp(-v));
            worst = std::max(worst, ulps(output.at(0, x, 0), exact));
        }
    }
    return worst;
}

TEST_CASE("exp: sigmoid and swish are within 3 ulp over the whole range in which they are normal numbers") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : {Activation::sigmoid, Activation::swish}) {
            CHECK(worst_ulps(table, activation, 1e-30f, 110.0f, 4999) <= 3);
            CHECK(worst_ulps(table, activation, 1e-30f, 1e30f, 49999) <= 3);
            CHECK(worst_ulps(table, activation, -1e-30f, -87.0f, 4999) <= 3);
        }
    });
}

TEST_CASE("exp: where sigmoid(x) is dominated by exp(x) the error is that of exp: within 2.5 ulp") {
    on_every_arch([](const KernelTable& table) {
        CHECK(worst_ulps(table, Activation::sigmoid, -20.0f, -87.0f, 997) <= 2.5);
    });
}

TEST_CASE("exp: far arguments saturate without NaN") {
    on_every_arch([](const KernelTable& table) {
        for (const float x : {88.0f, 89.0f, 104.0f, 105.0f, 1e4f, 1e38f, kInfinity}) {
            TestMap input(1, 1, 2);
            input.at(0, 0, 0) = x;
            input.at(0, 0, 1) = -x;
            TestMap output(1, 1, 2);
            table.activate(input.input(), Activation::sigmoid, 0, output.map(), {0, 1});
            CHECK(output.at(0, 0, 0) == 1.0f);
            CHECK(output.at(0, 0, 1) <= 1e-38f);
            CHECK(output.at(0, 0, 1) >= 0.0f);
        }
    });
}

}  // namespace
}  // namespace featherface::test
