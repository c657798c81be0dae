// What happens to callers that ask a kernel for what it does not do: an activation that it lacks ends the
// program in every build, any other broken precondition in debug and sanitizer builds.
#include <functional>

#include "support/last_words.hpp"
#include "tests/kernels/cases/all.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

using kernels::DeformConvArgs;

TEST_CASE("preconditions: a kernel that is asked for an activation it does not have ends the program") {
    on_every_arch([](const KernelTable& table) {
        const MapShape map{.height = 2, .width = 3, .channels = 5, .activation = Activation::leaky_relu};
        const auto dies = [&](auto&& c) {
            return death_of([&] { c.run(c.output.map(), {0, c.output.map().height}); }).signal != 0;
        };
        CHECK(dies(AddCase(table, map)));
        CHECK(dies(AttendCase(table, {map})));
        CHECK(dies(WeightedSumCase(table, {map, 2})));
        CHECK(dies(LinearCase(table, {4, 5, Activation::leaky_relu})));
        CHECK(dies(ConvGemmCase(table, {{4, 8, 3, 1, 1, 1}, 4, 5, 0, 0, Activation::swish})));
        CHECK(dies(ConvDepthwiseCase(table, {{8, 8, 3, 1, 1, 8}, 4, 5, 0, 0, Activation::swish})));
        CHECK(dies(ConvFlatCase(table, {{8, 8, 3, 1, 1, 8}, 4, 5, 0, 0, Activation::swish})));
        CHECK(dies(ConvWinogradCase(table, {{16, 16, 3, 1, 1, 1}, 4, 5, 0, 0, Activation::swish})));
        CHECK(dies(ConvInt8Case(table, {{16, 16, 1, 1, 0, 1}, 4, 5, 0, 0, Activation::swish})));
        CHECK(dies(ConvDeformCase(
            table,
            {{.geometry = {4, 8, 3, 1, 1, 1}, .height = 4, .width = 5, .activation = Activation::swish}})));
        CHECK(!dies(AddCase(table, MapShape{.height = 2, .width = 3, .channels = 5})));
    });
}

#if defined(FEATHERFACE_ASSERTIONS)

// Checks that the assertion that ends f() names the file.
void check_refused(const char* file, const std::function<void()>& f) {
    const Death death = death_of(f);
    CAPTURE(death.last_words);
    CHECK(death.signal == SIGABRT);
    CHECK(death.last_words.find(std::string("kernels/") + file + ":") != std::string::npos);
    CHECK(death.last_words.find("does not hold") != std::string::npos);
}

