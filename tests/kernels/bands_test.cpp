// Bands: maps of which only some rows are in memory. Every kernel must give the rows it is asked for the same
// bits as with whole maps, from no more input rows than those rows need. The bands are allocations of exactly
// that size, so that a sanitizer sees a kernel that touches another row.
#include <memory>

#include "tests/kernels/cases/conv.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

// Rows of a map in memory of their own.
struct BandOf {
    BandOf(const ConstMap& whole, Rows rows)
        : memory(new float[floats(whole, rows)]), map{memory.get(),   whole.height,       whole.width,
                                                      whole.channels, whole.pixel_stride, rows.begin} {
        std::copy(whole.pixel(rows.begin, 0), whole.pixel(rows.begin, 0) + floats(whole, rows), memory.get());
    }
    static std::size_t floats(const ConstMap& whole, Rows rows) {
        return static_cast<std::size_t>(rows.end - rows.begin) *
               static_cast<std::size_t>(whole.width * whole.pixel_stride);
    }
    ConstMap input() const { return kernels::as_const(map); }

    std::unique_ptr<float[]> memory;
    Map map;
};

// Runs `kernel(input, output, rows)` with whole maps and with bands; `needed(rows)` are the input rows that
// rows need.
template <class Needed, class Kernel>
void check_bands(const TestMap& input, int height, int width, int channels, const Needed& needed,
                 const Kernel& kernel) {
    TestMap whole(height, width, channels);
    kernel(input.input(), whole.map(), Rows{0, height});
    for (int begin = 0; begin < height; ++begin) {
        for (int end = begin + 1; end <= height; ++end) {
            const BandOf in(input.input(), needed(Rows{begin, end}));
            const BandOf out(kernels::as_const(whole.map()), {begin, end});
            const std::size_t floats = BandOf::floats(whole.input(), {begin, end});
            std::fill(out.memory.get(), out.memory.get() + floats, kNaN);
            kernel(in.input(), out.map, Rows{begin, end});
            CHECK(std::memcmp(out.memory.get(), whole.map().pixel(begin, 0), floats * sizeof(float)) == 0);
        }
    }
}

Rows same(Rows rows) {
    return rows;
}

TEST_CASE("bands: every convolution") {
    on_every_arch([](const KernelTable& table) {
        const int height = 9;
        const int width = 14;
        const std::pair<const ConvKernel*, ConvGeometry> cases[] = {
            {table.conv_gemm, {5, 18, 1, 1, 0, 1}},
            {table.conv_gemm, {3, 8, 3, 2, 1, 1}},
            {table.conv_gemm, {4, 9, 3, 1, 1, 1}},
            {table.conv_depthwise, {19, 19, 3, 1, 1, 19}},
            {table.conv_depthwise, {16, 16, 3, 2, 1, 16}},
            {table.conv_flat, {8, 8, 3, 1, 1, 4}},
            {table.conv_flat, {2, 1, 7, 1, 3, 1}},
            {table.conv_gemm, {6, 9, 3, 2, 1, 3}},
            {table.conv_int8, {5, 18, 1, 1, 0, 1}},
            {table.conv_winograd, {16, 18, 3, 1, 1, 1}},
            {table.conv_stem, kernels::kStem}};
        for (const auto& [kernel, g] : cases) {
            const std::string name = kernel->name;
            CAPTURE(name);
            Random random(20);
            const TestMap input(random, height, width, g.in_channels, 1);
            const auto weights =
                random.values(static_cast<std::size_t>(g.out_channels * g.in_channels * g.kernel * g.kernel));
            std::vector<float> packed(kernel->packed_floats(g));
            kernel->pack(g, {.weights = weights.data(), .input_low = -1, .input_high = 1}, packed.data());
            std::vector<float> scratch(kernel->scratch_floats(g, output_size(g, width)) + 1);
            const auto needed = [&, geometry = g, block = kernel->rows_per_block](Rows rows) {
                rows = {rows.begin / block * block, (rows.end + block - 1) / block * block};
                return Rows{
                    std::max(rows.begin * geometry.stride - geometry.pad, 0),
                    std::min((rows.end - 1) * geometry.stride - geometry.pad + geometry.kernel, height)};
            };
            check_bands(
                input, output_size(g, height), output_size(g, width), g.out_channels, needed,
                [&, k = kernel, geometry = g](const ConstMap& in, const Map& out, Rows rows) {
                    k->run({geometry, in, out, packed.data(), Activation::relu, 0, scratch.data()}, rows);
                });
        }
    });
}

