// pool_rows against sums and maxima in double precision.
#include "tests/kernels/cases/pool_rows.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("pool_rows: sum and maximum per channel over any rows, nothing written beyond the channels") {
    on_every_arch([](const KernelTable& table) {
        for (const int channels : awkward_channels(table)) {
            for (const int width : {1, 2, 3, 4, 5, 7, 20}) {
                for (const Rows rows : {Rows{0, 5}, Rows{1, 3}, Rows{4, 5}}) {
                    const MapShape shape{.height = 5, .width = width, .channels = channels, .gap = width % 3};
                    check_case<PoolRowsCase>(table, {shape, rows.begin, rows.end});
                }
            }
        }
    });
}

TEST_CASE("pool_rows: a NaN anywhere is the maximum and spoils the sum") {
    on_every_arch([](const KernelTable& table) {
        for (int at = 0; at < 37; ++at) {
            Random random(9);
            TestMap input(random, 1, 37, 1);
            input.at(0, at, 0) = kNaN;
            float sum = 0;
            float maximum = 0;
            table.pool_rows(input.input(), &sum, &maximum, {0, 1});
            CHECK(std::isnan(sum));
            CHECK(std::isnan(maximum));
        }
    });
}

TEST_CASE("pool_rows: the shapes of the detectors") {
    check_networks_shapes<PoolRowsCase>();
}

}  // namespace
}  // namespace featherface::test
