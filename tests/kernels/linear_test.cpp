// linear against dot products in double precision.
#include "tests/kernels/cases/linear.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("linear: every awkward size in and out, with and without bias, through each of its epilogues") {
    on_every_arch([](const KernelTable& table) {
        for (const int in : awkward_channels(table)) {
            for (const int out : awkward_channels(table)) {
                for (const bool with_bias : {false, true}) {
                    for (const Activation activation : kernels::LinearEpilogues::values) {
                        check_case<LinearCase>(table, {in, out, activation, with_bias});
                    }
                }
            }
        }
    });
}

TEST_CASE("linear: the shapes of the detectors") {
    check_networks_shapes<LinearCase>();
}

}  // namespace
}  // namespace featherface::test
