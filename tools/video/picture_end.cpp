#include "tools/video/picture_end.hpp"

#include <algorithm>
#include <string_view>

#include "loaders/big_endian.hpp"
#include "loaders/images/pnm.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::tools {

namespace {

// So many bytes tell the format of any picture that is read or known by name, and hold any sane header.
constexpr std::size_t kBeginning = 1 << 16;

constexpr std::byte kMarker{0xff};
constexpr unsigned kStart = 0xd8, kEnd = 0xd9;  // SOI and EOI of ITU-T T.81

constexpr std::uint32_t kLongestChunk = 0x7fff'ffff;  // of a PNG

// Whether no length follows: TEM, RST0 to RST7, and a 0xff of the entropy-coded bytes.
bool stands_alone(unsigned marker) {
    return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

std::size_t find_byte(std::span<const std::byte> bytes, std::size_t from, std::byte wanted) {
    return static_cast<std::size_t>(
        std::find(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end(), wanted) - bytes.begin());
}

}  // namespace

Result<std::optional<std::size_t>> PictureEnd::find(std::span<const std::byte> bytes, bool is_all) {
    if (!format_) {
        const auto format = loaders::recognise_image(bytes);
        if (format.ok()) {
            format_ = format.value();
        } else if (is_all || bytes.size() >= kBeginning) {
            return format.status();
        } else {
            return std::optional<std::size_t>();
        }
    }
    Result<std::optional<std::size_t>> end = std::optional<std::size_t>();
    switch (*format_) {
        case loaders::ImageFormat::jpeg: end = end_of_jpeg(bytes); break;
        case loaders::ImageFormat::png: end = end_of_png(bytes); break;
        case loaders::ImageFormat::pnm: end = end_of_pnm(bytes, is_all); break;
        case loaders::ImageFormat::bmp: break;
    }
    if (end.ok() && !end.value() && is_all) return std::optional(bytes.size());
    return end;
}

// Segments are passed by their lengths, so that a thumbnail in one is not taken for a picture. Where no
// marker is, among entropy-coded bytes or where something is damaged, the next one is looked for. The
// beginning of another JPEG ends one that was cut.
std::optional<std::size_t> PictureEnd::end_of_jpeg(std::span<const std::byte> bytes) {
    at_ = std::max<std::size_t>(at_, 2);
    while (at_ + 1 < bytes.size()) {
        const auto marker = std::to_integer<unsigned>(bytes[at_ + 1]);
        if (bytes[at_] != kMarker) {
            at_ = find_byte(bytes, at_, kMarker);
        } else if (marker == 0xff) {
            ++at_;
        } else if (marker == kEnd) {
            return at_ + 2;
        } else if (marker == kStart) {
            return at_;
        } else if (stands_alone(marker)) {
            at_ += 2;
        } else if (at_ + 4 > bytes.size()) {
            break;
        } else {
            at_ += 2 + std::max<std::size_t>(2, loaders::load_be<std::uint16_t>(bytes, at_ + 2));
        }
    }
    return std::nullopt;
}

std::optional<std::size_t> PictureEnd::end_of_png(std::span<const std::byte> bytes) {
    at_ = std::max<std::size_t>(at_, 8);
    while (at_ + 8 <= bytes.size()) {
        // PNG allows no more, and no sum of sizes of 32 bits wraps.
        const std::size_t length = std::min(loaders::load_be<std::uint32_t>(bytes, at_), kLongestChunk);
        const bool is_last = loaders::as_text(bytes.subspan(at_ + 4, 4)) == "IEND";
        at_ += 12 + length;
        if (is_last) length_ = at_;
        if (is_last) break;
    }
    if (length_ > 0 && bytes.size() >= length_) return length_;
    return std::nullopt;
}

Result<std::optional<std::size_t>> PictureEnd::end_of_pnm(std::span<const std::byte> bytes, bool is_all) {
    if (bytes[1] <= std::byte{'3'}) return end_of_text_pnm(bytes);
    if (length_ == 0) {
        const auto layout = loaders::pnm_layout(bytes, max_pixels_);
        const bool may_be_cut = layout.status().code() == StatusCode::malformed && bytes.size() < kBeginning;
        if (!layout.ok() && may_be_cut && !is_all) return std::optional<std::size_t>();
        if (!layout.ok()) return layout.status();
        length_ = layout->bytes;
    }
    return bytes.size() >= length_ ? std::optional(length_) : std::nullopt;
}

// Numbers and comments, up to the next picture's 'P'.
std::optional<std::size_t> PictureEnd::end_of_text_pnm(std::span<const std::byte> bytes) {
    for (at_ = std::max<std::size_t>(at_, 2); at_ < bytes.size(); ++at_) {
        const auto character = std::to_integer<char>(bytes[at_]);
        if (in_comment_) {
            in_comment_ = character != '\n' && character != '\r';
        } else if (character == '#') {
            in_comment_ = true;
        } else if (character == 'P') {
            return at_;
        }
    }
    return std::nullopt;
}

std::size_t find_jpeg(std::span<const std::byte> bytes) {
    constexpr std::byte kSignature[] = {kMarker, std::byte{kStart}, kMarker};
    const auto found = std::search(bytes.begin(), bytes.end(), std::begin(kSignature), std::end(kSignature));
    if (found != bytes.end()) return static_cast<std::size_t>(found - bytes.begin());
    // What may be the first two bytes of it stays.
    std::size_t end = bytes.size();
    if (end > 0 && bytes[end - 1] == kMarker) return end - 1;
    if (end > 1 && bytes[end - 2] == kMarker && bytes[end - 1] == std::byte{kStart}) return end - 2;
    return end;
}

}  // namespace featherface::tools
