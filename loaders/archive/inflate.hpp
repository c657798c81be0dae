// Decoder of raw DEFLATE streams (RFC 1951), as deflated zip entries hold them: no zlib or gzip wrapper.
#pragma once

#include <cstddef>
#include <span>

#include "featherface/status.hpp"

namespace featherface::loaders {

// Decodes the whole of `compressed` into the whole of `output`, whose size the container promised. A stream
// that holds fewer or more bytes, is cut short, is followed by anything, or breaks a rule of the RFC is
// malformed; the message says what is wrong and at which byte of the stream. Nothing outside `output` is ever
// written; after an error its contents are unspecified.
Status inflate(std::span<const std::byte> compressed, std::span<std::byte> output);

// Decodes until `output` is full, whatever the stream holds after that, or until the stream ends by itself,
// whatever follows it. Returns the number of bytes written. Errors: malformed, as above, for what was needed.
Result<std::size_t> inflate_prefix(std::span<const std::byte> compressed, std::span<std::byte> output);

}  // namespace featherface::loaders
