// conv_int8 against plain loops over whole numbers.
#include "tests/kernels/cases/conv_int8.hpp"

#include "kernels/select.hpp"
#include "tests/kernels/conv_checks.hpp"

namespace featherface::test {
namespace {

// Every architecture's, and what it has for CPUs without VNNI or ARM's dot products.
template <class F>
void on_every_int8_kernel(const F& f) {
    on_every_arch([&](const KernelTable& table) {
        f(table);
#if defined(__x86_64__)
        const auto plain_tables = {&kernels::kAvx2Table, &kernels::kAvx512Table};
#elif defined(__aarch64__)
        const auto plain_tables = {&kernels::kNeon64Table};
#else
        const std::initializer_list<const KernelTable*> plain_tables = {};
#endif
        for (const KernelTable* plain : plain_tables) {
            if (std::string(plain->arch) == table.arch && plain->conv_int8 != table.conv_int8) f(*plain);
        }
    });
}

TEST_CASE("conv_int8: every awkward channel count in and out, in and out of slices") {
    on_every_int8_kernel([](const KernelTable& table) {
        for (const int in : awkward_channels(table)) {
            for (const int out : awkward_channels(table)) {
                check_case<ConvInt8Case>(table, {{in, out, 1, 1, 0, 1}, 3, 5});
                check_case<ConvInt8Case>(table, {{in, out, 1, 1, 0, 1}, 2, 7, 3, 5, Activation::relu, false});
            }
        }
    });
}

TEST_CASE("conv_int8: rows longer than a tile and than a span, ending anywhere") {
    on_every_int8_kernel([](const KernelTable& table) {
        for (const int width : {1, 2, 11, 12, 13, 24, 25, 95, 96, 97, 108, 200})
            check_case<ConvInt8Case>(table, {{9, 20, 1, 1, 0, 1}, 2, width});
        for (const auto& [in, pixels] : {std::pair{64, 385}, {64, 769}, {130, 193}, {130, 385}, {300, 97}})
            check_case<ConvInt8Case>(table, {{in, 40, 1, 1, 0, 1}, 1, pixels, 0, 0, Activation::relu});
    });
}

TEST_CASE("conv_int8: every epilogue") {
    on_every_int8_kernel([](const KernelTable& table) {
        for (const Activation activation : kernels::ConvEpilogues::values)
            check_case<ConvInt8Case>(table, {{8, 20, 1, 1, 0, 1}, 6, 13, 0, 0, activation});
    });
}

TEST_CASE("conv_int8: sums of the largest numbers are exact to the bit") {
    on_every_int8_kernel([](const KernelTable& table) {
        for (const int in : {1, 3, 64, 500}) {
            ConvInt8Case c(table, {.geometry = {in, 19, 1, 1, 0, 1}, .height = 4, .width = 9});
            // Steps of 1 and no scale: what comes out is the sum.
            for (float& scale : c.scale) scale = 1;
            for (float& bias : c.bias) bias = 0;
            for (float& weight : c.weights) weight = static_cast<float>(c.random.integer(0, 1) * 254 - 127);
            c.input.for_each(
                [&](float& value) { value = static_cast<float>(c.random.integer(0, 3) == 0 ? -300 : 300); });
            for (const float low : {0.0f, -100.0f, -255.0f}) {
                c.pack(low, low + 255);
                c.run(c.output.map(), {0, 4});
                for (int y = 0; y < 4; ++y) {
                    for (int x = 0; x < 9; ++x) {
                        for (int o = 0; o < 19; ++o)
                            CHECK(c.output.at(y, x, o) == static_cast<float>(c.sum(y, x, o)));
                    }
                }
            }
        }
    });
}

TEST_CASE("conv_int8: all architectures give the same sums of any values") {
    std::vector<float> first;
    on_every_int8_kernel([&](const KernelTable& table) {
        ConvInt8Case c(table, {.geometry = {37, 19, 1, 1, 0, 1}, .height = 4, .width = 31});
        for (float& bias : c.bias) bias = 0;
        c.input.for_each([](float& value) { value = std::nearbyint(value * 64) / 32; });  // halves of steps
        c.pack(-2, 2);
        c.run(c.output.map(), {0, 4});
        if (first.empty()) first = c.output.values();
        CHECK(c.output.values() == first);
    });
}

TEST_CASE("conv_int8: a NaN counts as the lowest number, infinities as the lowest and the highest") {
    on_every_int8_kernel([](const KernelTable& table) {
        const ConvShape shape{.geometry = {5, 7, 1, 1, 0, 1}, .height = 1, .width = 2};
        ConvInt8Case c(table, shape);
        c.input.at(0, 0, 1) = kNaN;
        c.input.at(0, 0, 2) = -kInfinity;
        c.input.at(0, 1, 1) = -100;
        c.input.at(0, 1, 2) = -100;
        c.input.at(0, 0, 3) = kInfinity;
        c.input.at(0, 1, 3) = 100;
        for (const int channel : {0, 4}) c.input.at(0, 1, channel) = c.input.at(0, 0, channel);
        c.run(c.output.map(), {0, 1});
        for (int o = 0; o < 7; ++o) CHECK(c.output.at(0, 0, o) == c.output.at(0, 1, o));
    });
}

TEST_CASE("conv_int8: a channel with a weight that is not finite is NaN, one of zeros its bias") {
    on_every_int8_kernel([](const KernelTable& table) {
        ConvInt8Case c(table, {.geometry = {5, 7, 1, 1, 0, 1}, .height = 1, .width = 2});
        c.weights[5 * 1 + 2] = kNaN;
        c.weights[5 * 3 + 0] = kInfinity;
        for (int i = 0; i < 5; ++i) c.weights[static_cast<std::size_t>(5 * 4 + i)] = 0;
        c.pack(-1, 1);
        c.run(c.output.map(), {0, 1});
        for (int o = 0; o < 7; ++o) CHECK(std::isnan(c.output.at(0, 0, o)) == (o == 1 || o == 3));
        CHECK(c.output.at(0, 1, 4) == c.bias[4]);
    });
}

TEST_CASE("conv_int8: supports pointwise convolutions without groups, strides and padding") {
    on_every_int8_kernel([](const KernelTable& table) {
        check_supports(*table.conv_int8, true,
                       {{1, 1, 1, 1, 0, 1}, {8, 16, 1, 1, 0, 1}, {65536, 1, 1, 1, 0, 1}});
        check_supports(*table.conv_int8, false,
                       {{8, 8, 3, 1, 1, 1},
                        {8, 8, 1, 2, 0, 1},
                        {8, 8, 1, 1, 1, 1},
                        {8, 8, 1, 1, 0, 2},
                        {65537, 1, 1, 1, 0, 1}});
    });
}

TEST_CASE("conv_int8: the shapes of the detectors") {
    check_networks_shapes<ConvInt8Case>();
}

}  // namespace
}  // namespace featherface::test
