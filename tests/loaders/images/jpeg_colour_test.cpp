// From luma and chroma, or inks, to blue, green and red: against JFIF's formulas.
#include "loaders/images/jpeg_colour.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

using namespace featherface::loaders;

namespace {

using Bgr = std::array<int, 3>;

Bgr pixel_of(JpegColours colours, const std::array<std::uint8_t, 4>& samples) {
    // A row longer than what is computed at once, of which the last pixel counts.
    constexpr std::size_t kCount = 67;
    std::array<std::vector<std::uint8_t>, 4> rows;
    std::array<const std::uint8_t*, 4> pointers{};
    for (std::size_t i = 0; i < 4; ++i) {
        rows[i].assign(kCount, 1);
        rows[i].back() = samples[i];
        pointers[i] = rows[i].data();
    }
    std::vector<std::uint8_t> bgr(3 * kCount + 1, 99);
    to_bgr_row(colours, pointers.data(), kCount, bgr.data());
    REQUIRE(bgr.back() == 99);
    return {bgr[3 * kCount - 3], bgr[3 * kCount - 2], bgr[3 * kCount - 1]};
}

// JFIF 1.02, page 3.
std::array<double, 3> exact_bgr(double y, double cb, double cr) {
    const auto clamped = [](double value) { return std::clamp(value, 0.0, 255.0); };
    cb -= 128, cr -= 128;
    return {clamped(y + 1.772 * cb), clamped(y - 0.344136 * cb - 0.714136 * cr), clamped(y + 1.402 * cr)};
}

}  // namespace

TEST_CASE("jpeg colour: luma and chroma are within 0.6 of JFIF's formulas") {
    for (int y = 0; y < 256; y += 15) {
        for (int cb = 0; cb < 256; cb += 5) {
            for (int cr = 0; cr < 256; cr += 5) {
                const auto octet = [](int value) { return static_cast<std::uint8_t>(value); };
                const Bgr found = pixel_of(JpegColours::ycc, {octet(y), octet(cb), octet(cr), 0});
                const auto exact = exact_bgr(y, cb, cr);
                for (std::size_t c = 0; c < 3; ++c) REQUIRE(std::abs(found[c] - exact[c]) <= 0.6);
            }
        }
    }
}

TEST_CASE("jpeg colour: grey is repeated, red comes last, black inks what is left of the others") {
    CHECK(pixel_of(JpegColours::grey, {50, 1, 2, 3}) == Bgr{50, 50, 50});
    CHECK(pixel_of(JpegColours::rgb, {10, 20, 30, 0}) == Bgr{30, 20, 10});
    CHECK(pixel_of(JpegColours::cmyk, {10, 20, 255, 255}) == Bgr{255, 20, 10});
    CHECK(pixel_of(JpegColours::cmyk, {10, 20, 255, 51}) == Bgr{51, 4, 2});
    // Of neutral chroma: the inverse of luma, and black.
    CHECK(pixel_of(JpegColours::ycck, {155, 128, 128, 255}) == Bgr{100, 100, 100});
    CHECK(pixel_of(JpegColours::ycck, {155, 128, 128, 51}) == Bgr{20, 20, 20});
}
