// The chunks of a PNG file, checked and gathered: everything but its pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/images/image_header.hpp"

namespace featherface::loaders {

enum PngColour : std::uint8_t {
    kPngGrey = 0,
    kPngRgb = 2,
    kPngPalette = 3,
    kPngGreyAlpha = 4,
    kPngRgbAlpha = 6,
};

// Views into the file it was read from.
struct PngFile {
    ImageHeader header;
    int depth = 8;  // bits per sample
    std::uint8_t colour = kPngRgb;
    bool interlaced = false;
    std::span<const std::byte> palette;              // of kPngPalette: red, green, blue; at most 256 times
    std::vector<std::span<const std::byte>> data{};  // the zlib stream, by chunk
    std::size_t data_offset = 0;                     // of the first of these chunks in the file
    std::size_t data_end = 0;                        // behind the last
};

// Up to the end of the image data everything has to be right that the pixels need: IHDR, PLTE and IDAT, in
// this order, with their CRCs. Other chunks are passed over, damaged or not, and from where the file ends or
// makes no sense behind its image data nothing more is read; trailing bytes and a missing IEND are no harm.
// Of an animated PNG the still picture counts. Errors: malformed (with the offset and the chunk), unsupported
// (an unknown critical chunk, Apple's CgBI variant), limit_exceeded (from the header, before anything else is
// read).
Result<PngFile> read_png_file(std::span<const std::byte> bytes, std::int64_t max_pixels);

// The size alone, from the file's beginning. Errors: as above, for IHDR.
Result<ImageHeader> read_png_size(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace featherface::loaders
