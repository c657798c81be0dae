#include "loaders/images/image_header.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include "loaders/ascii.hpp"
#include "loaders/big_endian.hpp"
#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

using namespace std::string_view_literals;

struct Signature {
    std::size_t offset;
    std::string_view magic;
    std::string_view name;
    std::string_view command{};  // that converts it
};

constexpr std::string_view kReadable = "JPEG, PNG, BMP or PNM (P1 to P7)";
constexpr std::string_view kConvert = "convert it to PNG or JPEG";
constexpr std::string_view kFromWebP = "convert it: dwebp picture.webp -o picture.png";
constexpr std::string_view kFromHeic = "convert it: heif-convert picture.heic picture.png";
constexpr std::string_view kFromAvif = "convert it: avifdec picture.avif picture.png";

// Files people hand to a face detector that it does not read. The first match counts.
constexpr Signature kUnreadable[] = {
    {0, "GIF8"sv, "a GIF picture (animated or not)"},
    {8, "WEBP"sv, "a WebP picture", kFromWebP},
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
    {0, "P7 332"sv, "an XV thumbnail"},
    {0, "Pf"sv, "a PFM (float) picture"},
    {0, "PF"sv, "a PFM (float) picture"},
    {0, "PK\3\4"sv, "a zip archive"},
    {0, "\x1f\x8b"sv, "a gzip file"},
};

bool starts_with(std::span<const std::byte> bytes, std::size_t offset, std::string_view magic) {
    return bytes.size() >= offset + magic.size() && as_text(bytes.subspan(offset, magic.size())) == magic;
}

Status unreadable(std::string_view found, std::string_view hint = kConvert) {
    return error(
        StatusCode::unsupported, "not a picture format that is read here",
        {.expected = std::string(kReadable), .found = std::string(found), .hint = std::string(hint)});
}

// A box file of the family of MP4 begins with the size of its first box, "ftyp", and there a brand, a version
// and further brands of four letters each. A picture's first brand may be that of the family only (mif1).
Status unreadable_box_file(std::span<const std::byte> bytes) {
    const std::size_t size = std::min<std::size_t>(load_be<std::uint32_t>(bytes), bytes.size());
    bool picture = false;
    for (std::size_t at = 8; at + 4 <= size; at += at == 8 ? 8 : 4) {
        const auto brand = as_text(bytes.subspan(at, 4));
        if (brand == "avif" || brand == "avis") return unreadable("an AVIF picture", kFromAvif);
        if (brand.starts_with("hei") || brand.starts_with("hev"))
            return unreadable("a HEIC picture", kFromHeic);
        picture = picture || brand == "mif1" || brand == "msf1";
    }
    if (picture) return unreadable("a HEIC (HEIF) picture", kFromHeic);
    if (starts_with(bytes, 8, "crx "sv)) return unreadable("a camera raw file (CR3)");
    return unreadable("a video (MP4 or MOV)",
                      "take a frame out of it: ffmpeg -i video.mp4 -frames 1 frame.png");
}

bool is_pnm(std::span<const std::byte> bytes) {
    return bytes.size() >= 2 && bytes[0] == std::byte{'P'} && bytes[1] >= std::byte{'1'} &&
           bytes[1] <= std::byte{'7'} && !starts_with(bytes, 0, "P7 332"sv);
}

// Text formats have no fixed signature: SVG pictures, and what servers send instead of a picture. OK when the
// text is none of them.
Status text_format(std::string_view head) {
    while (!head.empty() && (is_space(head.front()) || "\xef\xbb\xbf"sv.find(head.front()) != head.npos)) {
        head.remove_prefix(1);
    }
    if (head.starts_with("version https://git-lfs")) {
        return unreadable("a Git LFS pointer, not the picture itself", "fetch the picture: git lfs pull");
    }
    if (!head.starts_with('<')) return {};
    const std::string lower = lower_case(head);
    if (lower.find("<svg") != lower.npos) return unreadable("an SVG picture");
    if (lower.find("<html") != lower.npos || lower.starts_with("<!doctype html")) {
        return unreadable("an HTML page", "download the picture itself");
    }
    return {};
}

}  // namespace

Result<ImageFormat> recognise_image(std::span<const std::byte> bytes) {
    if (starts_with(bytes, 0, "\xff\xd8"sv)) return ImageFormat::jpeg;
    if (starts_with(bytes, 0, "\x89PNG"sv)) return ImageFormat::png;
    if (starts_with(bytes, 0, "BM"sv)) return ImageFormat::bmp;
    if (is_pnm(bytes)) return ImageFormat::pnm;
    if (starts_with(bytes, 4, "ftyp"sv)) return unreadable_box_file(bytes);
    for (const Signature& s : kUnreadable) {
        if (starts_with(bytes, s.offset, s.magic))
            return unreadable(s.name, s.command.empty() ? kConvert : s.command);
    }
    const auto text = text_format(as_text(bytes.first(std::min<std::size_t>(bytes.size(), 1024))));
    if (!text.ok()) return text;
    if (bytes.empty()) return malformed("empty: a picture has at least a header");
    return malformed(
        "not a picture",
        {.expected = std::string(kReadable),
         .found = "a file that begins " + hex_bytes(bytes.first(std::min<std::size_t>(bytes.size(), 8)))});
}

Status check_dimensions(std::int64_t width, std::int64_t height, std::int64_t max_pixels) {
    const std::string size = std::to_string(width) + " x " + std::to_string(height);
    if (width <= 0 || height <= 0) return malformed("a picture of " + size + " pixels");
    constexpr std::int64_t kLargest = std::numeric_limits<int>::max();
    if (width > kLargest || height > kLargest || width > max_pixels / height) {
        return error(StatusCode::limit_exceeded, "a picture of " + size + " pixels is too large",
                     {.expected = "at most " + std::to_string(max_pixels) + " pixels",
                      .hint = "shrink it, or raise the limit (max pixels) if the file can be trusted"});
    }
    return {};
}

}  // namespace featherface::loaders
