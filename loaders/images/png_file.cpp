// Chunks are: length, type, content, CRC of type and content; all numbers big-endian.
#include "loaders/images/png_file.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "loaders/archive/zlib.hpp"
#include "loaders/big_endian.hpp"
#include "loaders/crc32.hpp"
#include "loaders/error.hpp"
#include "loaders/images/orientation.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n"sv;
constexpr std::size_t kChunkOverhead = 12;
constexpr std::size_t kIhdrSize = 13;
constexpr std::size_t kMostColours = 256;
// Of a compressed text as much is unpacked: metadata of any use here is smaller.
constexpr std::size_t kMostText = std::size_t{256} << 10;

struct Chunk {
    std::size_t offset = 0;
    std::string_view type;
    std::span<const std::byte> content;
    std::uint32_t crc = 0;  // as stored

    bool intact() const { return computed_crc() == crc; }
    // The CRC of the type and the content, which stand side by side.
    std::uint32_t computed_crc() const { return crc32(content, crc32(std::as_bytes(std::span(type)))); }
    // An upper-case first letter says that nobody can make sense of the picture who does not know the chunk.
    bool critical() const { return (type[0] & 0x20) == 0; }
};

Result<Chunk> read_chunk(std::span<const std::byte> bytes, std::size_t offset) {
    const std::size_t left = bytes.size() - offset;
    if (left == 0) return malformed("cut short: the chunks end here", {.offset = offset});
    if (left < kChunkOverhead) return malformed("cut short in the header of a chunk", {.offset = offset});
    const std::size_t length = load_be<std::uint32_t>(bytes, offset);
    const auto type = as_text(bytes.subspan(offset + 4, 4));
    if (length > left - kChunkOverhead) {
        return malformed("cut short in chunk " + quoted(type),
                         {.offset = offset,
                          .expected = count_of(length + kChunkOverhead, "byte"),
                          .found = std::to_string(left)});
    }
    return Chunk{offset, type, bytes.subspan(offset + 8, length),
                 load_be<std::uint32_t>(bytes, offset + 8 + length)};
}

Status check_crc(const Chunk& chunk) {
    if (chunk.intact()) return {};
    return malformed("wrong CRC of chunk " + quoted(chunk.type), {.offset = chunk.offset,
                                                                  .expected = hex(chunk.crc),
                                                                  .found = hex(chunk.computed_crc()),
                                                                  .hint = "the file is damaged"});
}

bool depth_fits_colour(int depth, std::uint8_t colour) {
    switch (colour) {
        case kPngGrey: return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
        case kPngPalette: return depth == 1 || depth == 2 || depth == 4 || depth == 8;
        case kPngRgb:
        case kPngGreyAlpha:
        case kPngRgbAlpha: return depth == 8 || depth == 16;
        default: return false;
    }
}

Result<PngFile> read_header(const Chunk& chunk, std::int64_t max_pixels) {
    if (chunk.type == "CgBI") {
        return error(StatusCode::unsupported, "cannot read a PNG in Apple's CgBI variant",
                     {.hint = "convert it to plain PNG"});
    }
    if (chunk.type != "IHDR" || chunk.content.size() != kIhdrSize) {
        return malformed("no IHDR chunk", {.offset = chunk.offset});
    }
    if (auto status = check_crc(chunk); !status.ok()) return status;
    const auto header = chunk.content;
    const auto field = [&](std::size_t at) { return std::to_integer<std::uint8_t>(header[at]); };
    const auto width = load_be<std::uint32_t>(header, 0);
    const auto height = load_be<std::uint32_t>(header, 4);
    if (auto status = check_dimensions(width, height, max_pixels); !status.ok()) return status;
    PngFile png;
    png.header.width = static_cast<int>(width);
    png.header.height = static_cast<int>(height);
    png.depth = field(8);
    png.colour = field(9);
    if (!depth_fits_colour(png.depth, png.colour)) {
        return malformed(
            "colour type " + std::to_string(png.colour) + " with " + std::to_string(png.depth) + " bits",
            {.offset = chunk.offset});
    }
    if (field(10) != 0 || field(11) != 0 || field(12) > 1) {
        return malformed("a compression, filter or interlace method that PNG does not have",
                         {.offset = chunk.offset});
    }
    png.interlaced = field(12) == 1;
    return png;
}

