// activate against the activations in double precision.
#include "tests/kernels/cases/activate.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("activate: every activation, also in place") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : kernels::AllActivations::values) {
            on_every_layout(table, 5, 3, [&](MapShape shape) {
                shape.activation = activation;
                check_case<ActivateCase>(table, shape);
                check_case_in_place<ActivateCase>(table, shape);
            });
        }
    });
}

TEST_CASE("activate: NaN stays NaN through every activation, infinities behave") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : kernels::AllActivations::values) {
            CAPTURE(static_cast<int>(activation));
            for (const float special : {kNaN, kInfinity, -kInfinity}) {
                TestMap input(1, 1, 19);
                input.for_each([&](float& value) { value = special; });
                TestMap output(1, 1, 19);
                table.activate(input.input(), activation, 0.1f, output.map(), {0, 1});
                for (const float value : output.values()) {
                    // Swish of -infinity is -infinity * 0, as in PyTorch.
                    const double exact = exact_activation(activation, special, 0.1f);
                    CHECK(std::isnan(value) == (std::isnan(special) || std::isnan(exact)));
                    if (!std::isnan(exact)) CHECK(value == exact);
                }
            }
        }
    });
}

TEST_CASE("activate: activations have names, each its own") {
    for (const Activation a : kernels::AllActivations::values) {
        for (const Activation b : kernels::AllActivations::values) {
            CHECK((std::string(kernels::name_of(a)) == kernels::name_of(b)) == (a == b));
        }
    }
}

TEST_CASE("activate: the shapes of the detectors") {
    check_networks_shapes<ActivateCase>();
}

}  // namespace
}  // namespace featherface::test
