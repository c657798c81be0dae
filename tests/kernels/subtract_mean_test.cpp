// subtract_mean: bytes to floats, exactly.
#include "tests/kernels/cases/subtract_mean.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("subtract_mean: exact for every byte value, every format, any width, any row stride") {
    on_every_arch([](const KernelTable& table) {
        for (const int width : {1, 2, 5, 15, 16, 17, 31, 32, 33, 100}) {
            for (const int bytes_per_pixel : {3, 4}) {
                check_case<SubtractMeanCase>(table, {5, width, bytes_per_pixel, {0, 1, 2}, 7});
                check_case<SubtractMeanCase>(table, {5, width, bytes_per_pixel, {2, 1, 0}, 7});
            }
            check_case<SubtractMeanCase>(table, {5, width, 1, {0, 0, 0}, 7});
        }
    });
}

TEST_CASE("subtract_mean: rows may be stored bottom up") {
    on_every_arch([](const KernelTable& table) {
        const std::uint8_t pixels[] = {1, 2, 3, 11, 12, 13};
        const int offsets[] = {0, 1, 2};
        const float mean[] = {0, 0, 0};
        TestMap output(2, 1, 3);
        table.subtract_mean(pixels + 3, -3, 3, offsets, mean, output.map(), {0, 2});
        CHECK(output.values() == std::vector<float>{11, 12, 13, 1, 2, 3});
    });
}

TEST_CASE("subtract_mean: the shapes of the detectors") {
    check_networks_shapes<SubtractMeanCase>();
}

}  // namespace
}  // namespace featherface::test
