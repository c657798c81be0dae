// softmax_pairs against its formula in double precision.
#include "tests/kernels/cases/softmax_pairs.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE(
    "softmax_pairs: the two probabilities of each pair, only the pairs asked for, any split the same bits") {
    on_every_arch([](const KernelTable& table) {
        for (int pairs = 1; pairs <= 40; ++pairs) check_case<SoftmaxPairsCase>(table, {pairs});
    });
}

TEST_CASE("softmax_pairs: far logits give 0 and 1, NaN gives NaN") {
    on_every_arch([](const KernelTable& table) {
        float values[] = {1000, -1000, -3e38f, 3e38f, kNaN, 0};
        table.softmax_pairs(values, {0, 3});
        CHECK(values[0] == 1.0f);
        CHECK(values[1] == 0.0f);
        CHECK(values[2] == 0.0f);
        CHECK(values[3] == 1.0f);
        CHECK(std::isnan(values[4]));
        CHECK(std::isnan(values[5]));
    });
}

TEST_CASE("softmax_pairs: the shapes of the detectors") {
    check_networks_shapes<SoftmaxPairsCase>();
}

}  // namespace
}  // namespace featherface::test
