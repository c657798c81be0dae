// How large a picture file says that its picture is, before anything else about it is looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace featherface::loaders {

// Width times height as the header of a JPEG, PNG, BMP or PNM file has them, 0 where there is no such header.
// Nothing is checked: it is for planning memory, and what is wrong with the file shows when it is decoded.
std::int64_t promised_pixels(std::span<const std::byte> bytes);

}  // namespace featherface::loaders
