#include "support/png_writer.hpp"

#include <algorithm>

#include "loaders/crc32.hpp"

namespace featherface::test {
namespace {

ByteString big_endian(std::uint32_t value) {
    ByteString bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255);
    return bytes;
}

std::uint32_t adler32(std::string_view content) {
    std::uint32_t a = 1;
    std::uint32_t b = 0;
    for (const char c : content) {
        a = (a + static_cast<unsigned char>(c)) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

constexpr std::string_view kZlibHeader = "\x78\x01";  // constexpr: some tests make pictures before main()

}  // namespace

ByteString png_chunk(std::string_view type, std::string_view content) {
    const ByteString checked = ByteString(type) + ByteString(content);
    return big_endian(static_cast<std::uint32_t>(content.size())) + checked +
           big_endian(loaders::crc32(span_of(checked)));
}

ByteString png_header(const PngHeader& header) {
    ByteString content = big_endian(header.width) + big_endian(header.height);
    for (const std::uint8_t field :
         {header.depth, header.colour, std::uint8_t{0}, std::uint8_t{0}, header.interlace}) {
        content += static_cast<char>(field);
    }
    return png_chunk("IHDR", content);
}

ByteString zlib_stored(std::string_view content) {
    ByteString stream(kZlibHeader);
    std::string_view rest = content;
    do {
        const std::string_view block = rest.substr(0, 65535);
        rest.remove_prefix(block.size());
        const auto size = static_cast<std::uint16_t>(block.size());
        stream += static_cast<char>(rest.empty() ? 1 : 0);
        append(stream, size);
        append(stream, static_cast<std::uint16_t>(~size));
        stream += block;
    } while (!rest.empty());
    return stream + big_endian(adler32(content));
}

ByteString zlib_zeros(std::size_t count) {
    ByteString stream(kZlibHeader);
    int used = 0;
    // Huffman codes are sent from their highest bit, everything else from the lowest; bytes fill from the
    // lowest.
    const auto bit = [&](std::uint32_t value) {
        if (used++ % 8 == 0) stream += '\0';
        stream.back() = static_cast<char>(stream.back() | (value & 1) << ((used - 1) % 8));
    };
    const auto code = [&](std::uint32_t value, int length) {
        for (int i = length - 1; i >= 0; --i) bit(value >> i);
    };
    bit(1);  // the last block, of fixed codes
    bit(1);
    bit(0);
    code(0x30, 8);  // a zero
    for (std::size_t done = 1; done + 258 <= count; done += 258) {
        code(0xc0 + 285 - 280, 8);  // 258 bytes
        code(0, 5);                 // from one byte back
    }
    for (std::size_t i = 0; i < (count - 1) % 258; ++i) code(0x30, 8);
    code(0, 7);  // end of block
    // Adler-32 of zeros: a stays 1, b counts.
    return stream + big_endian(static_cast<std::uint32_t>(count % 65521) << 16 | 1);
}

ByteString make_png(const PngHeader& header, std::string_view zlib, std::string_view before_data) {
    return ByteString(kPngSignature) + png_header(header) + ByteString(before_data) +
           png_chunk("IDAT", zlib) + png_chunk("IEND", "");
}

}  // namespace featherface::test