// The text of a tEXt, zTXt or iTXt chunk, where it may tell the orientation.
void read_text(const Chunk& chunk, OrientationTags& tags) {
    const auto text = as_text(chunk.content);
    const std::size_t keyword_end = std::min(text.find('\0'), text.size());
    const auto keyword = text.substr(0, keyword_end);
    if (keyword_end == text.size() || !OrientationTags::wants_png_text(keyword)) return;
    std::size_t at = keyword_end + 1;
    bool compressed = chunk.type == "zTXt";
    if (compressed) at += 1;  // the method
    if (chunk.type == "iTXt") {
        if (at + 2 > text.size()) return;
        compressed = text[at] != 0;
        at += 2;                       // the flag and the method
        for (int i = 0; i < 2; ++i) {  // the language, and the keyword in that language
            const std::size_t end = text.find('\0', at);
            if (end == text.npos) return;
            at = end + 1;
        }
    }
    if (at > text.size()) return;
    if (!compressed) return tags.png_text(keyword, text.substr(at));
    std::string unpacked(kMostText, '\0');
    const auto size =
        inflate_zlib(chunk.content.subspan(at), std::as_writable_bytes(std::span<char>(unpacked)));
    if (size.ok()) tags.png_text(keyword, std::string_view(unpacked).substr(0, size.value()));
}

// A chunk that no pixel depends on.
void read_ancillary(const Chunk& chunk, OrientationTags& tags) {
    if (chunk.type == "eXIf" && chunk.intact()) tags.exif(chunk.content);
    if ((chunk.type == "tEXt" || chunk.type == "zTXt" || chunk.type == "iTXt") && chunk.intact()) {
        read_text(chunk, tags);
    }
}

// Of a picture of other colour types a palette is a suggestion, passed over.
Status read_palette(const Chunk& chunk, PngFile& png) {
    if (auto status = check_crc(chunk); !status.ok()) return status;
    if (png.colour != kPngPalette) return {};
    if (!png.palette.empty()) return malformed("a second palette", {.offset = chunk.offset});
    if (chunk.content.empty() || chunk.content.size() % 3 != 0) {
        return malformed("a palette of " + count_of(chunk.content.size(), "byte"), {.offset = chunk.offset});
    }
    png.palette = chunk.content.first(std::min(chunk.content.size(), kMostColours * 3));
    return {};
}

// The signature and the first chunk.
Result<PngFile> read_beginning(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    if (!as_text(bytes).starts_with(kSignature)) {
        return malformed("damaged PNG signature",
                         {.hint = "the file was cut short, or changed by a transfer that treats it as text"});
    }
    const auto first = read_chunk(bytes, kSignature.size());
    if (!first.ok()) return first.status();
    return read_header(first.value(), max_pixels);
}

}  // namespace

Result<ImageHeader> read_png_size(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    const auto png = read_beginning(bytes, max_pixels);
    if (!png.ok()) return png.status();
    return png->header;
}

Result<PngFile> read_png_file(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    auto png = read_beginning(bytes, max_pixels);
    if (!png.ok()) return png.status();

    OrientationTags tags;
    for (std::size_t offset = kSignature.size() + kChunkOverhead + kIhdrSize;;) {
        const auto chunk = read_chunk(bytes, offset);
        const bool behind_data = png->data_end != 0 && png->data_end != offset;
        const bool data = chunk.ok() && chunk->type == "IDAT";
        if (!chunk.ok()) {
            // A chunk of image data that is cut short holds pixels that are lost.
            const bool cut_data =
                bytes.size() - offset >= 8 && as_text(bytes.subspan(offset + 4, 4)) == "IDAT";
            if (png->data.empty() || cut_data) return chunk.status();
            break;
        }
        const std::size_t next = offset + kChunkOverhead + chunk->content.size();
        if (chunk->type == "IEND") break;
        if (data) {
            if (behind_data) return malformed("image data in several places", {.offset = offset});
            if (png->colour == kPngPalette && png->palette.empty()) {
                return malformed("image data before the palette", {.offset = offset});
            }
            if (auto status = check_crc(chunk.value()); !status.ok()) return status;
            if (png->data.empty()) png->data_offset = offset;
            png->data.push_back(chunk->content);
            png->data_end = next;
        } else if (chunk->type == "PLTE" && png->data.empty()) {
            if (auto status = read_palette(chunk.value(), png.value()); !status.ok()) return status;
        } else if (chunk->critical() && png->data.empty()) {
            return error(StatusCode::unsupported,
                         "cannot read a PNG with the unknown critical chunk " + quoted(chunk->type),
                         {.offset = offset});
        } else {
            read_ancillary(chunk.value(), tags);
        }
        offset = next;
    }
    if (png->data.empty()) return malformed("no image data", {.offset = bytes.size()});
    png->header.orientation = tags.orientation();
    return png;
}

}  // namespace featherface::loaders
