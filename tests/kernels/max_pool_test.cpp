// max_pool against plain loops.
#include "tests/kernels/cases/max_pool.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE(
    "max_pool: zero padding that takes part (split as TensorFlow does) and ordinary padding, sizes 1 to 9") {
    on_every_arch([](const KernelTable& table) {
        for (const int channels : {1, table.lanes, 2 * table.lanes + 3}) {
            for (int height = 1; height <= 9; ++height) {
                for (int width = 1; width <= 9; ++width) {
                    const MapShape shape{.height = height,
                                         .width = width,
                                         .channels = channels,
                                         .gap = height % 2,
                                         .out_gap = width % 2};
                    check_case<MaxPoolCase>(table, {shape, true});
                    check_case<MaxPoolCase>(table, {shape, false});
                }
            }
        }
    });
}

TEST_CASE("max_pool: a NaN makes every window that holds it NaN, wherever in the window it is") {
    on_every_arch([](const KernelTable& table) {
        for (int ny = 0; ny < 7; ++ny) {
            for (int nx = 0; nx < 7; ++nx) {
                Random random(11);
                TestMap input(random, 7, 7, 3);
                input.at(ny, nx, 1) = kNaN;
                TestMap output(4, 4, 3);
                table.max_pool({input.input(), output.map(), 1, 1, 0}, {0, 4});
                for (int y = 0; y < 4; ++y) {
                    for (int x = 0; x < 4; ++x) {
                        const bool holds = std::abs(2 * y - ny) <= 1 && std::abs(2 * x - nx) <= 1;
                        CHECK(std::isnan(output.at(y, x, 1)) == holds);
                        CHECK(!std::isnan(output.at(y, x, 2)));
                    }
                }
            }
        }
    });
}

TEST_CASE("max_pool: the shapes of the detectors") {
    check_networks_shapes<MaxPoolCase>();
}

}  // namespace
}  // namespace featherface::test
