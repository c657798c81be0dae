// add against its formula in double precision.
#include "tests/kernels/cases/add.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("add: a + b, plain or through each of its epilogues, also in place") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : kernels::AddEpilogues::values) {
            on_every_layout(table, 4, 3, [&](MapShape shape) {
                shape.activation = activation;
                check_case<AddCase>(table, shape);
                check_case_in_place<AddCase>(table, shape);
            });
        }
    });
}

TEST_CASE("add: the shapes of the detectors") {
    check_networks_shapes<AddCase>();
}

}  // namespace
}  // namespace featherface::test
