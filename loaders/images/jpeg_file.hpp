// The segments of a JPEG file, and its scans decoded to samples. Nothing that the file says is believed
// before it is checked, and a file that is cut short gives no picture.
#pragma once

#include <cstddef>
#include <span>

#include "featherface/image_file.hpp"
#include "featherface/status.hpp"
#include "loaders/images/image_header.hpp"
#include "loaders/images/jpeg_colour.hpp"
#include "loaders/images/jpeg_frame.hpp"
#include "loaders/images/jpeg_upsampling.hpp"

namespace featherface::loaders {

struct JpegFile {
    ImageHeader header;
    int eighths = 8;  // of each side that were decoded: 8, 4, 2 or 1
    JpegColours colours = JpegColours::grey;
    JpegFrame frame{};

    // The decoded picture's sides: a part of a pixel counts as one.
    int width() const;
    int height() const;
    // The component's part of the decoded picture.
    JpegSamples samples(const JpegComponent& component) const;
};

// Accepts 8-bit baseline, extended and progressive Huffman files of one (grey), three or four (CMYK, YCCK)
// components that are complete: every component is there, every scan holds all its blocks. The end-of-image
// marker may only lack where every bit of every coefficient has come. Harmless, as libjpeg has it: missing
// Huffman tables (the standard's stand in), a few bytes before a restart marker, any before another, restart
// markers behind the last block, parameters of a sequential scan, a DNL segment when the frame has a height.
// Orientation comes from EXIF, or else XMP; the colour space, as libjpeg finds it, from JFIF, Adobe's segment
// or the components' names, in this order. What follows the end-of-image marker is not looked at. Errors:
// malformed (with the offset), unsupported (arithmetic coding, 12 bits, lossless, ...), limit_exceeded
// (pixels, from the frame header, before anything is allocated; scans, and the blocks of all of them). Throws
// std::bad_alloc.
Result<JpegFile> read_jpeg_file(std::span<const std::byte> bytes, const ImageReadOptions& options);

// The size alone, from the file's beginning; 0 x 0 where the frame header is not in it. Errors: as above, for
// the size.
Result<ImageHeader> read_jpeg_size(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace featherface::loaders
