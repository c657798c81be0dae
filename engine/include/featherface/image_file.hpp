// Reading picture files: JPEG, PNG (8 and 16 bit, grey, palette, alpha), BMP, PNM (P5, P6).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "featherface/image.hpp"
#include "featherface/status.hpp"

namespace featherface {

struct ImageReadOptions {
    // Larger pictures are refused from their header, before any pixel is decoded.
    std::int64_t max_pixels = 100'000'000;
};

// Decodes to bgr8. EXIF orientation is applied (the picture comes out upright), alpha is dropped, grey is
// repeated, 16-bit samples keep their high byte. The format is recognised by content, never by file name.
// Errors: io_error, malformed, unsupported (a known format we do not read is named), limit_exceeded.
Result<Image> read_image(const std::filesystem::path& path, const ImageReadOptions& options = {});

// The same from bytes in memory; `name` stands in error messages.
Result<Image> decode_image(std::span<const std::uint8_t> bytes, std::string_view name,
                           const ImageReadOptions& options = {});

}  // namespace featherface
