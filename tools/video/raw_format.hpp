// Raw frames: how the bytes of one lie, as --frames says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "featherface/image.hpp"
#include "featherface/status.hpp"

namespace featherface::tools {

class RawFormat {
  public:
    // Rows lie tightly packed, planes one after another, as `ffmpeg -f rawvideo` and V4L2 write them.
    RawFormat(PixelFormat format, int width, int height, YuvMatrix matrix, YuvRange range);

    std::size_t bytes() const { return bytes_; }
    // The picture in so many bytes.
    ImageView view(std::span<const std::uint8_t> bytes) const;

  private:
    ImageView layout_;  // whose pointers count from 0
    std::size_t chroma_[2] = {0, 0};
    std::size_t bytes_ = 0;
};

// "nv12:1280x720", with ":bt709" and ":full" behind it where they apply. Errors: invalid_argument.
Result<RawFormat> parse_raw_format(const std::string& text);

// "nv12, nv21, ...", for help and messages.
std::string raw_format_names();

}  // namespace featherface::tools
