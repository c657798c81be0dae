// attend: the bits of two products and a sum, each rounded.
#include "tests/kernels/cases/attend.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("attend: two gates, with or without the map added, through each of its epilogues, also in place") {
    on_every_arch([](const KernelTable& table) {
        for (const bool adds_input : {false, true}) {
            for (const Activation activation : kernels::AddEpilogues::values) {
                on_every_layout(table, 4, 3, [&](MapShape map) {
                    map.activation = activation;
                    check_case<AttendCase>(table, {map, adds_input});
                    check_case_in_place<AttendCase>(table, {map, adds_input});
                });
            }
        }
    });
}

TEST_CASE("attend: the shapes of the detectors") {
    check_networks_shapes<AttendCase>();
}

}  // namespace
}  // namespace featherface::test
