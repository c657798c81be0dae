// Layout: file header of 14 bytes, info header (its first word is its size), colour masks, palette, rows
// padded to four bytes, or runs, at the offset the file header gives. Everything is little-endian.
#include "loaders/images/bmp.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <vector>

#include "loaders/error.hpp"
#include "loaders/images/bmp_runs.hpp"
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

struct BmpHeader {
    std::int64_t width = 0;
    std::int64_t height = 0;
    bool top_down = false;
    bool runs = false;                     // run-length compressed
    int bits = 0;                          // a pixel
    std::array<std::uint32_t, 3> masks{};  // blue, green, red: of 16- and 32-bit pixels
    std::size_t palette = 0;               // offset
    std::size_t palette_entry = 4;         // bytes
    std::size_t palette_size = 0;          // entries
    std::size_t pixels = 0;                // offset
    std::size_t row = 0;                   // bytes, with padding
};

Status bad_bmp(const std::string& what) {
    return malformed("BMP: " + what);
}

Status unsupported_bmp(std::string_view what) {
    return error(StatusCode::unsupported, "cannot read " + std::string(what), {.hint = "save it as PNG"});
}

Result<BmpHeader> read_header(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    const auto u16 = [&](std::size_t at) { return load_le<std::uint16_t>(bytes, at); };
    const auto u32 = [&](std::size_t at) { return load_le<std::uint32_t>(bytes, at); };
    if (bytes.size() < kFileHeader + kCoreHeader) return bad_bmp("cut short in its header");
    const std::uint32_t info = u32(kFileHeader);
    if (info != kCoreHeader && (info < kInfoHeader || info > kLargestHeader)) {
        return bad_bmp("info header of " + std::to_string(info) + " bytes");
    }
    if (bytes.size() < kFileHeader + info) return bad_bmp("cut short in its header");

    BmpHeader header;
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
    if (u16(planes_at) != 1) return bad_bmp("not one colour plane");
    header.bits = u16(planes_at + 2);
    header.top_down = header.height < 0;
    if (header.top_down) header.height = -header.height;
    if (auto status = check_dimensions(header.width, header.height, max_pixels); !status.ok()) return status;

    switch (compression) {
        case kPlain: break;
        case kMasks:
        case kAlphaMasks:
            if (header.bits != 16 && header.bits != 32)
                return bad_bmp("colour masks without 16 or 32 bits per pixel");
            break;
        case kRle8:
        case kRle4:
            if (header.bits != (compression == kRle8 ? 8 : 4)) {
                return bad_bmp("runs of another size than the pixels' " + std::to_string(header.bits) +
                               " bits");
            }
            header.runs = true;
            break;
        case kJpeg:
        case kPng: return unsupported_bmp("a BMP with a JPEG or PNG inside");
        default: return bad_bmp("compression method " + std::to_string(compression));
    }
    // Of a picture of more bits a palette is a suggestion, passed over.
    std::size_t promised_colours = colours_used;
    switch (header.bits) {
        case 1:
        case 4:
        case 8:
            header.palette_size = std::size_t{1} << header.bits;
            if (promised_colours == 0) promised_colours = header.palette_size;
            break;
        case 16: header.masks = {0x1f, 0x1f << 5, 0x1f << 10}; break;
        case 32: header.masks = {0xff, 0xff << 8, 0xff << 16}; break;
        case 24: break;
        default: return bad_bmp(std::to_string(header.bits) + " bits per pixel");
    }
    if (compression == kMasks || compression == kAlphaMasks) {
        const std::size_t masks_at = kFileHeader + kInfoHeader;
        if (info < kWithMasks) header.palette += compression == kMasks ? 12 : 16;
        if (bytes.size() < header.palette) return bad_bmp("cut short in its colour masks");
        header.masks = {u32(masks_at + 8), u32(masks_at + 4), u32(masks_at)};
        for (const std::uint32_t mask : header.masks) {
            if (mask == 0) return bad_bmp("an empty colour mask");
        }
    }
    header.row = static_cast<std::size_t>((header.width * header.bits + 31) / 32 * 4);
    if (header.pixels == 0) header.pixels = header.palette + promised_colours * header.palette_entry;
    if (header.pixels < header.palette || header.pixels > bytes.size()) {
        return malformed("BMP: pixels at an impossible place",
                         {.offset = 10,
                          .expected = std::to_string(header.palette) + " to " + std::to_string(bytes.size()),
                          .found = std::to_string(header.pixels)});
    }
    // A palette shorter than promised ends where the pixels begin.
    const std::size_t room = (header.pixels - header.palette) / header.palette_entry;
    header.palette_size = std::min({header.palette_size, promised_colours, room});
    if (header.runs) return header;
    // The last row may lack its padding.
    const std::size_t needed = header.row * static_cast<std::size_t>(header.height - 1) +
                               static_cast<std::size_t>((header.width * header.bits + 7) / 8);
    if (bytes.size() - header.pixels < needed) {
        return malformed("BMP: cut short in its pixels",
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

using Colour = std::array<std::uint8_t, 3>;  // blue, green, red

// Black stands in for colours the palette lacks.
std::array<Colour, 256> read_palette(std::span<const std::byte> bytes, const BmpHeader& header) {
    std::array<Colour, 256> colours{};
    for (std::size_t i = 0; i < header.palette_size; ++i) {
        for (std::size_t c = 0; c < 3; ++c) {
            colours[i][c] =
                std::to_integer<std::uint8_t>(bytes[header.palette + i * header.palette_entry + c]);
        }
    }
    return colours;
}

// Calls `show(stored row, first byte of that row's pixels in the picture)` for each row.
template <class Show>
Image show_rows(const BmpHeader& header, Show show) {
    Image image;
    image.width = static_cast<int>(header.width);
    image.height = static_cast<int>(header.height);
    const std::size_t stride = static_cast<std::size_t>(image.width) * 3;
    const auto height = static_cast<std::size_t>(image.height);
    image.pixels.resize(stride * height);
    for (std::size_t y = 0; y < height; ++y) {
        show(header.top_down ? y : height - 1 - y, image.pixels.data() + y * stride);
    }
    return image;
}

Image decode_palette_rows(std::span<const std::byte> bytes, const BmpHeader& header) {
    const auto colours = read_palette(bytes, header);
    const auto bits = static_cast<std::size_t>(header.bits);
    const std::size_t mask = (std::size_t{1} << bits) - 1;
    return show_rows(header, [&](std::size_t row, std::uint8_t* to) {
        const std::size_t at = header.pixels + row * header.row;
        for (std::size_t x = 0; x < static_cast<std::size_t>(header.width); ++x, to += 3) {
            const std::size_t shift = 8 - bits - x * bits % 8;
            const auto byte = std::to_integer<std::size_t>(bytes[at + x * bits / 8]);
            std::ranges::copy(colours[byte >> shift & mask], to);
        }
    });
}

Image decode_colour_rows(std::span<const std::byte> bytes, const BmpHeader& header) {
    const auto size = static_cast<std::size_t>(header.bits / 8);
    return show_rows(header, [&](std::size_t row, std::uint8_t* to) {
        std::size_t at = header.pixels + row * header.row;
        for (std::int64_t x = 0; x < header.width; ++x, at += size, to += 3) {
            if (size == 3) {
                for (std::size_t c = 0; c < 3; ++c) to[c] = std::to_integer<std::uint8_t>(bytes[at + c]);
            } else {
                const std::uint32_t value =
                    size == 2 ? load_le<std::uint16_t>(bytes, at) : load_le<std::uint32_t>(bytes, at);
                for (std::size_t c = 0; c < 3; ++c) to[c] = masked(value, header.masks[c]);
            }
        }
    });
}

Result<Image> decode_runs(std::span<const std::byte> bytes, const BmpHeader& header) {
    const auto colours = read_palette(bytes, header);
    const auto width = static_cast<std::size_t>(header.width);
    std::vector<std::uint8_t> indices(width * static_cast<std::size_t>(header.height));
    if (auto status = unpack_bmp_runs(bytes, header.pixels, header.bits, width, indices); !status.ok()) {
        return status;
    }
    return show_rows(header, [&](std::size_t row, std::uint8_t* to) {
        for (std::size_t x = 0; x < width; ++x, to += 3)
            std::ranges::copy(colours[indices[row * width + x]], to);
    });
}

}  // namespace

Result<ImageHeader> read_bmp_size(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    const auto header = read_header(bytes, max_pixels);
    if (!header.ok()) return header.status();
    return ImageHeader{static_cast<int>(header->width), static_cast<int>(header->height)};
}

Result<Image> decode_bmp(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    const auto header = read_header(bytes, max_pixels);
    if (!header.ok()) return header.status();
    if (header->runs) return decode_runs(bytes, header.value());
    return header->bits <= 8 ? decode_palette_rows(bytes, header.value())
                             : decode_colour_rows(bytes, header.value());
}

}  // namespace featherface::loaders
