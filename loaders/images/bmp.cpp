// Layout: file header of 14 bytes, info header (its first word is its size), colour masks, palette, rows
// padded to four bytes at the offset the file header gives. Everything is little-endian.
#include "loaders/images/bmp.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include "loaders/error.hpp"
#include "loaders/images/image_header.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

constexpr std::size_t kFileHeader = 14;
constexpr std::uint32_t kCoreHeader = 12;  // OS/2 1.x: 16-bit sizes, palette entries of three bytes
constexpr std::uint32_t kInfoHeader = 40;
constexpr std::uint32_t kWithMasks =
    52;  // this header and later ones hold the masks, others have them behind
constexpr std::uint32_t kLargestHeader = 124;

enum Compression : std::uint32_t {
    kPlain = 0,
    kRle8 = 1,
    kRle4 = 2,
    kMasks = 3,
    kJpeg = 4,
    kPng = 5,
    kAlphaMasks = 6
};

struct Header {
    std::int64_t width = 0;
    std::int64_t height = 0;
    bool top_down = false;
    int bits = 0;                          // a pixel
    std::array<std::uint32_t, 3> masks{};  // blue, green, red: of 16- and 32-bit pixels
    std::size_t palette = 0;               // offset
    std::size_t palette_entry = 4;         // bytes
    std::size_t palette_size = 0;          // entries
    std::size_t pixels = 0;                // offset
    std::size_t row = 0;                   // bytes, with padding
};

Status malformed(const std::string& what) {
    return error(StatusCode::malformed, "BMP: " + what);
}

Status unsupported(std::string_view what) {
    return error(StatusCode::unsupported, "cannot read " + std::string(what),
                 {.hint = "save it uncompressed, or as PNG"});
}

Result<Header> read_header(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    const auto u16 = [&](std::size_t at) { return load_le<std::uint16_t>(bytes, at); };
    const auto u32 = [&](std::size_t at) { return load_le<std::uint32_t>(bytes, at); };
    if (bytes.size() < kFileHeader + kCoreHeader) return malformed("cut short in its header");
    const std::uint32_t info = u32(kFileHeader);
    if (info != kCoreHeader && (info < kInfoHeader || info > kLargestHeader)) {
        return malformed("info header of " + std::to_string(info) + " bytes");
    }
    if (bytes.size() < kFileHeader + info) return malformed("cut short in its header");

    Header header;
    header.pixels = u32(10);
    header.palette = kFileHeader + info;
    std::uint32_t compression = kPlain;
    std::size_t colours_used = 0;
    std::size_t planes_at = 22;
    if (info == kCoreHeader) {
        header.width = u16(18);
        header.height = u16(20);
        header.palette_entry = 3;
    } else {
        header.width = load_le<std::int32_t>(bytes, 18);
        header.height = load_le<std::int32_t>(bytes, 22);
        planes_at = 26;
        compression = u32(30);
        colours_used = u32(46);
    }
    if (u16(planes_at) != 1) return malformed("not one colour plane");
    header.bits = u16(planes_at + 2);
    header.top_down = header.height < 0;
    if (header.top_down) header.height = -header.height;
    if (auto status = check_dimensions(header.width, header.height, max_pixels); !status.ok()) return status;

    switch (compression) {
        case kPlain: break;
        case kMasks:
        case kAlphaMasks:
            if (header.bits != 16 && header.bits != 32)
                return malformed("colour masks without 16 or 32 bits a pixel");
            break;
        case kRle8:
        case kRle4: return unsupported("a run-length compressed BMP");
        case kJpeg:
        case kPng: return unsupported("a BMP with a JPEG or PNG inside");
        default: return malformed("compression method " + std::to_string(compression));
    }
    switch (header.bits) {
        case 1:
        case 4:
        case 8: {
            const std::size_t most = std::size_t{1} << header.bits;
            header.palette_size = colours_used == 0 ? most : std::min(colours_used, most);
            break;
        }
        case 16: header.masks = {0x1f, 0x1f << 5, 0x1f << 10}; break;
        case 32: header.masks = {0xff, 0xff << 8, 0xff << 16}; break;
        case 24: break;
        default: return malformed(std::to_string(header.bits) + " bits a pixel");
    }
    if (compression == kMasks || compression == kAlphaMasks) {
        const std::size_t masks_at = kFileHeader + kInfoHeader;
        if (info < kWithMasks) header.palette += compression == kMasks ? 12 : 16;
        if (bytes.size() < header.palette) return malformed("cut short in its colour masks");
        header.masks = {u32(masks_at + 8), u32(masks_at + 4), u32(masks_at)};
        for (const std::uint32_t mask : header.masks) {
            if (mask == 0) return malformed("an empty colour mask");
        }
    }
    header.row = static_cast<std::size_t>((header.width * header.bits + 31) / 32 * 4);
    const std::size_t headers_end = header.palette + header.palette_size * header.palette_entry;
    if (header.pixels < headers_end || header.pixels > bytes.size()) {
        return error(StatusCode::malformed, "BMP: pixels at an impossible place",
                     {.offset = 10,
                      .expected = std::to_string(headers_end) + " to " + std::to_string(bytes.size()),
                      .found = std::to_string(header.pixels)});
    }
    const std::size_t needed = header.row * static_cast<std::size_t>(header.height);
    if (bytes.size() - header.pixels < needed) {
        return error(StatusCode::malformed, "BMP: cut short in its pixels",
                     {.offset = header.pixels,
                      .expected = count_of(needed, "byte"),
                      .found = std::to_string(bytes.size() - header.pixels)});
    }
    return header;
}

