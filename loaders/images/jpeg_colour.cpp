#include "loaders/images/jpeg_colour.hpp"

#include <algorithm>

namespace featherface::loaders {
namespace {

std::uint8_t clamped(int value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

// What chroma adds to luma, in units of 2^-12. Green's part of Cb is cut to multiples of 2^-4, as stb_image
// has it.
int red_of(int cr) {
    return (cr * 5743 + 2048) >> 12;
}
int green_of(int cb, int cr) {
    return (cr * -2925 + (cb * -1410 & ~255) + 2048) >> 12;
}
int blue_of(int cb) {
    return (cb * 7258 + 2048) >> 12;
}

// Pixels are computed a few at a time: sample after sample of one colour first, which compilers do many at
// once.
constexpr std::size_t kAtOnce = 64;

void ycc_to_bgr(const std::uint8_t* const* rows, std::size_t count, std::uint8_t* bgr) {
    std::uint8_t blue[kAtOnce], green[kAtOnce], red[kAtOnce];
    for (std::size_t start = 0; start < count; start += kAtOnce) {
        const std::size_t now = std::min(kAtOnce, count - start);
        const std::uint8_t *y = rows[0] + start, *cb = rows[1] + start, *cr = rows[2] + start;
        for (std::size_t i = 0; i < now; ++i) blue[i] = clamped(y[i] + blue_of(cb[i] - 128));
        for (std::size_t i = 0; i < now; ++i) green[i] = clamped(y[i] + green_of(cb[i] - 128, cr[i] - 128));
        for (std::size_t i = 0; i < now; ++i) red[i] = clamped(y[i] + red_of(cr[i] - 128));
        for (std::size_t i = 0; i < now; ++i, bgr += 3) bgr[0] = blue[i], bgr[1] = green[i], bgr[2] = red[i];
    }
}

// The product of two samples of which 255 is one, rounded.
std::uint8_t product(int a, int b) {
    const int scaled = a * b + 128;
    return static_cast<std::uint8_t>((scaled + (scaled >> 8)) >> 8);
}

}  // namespace

void to_bgr_row(JpegColours colours, const std::uint8_t* const* rows, std::size_t count, std::uint8_t* bgr) {
    switch (colours) {
        case JpegColours::grey:
            for (std::size_t i = 0; i < count; ++i, bgr += 3) std::fill_n(bgr, 3, rows[0][i]);
            return;
        case JpegColours::ycc: ycc_to_bgr(rows, count, bgr); return;
        case JpegColours::rgb:
            for (std::size_t i = 0; i < count; ++i, bgr += 3)
                bgr[0] = rows[2][i], bgr[1] = rows[1][i], bgr[2] = rows[0][i];
            return;
        case JpegColours::ycck:
            ycc_to_bgr(rows, count, bgr);
            for (std::size_t i = 0; i < count; ++i, bgr += 3) {
                for (std::size_t c = 0; c < 3; ++c) bgr[c] = product(255 - bgr[c], rows[3][i]);
            }
            return;
        case JpegColours::cmyk:
            for (std::size_t i = 0; i < count; ++i, bgr += 3) {
                for (std::size_t c = 0; c < 3; ++c) bgr[2 - c] = product(rows[c][i], rows[3][i]);
            }
            return;
    }
}

}  // namespace featherface::loaders
