// scale_channels: one rounded product.
#include "tests/kernels/cases/scale_channels.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("scale_channels: one rounded product, also in place") {
    on_every_arch([](const KernelTable& table) {
        on_every_layout(table, 4, 3, [&](const MapShape& shape) {
            check_case<ScaleChannelsCase>(table, shape);
            check_case_in_place<ScaleChannelsCase>(table, shape);
        });
    });
}

TEST_CASE("scale_channels: the shapes of the detectors") {
    check_networks_shapes<ScaleChannelsCase>();
}

}  // namespace
}  // namespace featherface::test
