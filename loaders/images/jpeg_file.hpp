// A check of JPEG files before their decoder sees them. stb_image trusts what it reads (tables of any size,
// tables that were never sent) and draws a picture out of a file that is cut short; this walks every marker
// and every entropy-coded bit first, without computing a pixel. On the way it writes the file anew, by the
// book: what cameras add or leave out without harm to a pixel, stb_image never sees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/images/image_header.hpp"

namespace featherface::loaders {

struct JpegFile {
    ImageHeader header;
    // A file of the same pixels that holds nothing but tables, frame, scans, and an Adobe segment for the
    // colour space: components are numbered from 1, sequential scans have the parameters 0, 63, 0, 0, and no
    // byte stands where none belongs.
    std::vector<std::byte> clean;
};

// Accepts 8-bit baseline, extended and progressive Huffman files of one (grey), three or four (CMYK, YCCK)
// components that are complete: every component is there, every scan holds all its blocks. The end-of-image
// marker may only lack where every bit of every coefficient has come. Harmless, as libjpeg has it: missing
// Huffman tables (the standard's stand in), a few bytes before a restart marker, any before another, restart
// markers behind the last block, parameters of a sequential scan, a DNL segment when the frame has a height.
// Orientation comes from EXIF, or else XMP. What follows the end-of-image marker is not looked at. Errors:
// malformed (with the offset), unsupported (arithmetic coding, 12 bits, lossless, ...), limit_exceeded
// (pixels, from the frame header, before anything is allocated; scans, and the blocks of all of them).
Result<JpegFile> read_jpeg_file(std::span<const std::byte> bytes, std::int64_t max_pixels);

// The size alone, from the file's beginning; 0 x 0 where the frame header is not in it. Errors: as above, for
// the size.
Result<ImageHeader> read_jpeg_size(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace featherface::loaders
