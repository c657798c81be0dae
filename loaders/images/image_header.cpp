#include "loaders/images/image_header.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include "loaders/ascii.hpp"
#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

using namespace std::string_view_literals;

struct Signature {
    std::size_t offset;
    std::string_view magic;
    std::string_view name;
};

// Files people hand to a face detector that it does not read. The first match counts.
constexpr Signature kUnreadable[] = {
    {0, "GIF8"sv, "a GIF picture (animated or not)"},
    {8, "WEBP"sv, "a WebP picture"},
    {4, "ftypheic"sv, "a HEIC picture"},
    {4, "ftypheix"sv, "a HEIC picture"},
    {4, "ftyphevc"sv, "a HEIC picture"},
    {4, "ftypmif1"sv, "a HEIC (HEIF) picture"},
    {4, "ftypmsf1"sv, "a HEIC (HEIF) picture"},
    {4, "ftypavif"sv, "an AVIF picture"},
    {4, "ftypavis"sv, "an AVIF picture"},
    {4, "ftyp"sv, "a video (MP4 or MOV)"},
    {0, "RIFF"sv, "a RIFF file (AVI or WAV)"},
    {0, "\x1a\x45\xdf\xa3"sv, "a video (MKV or WebM)"},
    {0, "II*\0"sv, "a TIFF picture or camera raw file"},
    {0, "MM\0*"sv, "a TIFF picture or camera raw file"},
    {0, "II+\0"sv, "a BigTIFF picture"},
    {0, "MM\0+"sv, "a BigTIFF picture"},
    {0, "%PDF-"sv, "a PDF document"},
    {0, "8BPS"sv, "a Photoshop picture"},
    {0, "\0\0\1\0"sv, "an ICO icon"},
    {0, "\xff\x0a"sv, "a JPEG XL picture"},
    {4, "JXL "sv, "a JPEG XL picture"},
    {4, "jP  "sv, "a JPEG 2000 picture"},
    {0, "\xff\x4f\xff\x51"sv, "a JPEG 2000 picture"},
    {0, "v/1\1"sv, "an OpenEXR picture"},
    {0, "#?RADIANCE"sv, "a Radiance HDR picture"},
    {0, "qoif"sv, "a QOI picture"},
    {0, "DDS "sv, "a DDS texture"},
    {0, "P1"sv, "a text PBM picture"},
    {0, "P2"sv, "a text PGM picture"},
    {0, "P3"sv, "a text PPM picture"},
    {0, "P4"sv, "a PBM (1 bit) picture"},
    {0, "P7"sv, "a PAM picture"},
    {0, "Pf"sv, "a PFM (float) picture"},
    {0, "PF"sv, "a PFM (float) picture"},
    {0, "PK\3\4"sv, "a zip archive"},
    {0, "\x1f\x8b"sv, "a gzip file"},
};

bool starts_with(std::span<const std::byte> bytes, std::size_t offset, std::string_view magic) {
    return bytes.size() >= offset + magic.size() && as_text(bytes.subspan(offset, magic.size())) == magic;
}

Status unreadable(std::string_view found) {
    return error(StatusCode::unsupported, "not a picture format that is read here",
                 {.expected = "JPEG, PNG, BMP or PNM (P5, P6)",
                  .found = std::string(found),
                  .hint = "convert it to PNG or JPEG"});
}

// Text formats have no fixed signature: SVG pictures, and what servers send instead of a picture.
std::string_view text_format(std::string_view head) {
    while (!head.empty() && (is_space(head.front()) || "\xef\xbb\xbf"sv.find(head.front()) != head.npos)) {
        head.remove_prefix(1);
    }
    if (head.starts_with("version https://git-lfs"))
        return "a Git LFS pointer, not the picture itself (git lfs pull)";
    if (!head.starts_with('<')) return {};
    const std::string lower = lower_case(head);
    if (lower.find("<svg") != lower.npos) return "an SVG picture";
    if (lower.find("<html") != lower.npos || lower.starts_with("<!doctype html")) return "an HTML page";
    return {};
}

}  // namespace

Result<ImageFormat> recognise_image(std::span<const std::byte> bytes) {
    if (starts_with(bytes, 0, "\xff\xd8"sv)) return ImageFormat::jpeg;
    if (starts_with(bytes, 0, "\x89PNG"sv)) return ImageFormat::png;
    if (starts_with(bytes, 0, "BM"sv)) return ImageFormat::bmp;
    if (starts_with(bytes, 0, "P5"sv) || starts_with(bytes, 0, "P6"sv)) return ImageFormat::pnm;
    for (const Signature& signature : kUnreadable) {
        if (starts_with(bytes, signature.offset, signature.magic)) return unreadable(signature.name);
    }
    const auto text = text_format(as_text(bytes.first(std::min<std::size_t>(bytes.size(), 1024))));
    if (!text.empty()) return unreadable(text);
    if (bytes.empty()) return error(StatusCode::malformed, "empty: a picture has at least a header");
    return error(
        StatusCode::malformed, "not a picture",
        {.expected = "JPEG, PNG, BMP or PNM (P5, P6)",
         .found = "a file that begins " + hex_bytes(bytes.first(std::min<std::size_t>(bytes.size(), 8)))});
}

Status check_dimensions(std::int64_t width, std::int64_t height, std::int64_t max_pixels) {
    const std::string size = std::to_string(width) + " x " + std::to_string(height);
    if (width <= 0 || height <= 0) return error(StatusCode::malformed, "a picture of " + size + " pixels");
    constexpr std::int64_t kLargest = std::numeric_limits<int>::max();
    if (width > kLargest || height > kLargest || width > max_pixels / height) {
        return error(StatusCode::limit_exceeded, "a picture of " + size + " pixels is too large",
                     {.expected = "at most " + std::to_string(max_pixels) + " pixels",
                      .hint = "shrink it, or raise the limit (max pixels) if the file can be trusted"});
    }
    return {};
}

}  // namespace featherface::loaders
