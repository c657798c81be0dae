// channel_stats against sums and maxima in double precision.
#include "tests/kernels/cases/channel_stats.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("channel_stats: mean and maximum over channels, in either order, with a gate or without") {
    on_every_arch([](const KernelTable& table) {
        for (const bool max_first : {false, true}) {
            on_every_layout(table, 4, 5, [&](const MapShape& shape) {
                check_case<ChannelStatsCase>(table, {shape, max_first});
                check_case<ChannelStatsCase>(table, {shape, max_first, /*gated=*/true});
            });
        }
    });
}

TEST_CASE("channel_stats: a NaN anywhere is the maximum and spoils the mean") {
    on_every_arch([](const KernelTable& table) {
        for (int at = 0; at < 37; ++at) {
            Random random(9);
            TestMap input(random, 1, 1, 37);
            input.at(0, 0, at) = kNaN;
            TestMap stats(1, 1, 2);
            const std::vector<float> ones(37, 1.0f);
            for (const float* const gate : {static_cast<const float*>(nullptr), ones.data()}) {
                table.channel_stats(input.input(), gate, false, stats.map(), {0, 1});
                CHECK(std::isnan(stats.at(0, 0, 0)));
                CHECK(std::isnan(stats.at(0, 0, 1)));
            }
        }
    });
}

TEST_CASE("channel_stats: the shapes of the detectors") {
    check_networks_shapes<ChannelStatsCase>();
}

}  // namespace
}  // namespace featherface::test