TEST_CASE("preconditions: maps of other shapes, rows that are not there and null pointers are refused") {
    on_every_arch([](const KernelTable& table) {
        Random random(1);
        const TestMap in(random, 4, 5, 6), wide(random, 4, 6, 6), deep(random, 4, 5, 7);
        const TestMap out(4, 5, 6), half(2, 3, 6);
        const std::vector<float> vector = random.values(64);
        const float* const v = vector.data();
        const Rows all{0, 4}, beyond{0, 5};
        ConstMap band = in.input();
        band.first_row = 2;
        ConstMap overlapping_pixels = in.input();
        overlapping_pixels.pixel_stride = 5;

        check_refused("scale_shift.hpp", [&] { table.scale_shift(wide.input(), v, v, out.map(), all); });
        check_refused("scale_shift.hpp", [&] { table.scale_shift(in.input(), v, v, out.map(), beyond); });
        check_refused("scale_shift.hpp", [&] { table.scale_shift(in.input(), v, v, out.map(), {3, 2}); });
        check_refused("scale_shift.hpp", [&] { table.scale_shift(band, v, v, out.map(), all); });
        check_refused("scale_shift.hpp",
                      [&] { table.scale_shift(overlapping_pixels, v, v, out.map(), all); });
        check_refused("scale_shift.hpp", [&] { table.scale_shift({}, v, v, out.map(), all); });
        check_refused("scale_shift.hpp", [&] { table.scale_shift(in.input(), nullptr, v, out.map(), all); });
        check_refused("activate.hpp",
                      [&] { table.activate(deep.input(), Activation::relu, 0, out.map(), all); });
        check_refused("activate.hpp",
                      [&] { table.activate(in.input(), Activation::leaky_relu, 2, out.map(), all); });
        check_refused("add.hpp",
                      [&] { table.add(in.input(), wide.input(), Activation::none, out.map(), all); });
        check_refused("weighted_sum.hpp", [&] {
            const ConstMap maps[] = {in.input(), deep.input()};
            table.weighted_sum({maps, v, 2, Activation::none, out.map()}, all);
        });
        check_refused("weighted_sum.hpp", [&] {
            table.weighted_sum({nullptr, v, 0, Activation::none, out.map()}, all);
        });
        check_refused("scale_channels.hpp", [&] { table.scale_channels(deep.input(), v, out.map(), all); });
        check_refused("scale_pixels.hpp",
                      [&] { table.scale_pixels(in.input(), in.input(), out.map(), all); });
        check_refused("attend.hpp", [&] {
            table.attend({deep.input(), v, in.input(), true, Activation::none, out.map()}, all);
        });
        check_refused("channel_stats.hpp", [&] { table.channel_stats(in.input(), v, true, out.map(), all); });
        check_refused("pool_rows.hpp", [&] { table.pool_rows(in.input(), nullptr, nullptr, all); });
        check_refused("max_pool.hpp", [&] { table.max_pool({in.input(), out.map(), 1, 1, 0}, all); });
        check_refused("max_pool.hpp", [&] { table.max_pool({in.input(), half.map(), 2, 1, 0}, {0, 2}); });
        check_refused("resize_nearest.hpp", [&] { table.resize_nearest(deep.input(), out.map(), all); });
        check_refused("copy_channels.hpp",
                      [&] { table.copy_channels(deep.input(), nullptr, out.map(), all); });
        check_refused("copy_channels.hpp", [&] {
            const int source[] = {0, 1, 2, 3, 4, 6};
            table.copy_channels(in.input(), source, out.map(), all);
        });
        check_refused("linear.hpp",
                      [&] { table.linear(v, 4, nullptr, nullptr, Activation::none, out.map().data, 4); });
        check_refused("softmax_pairs.hpp", [&] { table.softmax_pairs(nullptr, {0, 1}); });
        check_refused("subtract_mean.hpp", [&] {
            const std::uint8_t bytes[60] = {};
            const int offsets[] = {1, 0, 2};
            const TestMap pixels(4, 5, 3);
            table.subtract_mean(bytes, 15, 3, offsets, v, pixels.map(), all);
        });
    });
}

TEST_CASE(
    "preconditions: outputs that overlap inputs are refused, in place and slices beside one another are "
    "not") {
    on_every_arch([](const KernelTable& table) {
        Random random(2);
        const TestMap wide(random, 4, 5, 8);
        const auto slice = [&](int first, int channels) {
            return Map{wide.map().data + first, 4, 5, channels, 8};
        };
        const Rows all{0, 4};
        const auto copy = [&](const Map& from, const Map& to) {
            return
                [&table, from, to, all] { table.copy_channels(kernels::as_const(from), nullptr, to, all); };
        };
        check_refused("copy_channels.hpp", copy(slice(0, 4), slice(0, 4)));
        check_refused("copy_channels.hpp", copy(slice(0, 4), slice(3, 4)));
        check_refused("copy_channels.hpp", copy(slice(3, 4), slice(0, 4)));
        CHECK(death_of(copy(slice(0, 4), slice(4, 4))).signal == 0);
        CHECK(death_of(copy(slice(4, 4), slice(0, 4))).signal == 0);
        const auto activate = [&](const Map& from, const Map& to) {
            return [&table, from, to, all] {
                table.activate(kernels::as_const(from), Activation::relu, 0, to, all);
            };
        };
        CHECK(death_of(activate(slice(2, 4), slice(2, 4))).signal == 0);
        check_refused("activate.hpp", activate(slice(2, 4), slice(3, 4)));
        Map lower = slice(0, 8);
        lower.data += 8;  // a pixel further
        check_refused("activate.hpp", activate(slice(0, 8), lower));
    });
}

