// scale_shift, activate, add, weighted_sum, scale_channels, scale_pixels: one output element from one of each
// input.
#include <array>

#include "test_map.hpp"

namespace featherface::test {
namespace {

using kernels::Activation;
using kernels::WeightedSumArgs;

// Within `ulps` roundings of the exact value.
Expected rounded(double value, double ulps, double magnitude = 0) {
    return {value, ulps * kUnitRoundoff * std::max(std::abs(value), magnitude)};
}

double exact_activation(Activation activation, double x, double slope) {
    switch (activation) {
        case Activation::none: return x;
        case Activation::relu: return std::max(x, 0.0);
        case Activation::leaky_relu: return x > 0 ? x : slope * x;
        case Activation::sigmoid: return 1 / (1 + std::exp(-x));
        case Activation::swish: return x / (1 + std::exp(-x));
    }
    return kNaN;
}

constexpr Activation kActivations[] = {Activation::none, Activation::relu, Activation::leaky_relu,
                                       Activation::sigmoid, Activation::swish};

// Calls f(channels, gaps of the two inputs and the output) for every awkward channel count, dense and in
// slices.
template <class F>
void on_every_layout(const KernelTable& table, const F& f) {
    for (const int channels : awkward_channels(table)) {
        for (const std::array<int, 3>& gaps :
             {std::array{0, 0, 0}, {3, 0, 0}, {0, 2, 0}, {0, 0, 5}, {1, 2, 3}}) {
            CAPTURE(channels);
            f(channels, gaps[0], gaps[1], gaps[2]);
        }
    }
}

TEST_CASE("scale_shift: input * scale[c] + shift[c], also in place") {
    on_every_arch([](const KernelTable& table) {
        on_every_layout(table, [&](int channels, int gap, int, int out_gap) {
            Random random(2);
            TestMap input(random, 5, 3, channels, gap);
            TestMap output(5, 3, channels, out_gap);
            const auto scale = random.values(static_cast<std::size_t>(channels));
            const auto shift = random.values(static_cast<std::size_t>(channels));
            const auto expected = [&](int y, int x, int c) {
                const double product =
                    static_cast<double>(input.at(y, x, c)) * scale[static_cast<std::size_t>(c)];
                return rounded(product + shift[static_cast<std::size_t>(c)], 1.001, table.lanes == 4 ? 2 : 0);
            };
            check_rows(output, [&](Rows rows) {
                table.scale_shift(input.input(), scale.data(), shift.data(), output.map(), rows);
            });
            check_map(output, expected);
            table.scale_shift(input.input(), scale.data(), shift.data(), input.map(), {0, 5});
            CHECK(input.values() == output.values());
        });
    });
}

TEST_CASE("activate: every activation, also in place") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : kActivations) {
            on_every_layout(table, [&](int channels, int gap, int, int out_gap) {
                Random random(3);
                TestMap input(random, 5, 3, channels, gap, -20, 20);
                TestMap output(5, 3, channels, out_gap);
                check_rows(output, [&](Rows rows) {
                    table.activate(input.input(), activation, 0.1f, output.map(), rows);
                });
                check_map(output, [&](int y, int x, int c) {
                    return rounded(exact_activation(activation, input.at(y, x, c), 0.1f), 4);
                });
                table.activate(input.input(), activation, 0.1f, input.map(), {0, 5});
                CHECK(input.values() == output.values());
            });
        }
    });
}

TEST_CASE("add: a + b, plain or through relu") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : {Activation::none, Activation::relu}) {
            on_every_layout(table, [&](int channels, int gap_a, int gap_b, int out_gap) {
                Random random(4);
                const TestMap a(random, 4, 3, channels, gap_a);
                const TestMap b(random, 4, 3, channels, gap_b);
                TestMap output(4, 3, channels, out_gap);
                check_rows(output, [&](Rows rows) {
                    table.add(a.input(), b.input(), activation, output.map(), rows);
                });
                check_map(output, [&](int y, int x, int c) {
                    const double sum = static_cast<double>(a.at(y, x, c)) + b.at(y, x, c);
                    return rounded(exact_activation(activation, sum, 0), 1.001);
                });
            });
        }
    });
}

TEST_CASE("weighted_sum: one to four maps, plain or through swish") {
    on_every_arch([](const KernelTable& table) {
        for (int count = 1; count <= 4; ++count) {
            on_every_layout(table, [&](int channels, int gap_a, int gap_b, int out_gap) {
                Random random(5);
                const TestMap a(random, 4, 3, channels, gap_a);
                const TestMap b(random, 4, 3, channels, gap_b);
                const std::array<ConstMap, 4> inputs = {a.input(), b.input(), b.input(), a.input()};
                const std::array<float, 4> weights = {0.25f, -0.5f, 0.125f, 3.0f};
                for (const Activation activation : {Activation::none, Activation::swish}) {
                    TestMap output(4, 3, channels, out_gap);
                    const WeightedSumArgs args{inputs.data(), weights.data(), count, activation,
                                               output.map()};
                    check_rows(output, [&](Rows rows) { table.weighted_sum(args, rows); });
                    check_map(output, [&](int y, int x, int c) {
                        double sum = 0;
                        for (int i = 0; i < count; ++i) {
                            const auto at = static_cast<std::size_t>(i);
                            sum += static_cast<double>(inputs[at].pixel(y, x)[c]) * weights[at];
                        }
                        return rounded(exact_activation(activation, sum, 0), 8, 4);
                    });
                }
            });
        }
    });
}

TEST_CASE("scale_channels and scale_pixels: one rounded product, also in place") {
    on_every_arch([](const KernelTable& table) {
        on_every_layout(table, [&](int channels, int gap, int gate_gap, int out_gap) {
            Random random(6);
            TestMap input(random, 4, 3, channels, gap);
            const auto gate = random.values(static_cast<std::size_t>(channels));
            const TestMap pixel_gate(random, 4, 3, 1, gate_gap);
            TestMap output(4, 3, channels, out_gap);
            check_rows(output, [&](Rows rows) {
                table.scale_pixels(input.input(), pixel_gate.input(), output.map(), rows);
            });
            check_map(output, [&](int y, int x, int c) {
                return Expected{input.at(y, x, c) * pixel_gate.at(y, x, 0), 0};
            });
            check_rows(output, [&](Rows rows) {
                table.scale_channels(input.input(), gate.data(), output.map(), rows);
            });
            check_map(output, [&](int y, int x, int c) {
                return Expected{input.at(y, x, c) * gate[static_cast<std::size_t>(c)], 0};
            });
            table.scale_channels(input.input(), gate.data(), input.map(), {0, 4});
            CHECK(input.values() == output.values());
        });
    });
}

TEST_CASE("elementwise kernels: NaN stays NaN through every activation, infinities behave") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : kActivations) {
            CAPTURE(static_cast<int>(activation));
            for (const float special : {kNaN, kInfinity, -kInfinity}) {
                TestMap input(1, 1, 19);
                input.for_each([&](float& value) { value = special; });
                TestMap output(1, 1, 19);
                table.activate(input.input(), activation, 0.1f, output.map(), {0, 1});
                for (const float value : output.values()) {
                    if (std::isnan(special)) {
                        CHECK(std::isnan(value));
                    } else if (activation == Activation::swish && special < 0) {
                        CHECK(std::isnan(value));  // -infinity * 0, as in PyTorch
                    } else {
                        CHECK(value == exact_activation(activation, special, 0.1f));
                    }
                }
            }
        }
    });
}

}  // namespace
}  // namespace featherface::test