TEST_CASE("bands: the deformable convolution's output, offsets and masks; its input is whole") {
    on_every_arch([](const KernelTable& table) {
        const ConvGeometry g{5, 4, 3, 1, 1, 1};
        Random random(21);
        const TestMap input(random, 7, 8, 5);
        const TestMap offset(random, 7, 8, 18, 0, -2, 2);
        const TestMap mask(random, 7, 8, 9);
        const auto weights = random.values(4 * 5 * 9);
        std::vector<float> packed(table.conv_deform->packed_floats(g));
        table.conv_deform->pack(g, {.weights = weights.data()}, packed.data());
        std::vector<float> scratch(table.conv_deform->scratch_floats(g, 8));
        check_bands(offset, 7, 8, 4, same, [&](const ConstMap& band, const Map& out, Rows rows) {
            const BandOf masks(mask.input(), rows);
            table.conv_deform->run(
                {{g, input.input(), out, packed.data(), Activation::none, 0, scratch.data()},
                 band,
                 masks.input()},
                rows);
        });
    });
}

TEST_CASE("bands: elementwise kernels, dense and in slices") {
    on_every_arch([](const KernelTable& table) {
        for (const int gap : {0, 3}) {
            Random random(22);
            const int channels = 11;
            const TestMap input(random, 6, 5, channels, gap);
            const TestMap gate(random, 6, 5, 1);
            const auto scale = random.values(11);
            const auto check = [&](const auto& kernel) { check_bands(input, 6, 5, channels, same, kernel); };
            check([&](const ConstMap& in, const Map& out, Rows rows) {
                table.scale_shift(in, scale.data(), scale.data(), out, rows);
            });
            check([&](const ConstMap& in, const Map& out, Rows rows) {
                table.activate(in, Activation::swish, 0, out, rows);
            });
            check([&](const ConstMap& in, const Map& out, Rows rows) {
                table.add(in, in, Activation::relu, out, rows);
            });
            check([&](const ConstMap& in, const Map& out, Rows rows) {
                const ConstMap inputs[] = {in, input.input(), in};
                const float weights[] = {0.5f, 0.25f, 2};
                table.weighted_sum({inputs, weights, 3, Activation::swish, out}, rows);
            });
            check([&](const ConstMap& in, const Map& out, Rows rows) {
                table.scale_channels(in, scale.data(), out, rows);
            });
            check([&](const ConstMap& in, const Map& out, Rows rows) {
                const BandOf gates(gate.input(), rows);
                table.scale_pixels(in, gates.input(), out, rows);
            });
            check([&](const ConstMap& in, const Map& out, Rows rows) {
                const BandOf gates(gate.input(), rows);
                table.attend({in, scale.data(), gates.input(), true, Activation::relu, out}, rows);
            });
            check([&](const ConstMap& in, const Map& out, Rows rows) {
                table.copy_channels(in, nullptr, out, rows);
            });
            check_bands(input, 6, 5, 2, same, [&](const ConstMap& in, const Map& out, Rows rows) {
                table.channel_stats(in, scale.data(), true, out, rows);
            });
        }
    });
}

TEST_CASE("bands: pooling, resizing and the conversion of pixels") {
    on_every_arch([](const KernelTable& table) {
        Random random(23);
        const TestMap input(random, 9, 6, 7);
        const auto pooled = [](Rows rows) {
            return Rows{std::max(2 * rows.begin - 1, 0), std::min(2 * rows.end, 9)};
        };
        check_bands(input, 5, 3, 7, pooled, [&](const ConstMap& in, const Map& out, Rows rows) {
            table.max_pool({in, out, 1, 1, 0}, rows);
        });
        for (const int height : {4, 9, 17}) {
            const auto source = [height](int y) { return y * 9 / height; };
            const auto needed = [&](Rows rows) { return Rows{source(rows.begin), source(rows.end - 1) + 1}; };
            check_bands(input, height, 5, 7, needed, [&](const ConstMap& in, const Map& out, Rows rows) {
                table.resize_nearest(in, out, rows);
            });
        }
        const std::vector<std::uint8_t> pixels(9 * 6 * 3, 200);
        const int offsets[] = {2, 1, 0};
        const float mean[] = {104, 117, 123};
        check_bands(input, 9, 6, 3, same, [&](const ConstMap&, const Map& out, Rows rows) {
            table.subtract_mean(pixels.data(), 18, 3, offsets, mean, out, rows);
        });
        float sums[2][7];
        float maxima[2][7];
        table.pool_rows(input.input(), sums[0], maxima[0], {3, 6});
        table.pool_rows(BandOf(input.input(), {3, 6}).input(), sums[1], maxima[1], {3, 6});
        CHECK(std::memcmp(sums[0], sums[1], sizeof sums[0]) == 0);
        CHECK(std::memcmp(maxima[0], maxima[1], sizeof maxima[0]) == 0);
    });
}

}  // namespace
}  // namespace featherface::test
