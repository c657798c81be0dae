// resize_nearest, copy_channels and subtract_mean: kernels that move values.
#include "test_map.hpp"

namespace featherface::test {
namespace {

TEST_CASE("resize_nearest: up, down and by odd ratios, source index floor(i * in / out)") {
    on_every_arch([](const KernelTable& table) {
        for (const int channels : {1, table.lanes, 2 * table.lanes + 3}) {
            for (const auto& sizes : {std::pair{1, 1}, {1, 7}, {3, 5}, {5, 9}, {5, 10}, {7, 3}, {6, 6}}) {
                const int in = sizes.first, out = sizes.second;
                Random random(12);
                const TestMap input(random, in, in + 1, channels, 1);
                TestMap output(out, 2 * out + 1, channels, 2);
                check_rows(output,
                           [&](Rows rows) { table.resize_nearest(input.input(), output.map(), rows); });
                check_map(output, [&](int y, int x, int c) {
                    return Expected{input.at(y * in / out, x * (in + 1) / (2 * out + 1), c), 0};
                });
            }
        }
    });
}

TEST_CASE("copy_channels: plain copies into slices, and shuffles") {
    on_every_arch([](const KernelTable& table) {
        for (const int channels : awkward_channels(table)) {
            for (const int gap : {0, 5}) {
                Random random(13);
                const TestMap input(random, 4, 3, channels, gap);
                TestMap output(4, 3, channels, 2 * gap);
                check_rows(output, [&](Rows rows) {
                    table.copy_channels(input.input(), nullptr, output.map(), rows);
                });
                check_map(output, [&](int y, int x, int c) { return Expected{input.at(y, x, c), 0}; });

                std::vector<int> source;
                for (int c = 0; c < channels; ++c) source.push_back(random.integer(0, channels - 1));
                check_rows(output, [&](Rows rows) {
                    table.copy_channels(input.input(), source.data(), output.map(), rows);
                });
                check_map(output, [&](int y, int x, int c) {
                    return Expected{input.at(y, x, source[static_cast<std::size_t>(c)]), 0};
                });
            }
        }
    });
}

TEST_CASE("subtract_mean: exact for every byte value, every format, any width, any row stride") {
    struct Format {
        int bytes_per_pixel;
        int offsets[3];
    };
    on_every_arch([](const KernelTable& table) {
        const float mean[] = {104, 117, 123};
        for (const Format& format :
             {Format{3, {0, 1, 2}}, {3, {2, 1, 0}}, {4, {0, 1, 2}}, {4, {2, 1, 0}}, {1, {0, 0, 0}}}) {
            for (const int width : {1, 2, 5, 15, 16, 17, 31, 32, 33, 100}) {
                const std::ptrdiff_t row_stride = width * format.bytes_per_pixel + 7;
                std::vector<std::uint8_t> pixels(static_cast<std::size_t>(5 * row_stride));
                for (std::size_t i = 0; i < pixels.size(); ++i)
                    pixels[i] = static_cast<std::uint8_t>(i * 37 + i / 256);
                TestMap output(5, width, 3);
                check_rows(output, [&](Rows rows) {
                    table.subtract_mean(pixels.data(), row_stride, format.bytes_per_pixel, format.offsets,
                                        mean, output.map(), rows);
                });
                check_map(output, [&](int y, int x, int c) {
                    const std::uint8_t byte = pixels[static_cast<std::size_t>(
                        y * row_stride + x * format.bytes_per_pixel + format.offsets[c])];
                    return Expected{static_cast<double>(byte) - mean[c], 0};
                });
            }
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

}  // namespace
}  // namespace featherface::test
