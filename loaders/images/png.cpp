// Chunks are: length, type, content, CRC of type and content; all numbers big-endian.
#include "loaders/images/png.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "loaders/big_endian.hpp"
#include "loaders/crc32.hpp"
#include "loaders/error.hpp"
#include "loaders/images/exif.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n"sv;
constexpr std::size_t kChunkOverhead = 12;
constexpr std::uint8_t kPalette = 3;  // colour type

struct Chunk {
    std::size_t offset = 0;
    std::string_view type;
    std::span<const std::byte> content;
};

Status malformed(const std::string& what, std::size_t offset) {
    return error(StatusCode::malformed, what, {.offset = offset});
}

Result<Chunk> read_chunk(std::span<const std::byte> bytes, std::size_t offset) {
    const std::size_t left = bytes.size() - offset;
    if (left == 0) return malformed("cut short: no IEND chunk", offset);
    if (left < kChunkOverhead) return malformed("cut short in the header of a chunk", offset);
    const std::size_t length = load_be<std::uint32_t>(bytes, offset);
    const auto type = as_text(bytes.subspan(offset + 4, 4));
    if (length > left - kChunkOverhead) {
        return error(StatusCode::malformed, "cut short in chunk " + quoted(type),
                     {.offset = offset,
                      .expected = count_of(length + kChunkOverhead, "byte"),
                      .found = std::to_string(left)});
    }
    const std::uint32_t expected = load_be<std::uint32_t>(bytes, offset + 8 + length);
    const std::uint32_t found = crc32(bytes.subspan(offset + 4, 4 + length));
    if (found != expected) {
        return error(StatusCode::malformed, "wrong CRC of chunk " + quoted(type),
                     {.offset = offset,
                      .expected = hex(expected),
                      .found = hex(found),
                      .hint = "the file is damaged"});
    }
    return Chunk{offset, type, bytes.subspan(offset + 8, length)};
}

bool depth_fits_colour(std::uint8_t depth, std::uint8_t colour) {
    switch (colour) {
        case 0: return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
        case kPalette: return depth == 1 || depth == 2 || depth == 4 || depth == 8;
        case 2:
        case 4:
        case 6: return depth == 8 || depth == 16;
        default: return false;
    }
}

}  // namespace

Result<ImageHeader> check_png(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    if (!as_text(bytes).starts_with(kSignature)) {
        return error(StatusCode::malformed, "damaged PNG signature",
                     {.hint = "the file was cut short, or changed by a transfer that treats it as text"});
    }
    auto first = read_chunk(bytes, kSignature.size());
    if (!first.ok()) return first.status();
    if (first->type == "CgBI") {
        return error(StatusCode::unsupported, "cannot read a PNG in Apple's CgBI variant",
                     {.hint = "convert it to plain PNG"});
    }
    if (first->type != "IHDR" || first->content.size() != 13)
        return malformed("no IHDR chunk", first->offset);
    const auto header = first->content;
    const auto width = load_be<std::uint32_t>(header, 0);
    const auto height = load_be<std::uint32_t>(header, 4);
    const auto depth = std::to_integer<std::uint8_t>(header[8]);
    const auto colour = std::to_integer<std::uint8_t>(header[9]);
    if (auto status = check_dimensions(width, height, max_pixels); !status.ok()) return status;
    if (!depth_fits_colour(depth, colour)) {
        return malformed("colour type " + std::to_string(colour) + " with " + std::to_string(depth) + " bits",
                         first->offset);
    }

    ImageHeader result{static_cast<int>(width), static_cast<int>(height), 1};
    bool palette = false;
    std::size_t after_data = 0;  // the offset behind the last IDAT chunk
    for (std::size_t offset = first->offset + kChunkOverhead + header.size();;) {
        auto chunk = read_chunk(bytes, offset);
        if (!chunk.ok()) return chunk.status();
        offset += kChunkOverhead + chunk->content.size();
        if (chunk->type == "IEND") break;
        if (chunk->type == "IDAT") {
            if (colour == kPalette && !palette)
                return malformed("image data before the palette", chunk->offset);
            if (after_data != 0 && after_data != chunk->offset) {
                return malformed("image data in several places", chunk->offset);
            }
            after_data = offset;
        } else if (chunk->type == "PLTE") {
            if (palette) return malformed("a second palette", chunk->offset);
            palette = true;
        } else if (chunk->type == "eXIf") {
            result.orientation = exif_orientation(chunk->content);
        } else if ((std::to_integer<unsigned>(bytes[chunk->offset + 4]) & 0x20) == 0) {
            // An upper-case first letter: nobody can make sense of the picture who does not know the chunk.
            return error(StatusCode::unsupported,
                         "cannot read a PNG with the unknown critical chunk " + quoted(chunk->type),
                         {.offset = chunk->offset});
        }
    }
    if (after_data == 0) return malformed("no image data", bytes.size());
    return result;
}

}  // namespace featherface::loaders
