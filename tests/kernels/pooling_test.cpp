// channel_stats, pool_rows and max_pool.
#include "test_map.hpp"

namespace featherface::test {
namespace {

using kernels::MaxPoolArgs;

TEST_CASE("channel_stats: mean and maximum over channels, in either order") {
    on_every_arch([](const KernelTable& table) {
        for (const int channels : awkward_channels(table)) {
            for (const bool max_first : {false, true}) {
                for (const int gap : {0, 3}) {
                    Random random(7);
                    const TestMap input(random, 4, 5, channels, gap, -3, 1);
                    TestMap output(4, 5, 2, gap);
                    check_rows(output, [&](Rows rows) {
                        table.channel_stats(input.input(), max_first, output.map(), rows);
                    });
                    check_map(output, [&](int y, int x, int c) {
                        double sum = 0;
                        double magnitude = 0;
                        double maximum = -kInfinity;
                        for (int i = 0; i < channels; ++i) {
                            const double value = input.at(y, x, i);
                            sum += value;
                            magnitude += std::abs(value);
                            maximum = std::max(maximum, value);
                        }
                        if ((c == 0) == max_first) return Expected{maximum, 0};
                        return Expected{sum / channels,
                                        (channels + 1) * kUnitRoundoff * magnitude / channels};
                    });
                }
            }
        }
    });
}

TEST_CASE("pool_rows: sum and maximum per channel over any rows, nothing written beyond the channels") {
    on_every_arch([](const KernelTable& table) {
        for (const int channels : awkward_channels(table)) {
            for (const int width : {1, 2, 3, 4, 5, 7, 20}) {
                for (const Rows rows : {Rows{0, 5}, Rows{1, 3}, Rows{4, 5}}) {
                    Random random(8);
                    const TestMap input(random, 5, width, channels, width % 3, -2, 1);
                    const auto size = static_cast<std::size_t>(channels);
                    std::vector<float> sum(size + 1, kNaN);
                    std::vector<float> maximum(size + 1, kNaN);
                    table.pool_rows(input.input(), sum.data(), maximum.data(), rows);
                    CHECK(std::isnan(sum[size]));
                    CHECK(std::isnan(maximum[size]));
                    const int pixels = (rows.end - rows.begin) * width;
                    for (int c = 0; c < channels; ++c) {
                        double exact = 0;
                        double magnitude = 0;
                        float largest = -kInfinity;
                        for (int y = rows.begin; y < rows.end; ++y) {
                            for (int x = 0; x < width; ++x) {
                                exact += input.at(y, x, c);
                                magnitude += std::abs(input.at(y, x, c));
                                largest = std::max(largest, input.at(y, x, c));
                            }
                        }
                        const auto at = static_cast<std::size_t>(c);
                        CHECK(std::abs(sum[at] - exact) <= pixels * kUnitRoundoff * magnitude);
                        CHECK(maximum[at] == largest);
                    }
                }
            }
        }
    });
}

TEST_CASE("pool_rows and channel_stats: a NaN anywhere is the maximum and spoils the sum") {
    on_every_arch([](const KernelTable& table) {
        for (int at = 0; at < 37; ++at) {
            Random random(9);
            TestMap channels(random, 1, 1, 37);
            channels.at(0, 0, at) = kNaN;
            TestMap stats(1, 1, 2);
            table.channel_stats(channels.input(), false, stats.map(), {0, 1});
            CHECK(std::isnan(stats.at(0, 0, 0)));
            CHECK(std::isnan(stats.at(0, 0, 1)));

            TestMap pixels(random, 1, 37, 1);
            pixels.at(0, at, 0) = kNaN;
            float sum = 0;
            float maximum = 0;
            table.pool_rows(pixels.input(), &sum, &maximum, {0, 1});
            CHECK(std::isnan(sum));
            CHECK(std::isnan(maximum));
        }
    });
}

Expected max_pool_at(const MaxPoolArgs& args, int y, int x, int c) {
    float largest = -kInfinity;
    for (int iy = 2 * y - args.pad_top; iy < 2 * y - args.pad_top + 3; ++iy) {
        for (int ix = 2 * x - args.pad_left; ix < 2 * x - args.pad_left + 3; ++ix) {
            const bool inside = iy >= 0 && iy < args.input.height && ix >= 0 && ix < args.input.width;
            largest = std::max(largest, inside ? args.input.pixel(iy, ix)[c] : args.pad_value);
        }
    }
    return {largest, 0};
}

TEST_CASE(
    "max_pool: zero padding that takes part (split as TensorFlow does) and ordinary padding, sizes 1 to 9") {
    on_every_arch([](const KernelTable& table) {
        for (const int channels : {1, table.lanes, 2 * table.lanes + 3}) {
            for (int height = 1; height <= 9; ++height) {
                for (int width = 1; width <= 9; ++width) {
                    Random random(10);
                    const TestMap input(random, height, width, channels, height % 2, -2, 0.2f);
                    TestMap output((height + 1) / 2, (width + 1) / 2, channels, width % 2);
                    const auto same_pad = [](int n) { return (((n + 1) / 2 - 1) * 2 - n + 3) / 2; };
                    for (const MaxPoolArgs& args :
                         {MaxPoolArgs{input.input(), output.map(), same_pad(height), same_pad(width), 0},
                          MaxPoolArgs{input.input(), output.map(), 1, 1, -kInfinity}}) {
                        check_rows(output, [&](Rows rows) { table.max_pool(args, rows); });
                        check_map(output, [&](int y, int x, int c) { return max_pool_at(args, y, x, c); });
                    }
                }
            }
        }
    });
}

TEST_CASE("max_pool: a NaN makes every window that holds it NaN, wherever in the window it is") {
    on_every_arch([](const KernelTable& table) {
        for (int ny = 0; ny < 7; ++ny) {
            for (int nx = 0; nx < 7; ++nx) {
                Random random(11);
                TestMap input(random, 7, 7, 3);
                input.at(ny, nx, 1) = kNaN;
                TestMap output(4, 4, 3);
                table.max_pool({input.input(), output.map(), 1, 1, 0}, {0, 4});
                for (int y = 0; y < 4; ++y) {
                    for (int x = 0; x < 4; ++x) {
                        const bool holds = std::abs(2 * y - ny) <= 1 && std::abs(2 * x - nx) <= 1;
                        CHECK(std::isnan(output.at(y, x, 1)) == holds);
                        CHECK(!std::isnan(output.at(y, x, 2)));
                    }
                }
            }
        }
    });
}

}  // namespace
}  // namespace featherface::test
