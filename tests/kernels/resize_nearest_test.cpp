// resize_nearest: where each value comes from.
#include "tests/kernels/cases/resize_nearest.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("resize_nearest: up, down and by odd ratios, source index floor(i * in / out)") {
    on_every_arch([](const KernelTable& table) {
        for (const int channels : {1, table.lanes, 2 * table.lanes + 3}) {
            for (const auto& [in, out] : {std::pair{1, 1}, {1, 7}, {3, 5}, {5, 9}, {5, 10}, {7, 3}, {6, 6}}) {
                const MapShape from{
                    .height = in, .width = in + 1, .channels = channels, .gap = 1, .out_gap = 2};
                check_case<ResizeNearestCase>(table, {from, out, 2 * out + 1});
            }
        }
    });
}

TEST_CASE("resize_nearest: the shapes of the detectors") {
    check_networks_shapes<ResizeNearestCase>();
}

}  // namespace
}  // namespace featherface::test
