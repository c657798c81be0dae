// Pictures of the Netpbm family: P1 to P6 (PBM, PGM, PPM, as text or binary) and P7 (PAM).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "featherface/image.hpp"
#include "featherface/status.hpp"
#include "loaders/images/image_header.hpp"

namespace featherface::loaders {

// Reads bits (P1 and P4: 1 is black), and samples of any maximum from 1 to 65535, to bgr8: maximum 255 as it
// is, maximum 65535 keeps the high byte, others are scaled to 0..255 and rounded; a sample above the maximum
// counts as the maximum. P7 may have 1 to 4 channels: grey or RGB, each with or without alpha, which is
// dropped. Of several pictures in a file the first counts. Errors: malformed, unsupported (other channels),
// limit_exceeded.
Result<Image> decode_pnm(std::span<const std::byte> bytes, std::int64_t max_pixels);

// Its size alone, from the file's beginning. Errors: as above, for the header.
Result<ImageHeader> read_pnm_size(std::span<const std::byte> bytes, std::int64_t max_pixels);

// How a binary picture (P4 to P7) lies in a file that begins with it.
struct PnmLayout {
    int width = 0, height = 0;
    std::size_t header_bytes = 0, bytes = 0;  // `bytes` is those of the whole picture
    // Of rgb8 and gray8 samples as they are, without a row's end between them; nothing of others.
    std::optional<PixelFormat> format{};
};

// Errors: those of decode_pnm() that the header alone gives.
Result<PnmLayout> pnm_layout(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace featherface::loaders
