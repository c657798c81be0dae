// YUV to BGR. Rec. ITU-R BT.601-7 (2.5) and BT.709-6 (3) define luma by the shares of red and blue in it, kr
// and kb, and chroma as B - Y and R - Y scaled to a range of 1; solved for the colours:
//     R = Y + 2 (1 - kr) Cr
//     B = Y + 2 (1 - kb) Cb
//     G = (Y - kr R - kb B) / (1 - kr - kb)
// In 8 bits, video range, black is Y = 16 and white 235, and Cb, Cr have a range of 224 around 128; in full
// range (as JPEG has it) all have one of 255. The arithmetic is in whole numbers with 16 bits behind the
// point: the same on every machine, and never more than 0.501 from the exact colour.
#include <algorithm>

#include "engine/pixels/interleaved_rows.hpp"

namespace featherface::engine {

namespace {

constexpr int kFractionBits = 16;

constexpr int fixed(double value) {
    const double scaled = value * (1 << kFractionBits);
    return static_cast<int>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

struct Coefficients {
    int black = 0;
    int luma = 0, cr_to_red = 0, cb_to_green = 0, cr_to_green = 0, cb_to_blue = 0;
};

constexpr Coefficients coefficients(double kr, double kb, YuvRange range) {
    const bool video = range == YuvRange::video;
    const double luma = video ? 255.0 / 219 : 1, chroma = video ? 255.0 / 224 : 1;
    const double red = 2 * (1 - kr) * chroma, blue = 2 * (1 - kb) * chroma, kg = 1 - kr - kb;
    return {video ? 16 : 0,         fixed(luma),           fixed(red),
            fixed(-kb * blue / kg), fixed(-kr * red / kg), fixed(blue)};
}

constexpr Coefficients kBt601[2] = {coefficients(0.299, 0.114, YuvRange::video),
                                    coefficients(0.299, 0.114, YuvRange::full)};
constexpr Coefficients kBt709[2] = {coefficients(0.2126, 0.0722, YuvRange::video),
                                    coefficients(0.2126, 0.0722, YuvRange::full)};

const Coefficients& coefficients_of(const ImageView& image) {
    return (image.matrix == YuvMatrix::bt601 ? kBt601 : kBt709)[image.range == YuvRange::video ? 0 : 1];
}

// A few pixels are converted at a time, their samples apart from one another, so that compilers compute many
// at once.
constexpr int kTile = 64;  // even
struct Tile {
    std::uint8_t luma[kTile], cb[kTile], cr[kTile];
};

// Puts chroma samples `step` bytes apart over two pixels each.
void spread(const std::uint8_t* cb, const std::uint8_t* cr, int step, int count, Tile& tile) {
    for (int i = 0; i < count; ++i) {
        tile.cb[i] = cb[i / 2 * step];
        tile.cr[i] = cr[i / 2 * step];
    }
}

// Where a row of a picture's samples begins, and how far apart they lie.
struct YuvRow {
    const std::uint8_t* luma;
    const std::uint8_t* cb;
    const std::uint8_t* cr;
    int luma_step, chroma_step;
};

YuvRow row_of(const ImageView& image, int y) {
    const std::uint8_t* luma = image.data + y * image.row_stride;
    if (image.format == PixelFormat::yuyv) return {luma, luma + 1, luma + 3, 2, 4};
    const auto chroma = [&](int plane) {
        return image.chroma[plane].data + y / 2 * image.chroma[plane].row_stride;
    };
    if (image.format == PixelFormat::i420) return {luma, chroma(0), chroma(1), 1, 1};
    const std::uint8_t* pairs = chroma(0);
    const int cb = image.format == PixelFormat::nv12 ? 0 : 1;
    return {luma, pairs + cb, pairs + 1 - cb, 1, 2};
}

std::uint8_t whole(int value) {
    return static_cast<std::uint8_t>(std::clamp(value >> kFractionBits, 0, 255));
}

void convert(const Tile& tile, const Coefficients& c, int count, std::uint8_t* bgr) {
    std::uint8_t blue[kTile], green[kTile], red[kTile];
    for (int i = 0; i < kTile; ++i) {
        const int luma = (tile.luma[i] - c.black) * c.luma + (1 << (kFractionBits - 1));
        const int cb = tile.cb[i] - 128, cr = tile.cr[i] - 128;
        blue[i] = whole(luma + cb * c.cb_to_blue);
        green[i] = whole(luma + cb * c.cb_to_green + cr * c.cr_to_green);
        red[i] = whole(luma + cr * c.cr_to_red);
    }
    for (int i = 0; i < count; ++i) {
        bgr[3 * i] = blue[i];
        bgr[3 * i + 1] = green[i];
        bgr[3 * i + 2] = red[i];
    }
}

}  // namespace

void convert_yuv_row(const ImageView& image, int y, std::uint8_t* bgr) {
    const YuvRow row = row_of(image, y);
    const Coefficients& c = coefficients_of(image);
    Tile tile{};
    for (int x = 0; x < image.width; x += kTile) {
        const int count = std::min(kTile, image.width - x);
        for (int i = 0; i < count; ++i) tile.luma[i] = row.luma[std::ptrdiff_t{x + i} * row.luma_step];
        const std::ptrdiff_t chroma = std::ptrdiff_t{x / 2} * row.chroma_step;
        spread(row.cb + chroma, row.cr + chroma, row.chroma_step, count, tile);
        convert(tile, c, count, bgr + std::ptrdiff_t{x} * 3);
    }
}

}  // namespace featherface::engine
