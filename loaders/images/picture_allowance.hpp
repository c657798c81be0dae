// What a picture's header promises: how large its file may be, since what stands behind more than a picture
// of that size can take is never read, and how much memory the picture takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "featherface/status.hpp"
#include "loaders/mapped_file.hpp"

namespace featherface::loaders {

// 24 bytes for each pixel, which no format needs, and 16 MiB for metadata, or for what cameras put behind the
// picture. Errors: what is wrong with the header; limit_exceeded for more than `max_pixels` pixels.
Result<std::uint64_t> allowed_picture(const FileEnds& ends, std::int64_t max_pixels);

// Width times height as the header has them; 0 where there is no such header, or where it has more than
// `max_pixels`. It is for planning memory: what is wrong with the file shows when it is decoded.
std::int64_t promised_pixels(std::span<const std::byte> beginning, std::int64_t max_pixels);

}  // namespace featherface::loaders
