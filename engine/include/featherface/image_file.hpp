// Picture files that can be read: JPEG, PNG (8 and 16 bit, grey, palette, alpha), BMP, PNM (P5, P6).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "featherface/image.hpp"
#include "featherface/status.hpp"
#include "featherface/version.hpp"

#if FEATHERFACE_MINIMAL
#error "this featherface library reads no picture files: it was built with FEATHERFACE_MINIMAL"
#endif

namespace featherface {

struct ImageReadOptions {
    // Larger pictures are refused from their header, before any pixel is decoded. Of what the header promises
    // a file is never read further than 24 bytes for each pixel and 16 MiB: one that is longer is refused.
    std::int64_t max_pixels = 100'000'000;
    // How much of a JPEG is needed where it is going to be shrunk anyway: as much as a longer side of
    // `needed_side` pixels shows (0: all of it), halved `needed_halvings` times. It comes out at 1/2, 1/4 or
    // 1/8 of its sides, rounded up, where that is no less, and takes a fraction of the time: a pixel is the
    // mean of those it stands for, but for rounding and what they lost where they were cut to 0 or 255.
    // Image::full_width and full_height tell the size of the whole. Other formats are always read whole.
    int needed_side = 0;
    int needed_halvings = 0;
};

// The picture is decoded to bgr8. Its format is recognised by content, never by file name. EXIF orientation
// (JPEG, PNG) is applied, so the picture comes out upright; alpha and transparent colours are dropped, grey
// is repeated, 16-bit samples keep their high byte, PNM samples of another maximum than 255 or 65535 are
// scaled; colour profiles and gamma are ignored. Of an animated PNG the still picture counts. A picture that
// is cut short or damaged is an error, never half a picture, and so is a JPEG whose scans cost several times
// the work that its pixels and bytes account for. Errors: io_error, malformed, unsupported (a known format or
// variety that is not read is named: GIF, WebP, HEIC, arithmetic-coded JPEG, compressed BMP, ...),
// limit_exceeded, out_of_memory.
Result<Image> read_image(const std::filesystem::path& path, const ImageReadOptions& options = {});

// The same from bytes in memory; `name` stands in error messages.
Result<Image> decode_image(std::span<const std::uint8_t> bytes, std::string_view name,
                           const ImageReadOptions& options = {});

}  // namespace featherface
