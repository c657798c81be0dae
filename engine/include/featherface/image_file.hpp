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
};

// The picture is decoded to bgr8. Its format is recognised by content, never by file name. EXIF orientation
// (JPEG, PNG) is applied, so the picture comes out upright; alpha and transparent colours are dropped, grey
// is repeated, 16-bit samples keep their high byte, PNM samples of another maximum than 255 or 65535 are
// scaled; colour profiles and gamma are ignored. Of an animated PNG the still picture counts. A picture that
// is cut short or damaged is an error, never half a picture, and so is a JPEG whose scans cost several times
// the work that its pixels and bytes account for. Errors: io_error, malformed, unsupported (a known format or
// variety that is not read is named: GIF, WebP, HEIC, CMYK or arithmetic-coded JPEG, compressed BMP, ...),
// limit_exceeded, out_of_memory.
Result<Image> read_image(const std::filesystem::path& path, const ImageReadOptions& options = {});

// The same from bytes in memory; `name` stands in error messages.
Result<Image> decode_image(std::span<const std::uint8_t> bytes, std::string_view name,
                           const ImageReadOptions& options = {});

}  // namespace featherface