TEST_CASE("preconditions: a convolution refuses what does not fit its geometry or the kernel") {
    on_every_arch([](const KernelTable& table) {
        const ConvShape shape{{16, 16, 3, 1, 1, 1}, 6, 7};
        ConvGemmCase c(table, shape);
        const auto run = [&](const ConvKernel& kernel, const auto& change) {
            kernels::ConvArgs args{shape.geometry,          c.input.input(),  c.output.map(),
                                   c.buffers.packed.data(), Activation::none, 0,
                                   c.buffers.scratch.data()};
            Rows rows{0, 6};
            change(args, rows);
            return [&kernel, args, rows] { kernel.run(args, rows); };
        };
        const auto refused = [&](const char* file, const ConvKernel& kernel, const auto& change) {
            check_refused(file, run(kernel, change));
        };
        using Args = kernels::ConvArgs;
        refused("conv_depthwise.hpp", *table.conv_depthwise, [](Args&, Rows&) {});
        refused("conv_flat.hpp", *table.conv_flat, [](Args&, Rows&) {});
        refused("conv_stem.hpp", *table.conv_stem, [](Args&, Rows&) {});
        refused("conv_int8.hpp", *table.conv_int8, [](Args&, Rows&) {});
        refused("conv_winograd.hpp", *table.conv_winograd,
                [](Args& args, Rows&) { args.geometry.stride = 2; });
        refused("conv_gemm.hpp", *table.conv_gemm, [](Args& args, Rows&) { args.scratch = nullptr; });
        for (const ConvKernel* kernel : {table.conv_gemm, table.conv_winograd}) {
            const auto broken = [&](const auto& change) { refused("preconditions.hpp", *kernel, change); };
            broken([](Args& args, Rows&) { args.weights = nullptr; });
            broken([](Args& args, Rows&) {
                args.activation = Activation::leaky_relu;
                args.slope = 2;
            });
            broken([](Args& args, Rows&) { args.input.channels = 15; });
            broken([](Args& args, Rows&) { args.output.height = 5; });
            broken([](Args& args, Rows&) { args.output.data = nullptr; });
            broken([](Args&, Rows& rows) { rows.end = 7; });
            broken([](Args& args, Rows& rows) {  // row 5 needs row 4 of the input, and Winograd's block more
                args.input.first_row = 5;
                rows = {5, 6};
            });
            broken([](Args& args, Rows&) { args.output.data = const_cast<float*>(args.input.data); });
        }
        // A block of Winograd's needs the rows above those asked for, any other kernel does not.
        const auto from_row_2 = [](Args& args, Rows& rows) {
            args.input.first_row = 1;
            rows = {2, 3};
        };
        CHECK(death_of(run(*table.conv_gemm, from_row_2)).signal == 0);
        refused("preconditions.hpp", *table.conv_winograd, from_row_2);
    });
}

TEST_CASE(
    "preconditions: the deformable convolution wants its whole input, and offsets and masks of the right "
    "size") {
    on_every_arch([](const KernelTable& table) {
        ConvDeformCase c(table, {{.geometry = {4, 8, 3, 1, 1, 1}, .height = 5, .width = 6}});
        const auto refused = [&](const auto& change) {
            DeformConvArgs args{{c.conv.geometry, c.input.input(), c.output.map(), c.buffers.packed.data(),
                                 Activation::none, 0, c.buffers.scratch.data()},
                                c.offset.input(),
                                c.mask.input()};
            Rows rows{1, 5};
            change(args);
            check_refused("conv_deform.hpp", [&] { c.kernel.run(args, rows); });
        };
        refused([](DeformConvArgs& args) { args.conv.input.first_row = 1; });
        refused([](DeformConvArgs& args) { args.offset.channels = 17; });
        refused([](DeformConvArgs& args) { args.mask.height = 4; });
        refused([](DeformConvArgs& args) { args.mask.first_row = 2; });
        refused([](DeformConvArgs& args) { args.conv.geometry.groups = 2; });
    });
}

#endif

}  // namespace
}  // namespace featherface::test
