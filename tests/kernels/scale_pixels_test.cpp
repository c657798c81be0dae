// scale_pixels: one rounded product.
#include "tests/kernels/cases/scale_pixels.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("scale_pixels: one rounded product, also in place") {
    on_every_arch([](const KernelTable& table) {
        on_every_layout(table, 4, 3, [&](const MapShape& shape) {
            check_case<ScalePixelsCase>(table, shape);
            check_case_in_place<ScalePixelsCase>(table, shape);
        });
    });
}

TEST_CASE("scale_pixels: the shapes of the detectors") {
    check_networks_shapes<ScalePixelsCase>();
}

}  // namespace
}  // namespace featherface::test
