// What the tests of convolutions check besides what those of every kernel do.
#pragma once

#include <cfenv>

#include "tests/kernels/cases/conv.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {

// Checks a case, and that no arithmetic is done on scratch that was not written before: that is slow where it
// happens to hold denormal numbers.
template <class Case>
void check_conv(const KernelTable& table, const typename Case::Shape& shape) {
    check_case<Case>(table, shape);
    Case c(table, shape);
    std::feclearexcept(FE_INVALID);
    c.run(c.output.map(), {0, c.output.map().height});
    const std::string text = text_of(shape);
    CAPTURE(text);
    CHECK(std::fetestexcept(FE_INVALID) == 0);
}

// Checks that the kernel supports these geometries or does not.
inline void check_supports(const ConvKernel& kernel, bool expected,
                           const std::vector<ConvGeometry>& geometries) {
    for (const ConvGeometry& g : geometries) {
        const std::string text = text_of(ConvShape{.geometry = g});
        CAPTURE(text);
        CHECK(kernel.supports(g) == expected);
    }
}

// Checks that a NaN of one channel reaches every output whose window holds it, of every channel that is
// connected to it, through each epilogue.
template <class Case>
void check_nan_spreads(const KernelTable& table, int groups) {
    for (const Activation activation : kernels::ConvEpilogues::values) {
        Case c(table, {{5, 5, 3, 1, 1, groups}, 6, 7, 0, 0, activation});
        c.input.at(2, 3, 4) = kNaN;
        c.run(c.output.map(), {0, 6});
        for (int y = 0; y < 6; ++y) {
            for (int x = 0; x < 7; ++x) {
                const bool near = std::abs(y - 2) <= 1 && std::abs(x - 3) <= 1;
                CHECK(std::isnan(c.output.at(y, x, 4)) == near);
                CHECK(std::isnan(c.output.at(y, x, 0)) == (near && groups == 1));
            }
        }
    }
}

}  // namespace featherface::test
