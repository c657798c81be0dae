// conv_stem against plain loops in double precision, on every table.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#include "tests/kernels/conv_checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE("conv_stem: every height and width from 1 to 9, in and out of slices") {
    on_every_arch([](const KernelTable& table) {
        for (int height = 1; height <= 9; ++height) {
            for (int width = 1; width <= 9; ++width) {
                check_conv<ConvStemCase>(table, {kernels::kStem, height, width, 0, 0, Activation::relu});
                check_conv<ConvStemCase>(
                    table, {kernels::kStem, height, width, 2, 1, Activation::leaky_relu, false});
            }
        }
    });
}

TEST_CASE("conv_stem: rows of one and several tiles, whole and in part, with and without what remains") {
    on_every_arch([](const KernelTable& table) {
        for (const int tile : {table.lanes, 2 * table.lanes, 3 * table.lanes, 6 * table.lanes}) {
            for (int width = 2 * tile - 3; width <= 2 * tile + 3; ++width) {
                check_conv<ConvStemCase>(table, {kernels::kStem, 4, width, 0, 0, Activation::leaky_relu});
                check_conv<ConvStemCase>(table, {kernels::kStem, 5, width, 1, 0});
                check_conv<ConvStemCase>(table,
                                         {kernels::kStem, 5, width, 0, 3, Activation::relu, true, false});
            }
        }
    });
}

TEST_CASE("conv_stem: every epilogue") {
    on_every_arch([](const KernelTable& table) {
        for (const Activation activation : kernels::ConvEpilogues::values)
            check_conv<ConvStemCase>(table, {kernels::kStem, 6, 77, 0, 0, activation});
    });
}

TEST_CASE("conv_stem: the same bits as conv_gemm") {
    on_every_arch([](const KernelTable& table) {
        const ConvShape shape{kernels::kStem, 21, 139, 0, 0, Activation::leaky_relu};
        ConvStemCase stem(table, shape);
        ConvGemmCase gemm(table, shape);
        const Rows rows{0, stem.output.map().height};
        stem.run(stem.output.map(), rows);
        gemm.run(gemm.output.map(), rows);
        const std::size_t floats = static_cast<std::size_t>(11 * 70 * 8);
        CHECK(std::memcmp(stem.output.map().data, gemm.output.map().data, floats * sizeof(float)) == 0);
    });
}

TEST_CASE("conv_stem: rows that are read give the bits of those in memory, and each is read once") {
    on_every_arch([](const KernelTable& table) {
        for (const int height : {1, 2, 9, 10}) {
            for (const int width : {1, 6, 77, 78}) {
                CAPTURE(height);
                CAPTURE(width);
                ConvStemCase c(table, {kernels::kStem, height, width, 0, 0, Activation::leaky_relu});
                const Map output = c.output.map();
                c.run(output, {0, output.height});
                const std::size_t floats = static_cast<std::size_t>(output.height * output.width) * 8;
                const std::vector<float> expected(output.data, output.data + floats);
                std::fill_n(output.data, floats, kNaN);

                struct Input {
                    ConstMap map;
                    mutable std::vector<int> rows = {};
                };
                const Input input{c.input.input()};
                kernels::ConvArgs args{kernels::kStem,
                                       input.map,
                                       output,
                                       c.buffers.packed.data(),
                                       Activation::leaky_relu,
                                       kSlope,
                                       c.buffers.scratch.data()};
                args.input.data = nullptr;
                args.reader = {[](const void* of, int y, float* row) {
                                   const auto& from = *static_cast<const Input*>(of);
                                   from.rows.push_back(y);
                                   std::copy_n(from.map.pixel(y, 0), 3 * from.map.width, row);
                               },
                               &input};
                table.conv_stem->run(args, {0, output.height});
                CHECK(std::memcmp(output.data, expected.data(), floats * sizeof(float)) == 0);
                CHECK(c.buffers.kept());
                std::vector<int> all(static_cast<std::size_t>(height));
                std::iota(all.begin(), all.end(), 0);
                CHECK(input.rows == all);
            }
        }
    });
}

TEST_CASE("conv_stem: supports the stem alone") {
    on_every_arch([](const KernelTable& table) {
        check_supports(*table.conv_stem, true, {kernels::kStem});
        check_supports(*table.conv_stem, false,
                       {{3, 8, 3, 1, 1, 1}, {3, 16, 3, 2, 1, 1}, {4, 8, 3, 2, 1, 1}, {3, 8, 3, 2, 0, 1}});
    });
}

TEST_CASE("conv_stem: a NaN reaches every output whose window holds it, and no other") {
    on_every_arch([](const KernelTable& table) {
        ConvStemCase c(table, {kernels::kStem, 8, 90, 0, 0, Activation::leaky_relu});
        c.input.at(3, 40, 1) = kNaN;
        c.run(c.output.map(), {0, 4});
        for (int y = 0; y < 4; ++y) {
            for (int x = 0; x < 45; ++x) {
                const bool near = std::abs(2 * y - 3) <= 1 && std::abs(2 * x - 40) <= 1;
                for (int o = 0; o < 8; ++o) CHECK(std::isnan(c.output.at(y, x, o)) == near);
            }
        }
    });
}

TEST_CASE("conv_stem: the shapes of the detectors") {
    check_networks_shapes<ConvStemCase>();
}

}  // namespace
}  // namespace featherface::test
