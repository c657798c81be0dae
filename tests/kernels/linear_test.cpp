// linear and softmax_pairs.
#include "test_map.hpp"

namespace featherface::test {
namespace {

using kernels::Activation;

TEST_CASE("linear: every awkward size in and out, with and without bias, plain, relu and sigmoid") {
    on_every_arch([](const KernelTable& table) {
        for (const int in : awkward_channels(table)) {
            for (const int out : awkward_channels(table)) {
                for (const bool with_bias : {false, true}) {
                    for (const Activation activation :
                         {Activation::none, Activation::relu, Activation::sigmoid}) {
                        Random random(14);
                        const auto input = random.values(static_cast<std::size_t>(in));
                        const auto weights = random.values(static_cast<std::size_t>(in) * out);
                        const auto bias = random.values(static_cast<std::size_t>(out));
                        std::vector<float> output(static_cast<std::size_t>(out) + 1, kNaN);
                        table.linear(input.data(), in, weights.data(), with_bias ? bias.data() : nullptr,
                                     activation, output.data(), out);
                        CHECK(std::isnan(output.back()));
                        for (int o = 0; o < out; ++o) {
                            const auto row = static_cast<std::size_t>(o);
                            double sum = with_bias ? static_cast<double>(bias[row]) : 0;
                            double magnitude = std::abs(sum);
                            for (std::size_t i = 0; i < input.size(); ++i) {
                                const double product =
                                    static_cast<double>(weights[row * input.size() + i]) * input[i];
                                sum += product;
                                magnitude += std::abs(product);
                            }
                            if (activation == Activation::relu) sum = std::max(sum, 0.0);
                            if (activation == Activation::sigmoid) sum = 1 / (1 + std::exp(-sum));
                            CHECK(std::abs(output[row] - sum) <=
                                  (in + 4) * kUnitRoundoff * std::max(magnitude, 1.0));
                        }
                    }
                }
            }
        }
    });
}

TEST_CASE(
    "softmax_pairs: the two probabilities of each pair, only the pairs asked for, any split the same bits") {
    on_every_arch([](const KernelTable& table) {
        for (int count = 1; count <= 40; ++count) {
            Random random(15);
            TestMap logits(random, count, 1, 2, 0, -12, 12);
            const std::vector<float> before = logits.values();
            TestMap values(count, 1, 2);
            check_rows(values, [&](Rows rows) {
                for (int i = rows.begin; i < rows.end; ++i) {
                    values.at(i, 0, 0) = before[static_cast<std::size_t>(2 * i)];
                    values.at(i, 0, 1) = before[static_cast<std::size_t>(2 * i + 1)];
                }
                table.softmax_pairs(values.map().data, rows);
            });
            check_map(values, [&](int i, int, int c) {
                const double mine = logits.at(i, 0, c);
                const double other = logits.at(i, 0, 1 - c);
                const double probability = 1 / (1 + std::exp(other - mine));
                // The difference of the logits is rounded, and exp turns that into a relative error.
                return Expected{probability, (4 + std::abs(other - mine)) * kUnitRoundoff * probability};
            });
        }
    });
}

TEST_CASE("softmax_pairs: far logits give 0 and 1, NaN gives NaN") {
    on_every_arch([](const KernelTable& table) {
        float values[] = {1000, -1000, -3e38f, 3e38f, kNaN, 0};
        table.softmax_pairs(values, {0, 3});
        CHECK(values[0] == 1.0f);
        CHECK(values[1] == 0.0f);
        CHECK(values[2] == 0.0f);
        CHECK(values[3] == 1.0f);
        CHECK(std::isnan(values[4]));
        CHECK(std::isnan(values[5]));
    });
}

}  // namespace
}  // namespace featherface::test
