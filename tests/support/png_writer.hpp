// A PNG writer for tests: any header over any rows, compressed or not, right or wrong.
#pragma once

#include <cstdint>
#include <string_view>

#include "support/bytes.hpp"

namespace featherface::test {

constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";

// A chunk with its length and CRC.
ByteString png_chunk(std::string_view type, std::string_view content);

struct PngHeader {
    std::uint32_t width = 1;
    std::uint32_t height = 1;
    std::uint8_t depth = 8;
    std::uint8_t colour = 2;  // 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
    std::uint8_t interlace = 0;
};
ByteString png_header(const PngHeader& header);

// A zlib stream of stored blocks.
ByteString zlib_stored(std::string_view content);
// A zlib stream that unpacks to `count` zeros, about a six-hundredth of that in size.
ByteString zlib_zeros(std::size_t count);

// A whole file: signature, header, `before_data` (chunks), one IDAT of zlib data, IEND.
ByteString make_png(const PngHeader& header, std::string_view zlib, std::string_view before_data = {});

}  // namespace featherface::test
