// scale_shift against its formula in double precision.
#include "tests/kernels/cases/scale_shift.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("scale_shift: input * scale[c] + shift[c], also in place") {
    on_every_arch([](const KernelTable& table) {
        on_every_layout(table, 5, 3, [&](const MapShape& shape) {
            check_case<ScaleShiftCase>(table, shape);
            check_case_in_place<ScaleShiftCase>(table, shape);
        });
    });
}

TEST_CASE("scale_shift: the shapes of the detectors") {
    check_networks_shapes<ScaleShiftCase>();
}

}  // namespace
}  // namespace featherface::test