// The field `mask` selects, stretched to 0..255.
std::uint8_t masked(std::uint32_t value, std::uint32_t mask) {
    const int shift = std::countr_zero(mask);
    const std::uint64_t largest = mask >> shift;
    return static_cast<std::uint8_t>((std::uint64_t{(value & mask) >> shift} * 255 + largest / 2) / largest);
}

void read_row(std::span<const std::byte> bytes, const Header& header, std::size_t row, std::uint8_t* to) {
    const auto width = static_cast<std::size_t>(header.width);
    const auto bits = static_cast<std::size_t>(header.bits);
    const auto u8 = [&](std::size_t at) { return std::to_integer<std::uint8_t>(bytes[at]); };
    for (std::size_t x = 0; x < width; ++x, to += 3) {
        const std::size_t at = row + x * bits / 8;
        if (bits == 24) {
            for (std::size_t c = 0; c < 3; ++c) to[c] = u8(at + c);
        } else if (bits > 8) {
            const std::uint32_t value =
                bits == 16 ? load_le<std::uint16_t>(bytes, at) : load_le<std::uint32_t>(bytes, at);
            for (std::size_t c = 0; c < 3; ++c) to[c] = masked(value, header.masks[c]);
        } else {
            const std::size_t shift = 8 - bits - x * bits % 8;
            const std::size_t index = (u8(at) >> shift) & ((std::size_t{1} << bits) - 1);
            // Black stands in for colours the palette lacks.
            for (std::size_t c = 0; c < 3; ++c) {
                to[c] =
                    index < header.palette_size ? u8(header.palette + index * header.palette_entry + c) : 0;
            }
        }
    }
}

}  // namespace

Result<Image> decode_bmp(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    const auto header = read_header(bytes, max_pixels);
    if (!header.ok()) return header.status();
    Image image;
    image.width = static_cast<int>(header->width);
    image.height = static_cast<int>(header->height);
    const std::size_t stride = static_cast<std::size_t>(image.width) * 3;
    const auto height = static_cast<std::size_t>(image.height);
    image.pixels.resize(stride * height);
    for (std::size_t y = 0; y < height; ++y) {
        const std::size_t stored = header->top_down ? y : height - 1 - y;
        read_row(bytes, header.value(), header->pixels + stored * header->row,
                 image.pixels.data() + y * stride);
    }
    return image;
}

}  // namespace featherface::loaders
