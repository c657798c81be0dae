// weighted_sum against its formula in double precision.
#include "tests/kernels/cases/weighted_sum.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("weighted_sum: one to four maps, plain or through each of its epilogues") {
    on_every_arch([](const KernelTable& table) {
        for (int count = 1; count <= 4; ++count) {
            for (const Activation activation : kernels::WeightedSumEpilogues::values) {
                on_every_layout(table, 4, 3, [&](MapShape shape) {
                    shape.activation = activation;
                    check_case<WeightedSumCase>(table, {shape, count});
                });
            }
        }
    });
}

TEST_CASE("weighted_sum: the shapes of the detectors") {
    check_networks_shapes<WeightedSumCase>();
}

}  // namespace
}  // namespace featherface::test
