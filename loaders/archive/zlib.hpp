// zlib streams (RFC 1950), as PNG holds them: a header of two bytes, DEFLATE, a checksum.
#pragma once

#include <cstddef>
#include <span>

#include "featherface/status.hpp"

namespace featherface::loaders {

// Decodes until `output` is full or the stream ends, as inflate_prefix() does, and returns the number of
// bytes written. The checksum and what else follows are not looked at: PNG has a checksum of its own.
// Errors: malformed.
Result<std::size_t> inflate_zlib(std::span<const std::byte> stream, std::span<std::byte> output);

}  // namespace featherface::loaders
