// copy_channels: where each value comes from.
#include "tests/kernels/cases/copy_channels.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("copy_channels: plain copies into slices, and shuffles") {
    on_every_arch([](const KernelTable& table) {
        for (const int channels : awkward_channels(table)) {
            for (const int gap : {0, 5}) {
                const MapShape shape{
                    .height = 4, .width = 3, .channels = channels, .gap = gap, .out_gap = 2 * gap};
                check_case<CopyChannelsCase>(table, {shape, {}});
                Random random(13);
                std::vector<int> source;
                for (int c = 0; c < channels; ++c) source.push_back(random.integer(0, channels - 1));
                check_case<CopyChannelsCase>(table, {shape, source});
            }
        }
    });
}

TEST_CASE("copy_channels: the shapes of the detectors") {
    check_networks_shapes<CopyChannelsCase>();
}

}  // namespace
}  // namespace featherface::test
