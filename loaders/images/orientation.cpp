// PNG got a chunk for EXIF late (2017). Until then, and often still, programs wrote it as ImageMagick does: a
// text chunk "Raw profile type exif" (or APP1) with the profile's name, its size, and its bytes in
// hexadecimal, each on lines of its own.
#include "loaders/images/orientation.hpp"

#include <algorithm>
#include <vector>

#include "loaders/ascii.hpp"
#include "loaders/images/exif.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kExif = "Exif\0"sv;
constexpr std::string_view kXmp = "http://ns.adobe.com/xap/1.0/\0"sv;
constexpr std::string_view kPngXmp = "XML:com.adobe.xmp"sv;
constexpr std::string_view kProfiles[] = {"Raw profile type exif"sv, "Raw profile type APP1"sv,
                                          "Raw profile type xmp"sv};

void skip_space(std::string_view& text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

// Sets `first` where nothing was said before.
void set_once(std::optional<int>& first, const std::optional<int>& value) {
    if (!first) first = value;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The bytes of a raw profile, as far as they are there.
std::vector<std::byte> raw_profile(std::string_view text) {
    for (int word = 0; word < 2; ++word) {  // its name and its size
        skip_space(text);
        text.remove_prefix(static_cast<std::size_t>(std::ranges::find_if(text, is_space) - text.begin()));
    }
    std::vector<std::byte> bytes;
    bytes.reserve(text.size() / 2);
    int high = -1;
    for (const char c : text) {
        if (is_space(c)) continue;
        const int digit = hex_digit(c);
        if (digit < 0) break;
        if (high >= 0) bytes.push_back(static_cast<std::byte>(high << 4 | digit));
        high = high >= 0 ? -1 : digit;
    }
    return bytes;
}

}  // namespace

void OrientationTags::exif(std::span<const std::byte> block) {
    set_once(exif_, exif_orientation(block));
}

void OrientationTags::app1(std::span<const std::byte> content) {
    const std::string_view text = as_text(content);
    if (text.starts_with(kExif)) exif(content);
    if (text.starts_with(kXmp)) set_once(xmp_, xmp_orientation(text.substr(kXmp.size())));
}

bool OrientationTags::wants_png_text(std::string_view keyword) {
    return keyword == kPngXmp || std::ranges::find(kProfiles, keyword) != std::end(kProfiles);
}

void OrientationTags::png_text(std::string_view keyword, std::string_view text) {
    if (keyword == kPngXmp) return set_once(xmp_, xmp_orientation(text));
    if (!wants_png_text(keyword)) return;
    // An APP1 profile holds either kind, so the content decides, whatever the keyword.
    const auto bytes = raw_profile(text);
    const auto orientation = exif_orientation(bytes);
    set_once(exif_profile_, orientation);
    if (!orientation) set_once(xmp_, xmp_orientation(as_text(bytes)));
}

int OrientationTags::orientation() const {
    for (const auto& stated : {exif_, exif_profile_, xmp_}) {
        if (stated) return *stated;
    }
    return 1;
}

std::optional<int> xmp_orientation(std::string_view packet) {
    constexpr std::string_view kProperty = "tiff:Orientation"sv;
    for (;;) {
        const std::size_t at = packet.find(kProperty);
        if (at == packet.npos) return std::nullopt;
        packet.remove_prefix(at + kProperty.size());
        std::string_view value = packet;
        skip_space(value);
        if (value.starts_with('=')) {
            value.remove_prefix(1);
            skip_space(value);
            if (!value.starts_with('"') && !value.starts_with('\'')) continue;
        } else if (!value.starts_with('>')) {
            continue;  // a longer name
        }
        value.remove_prefix(1);
        skip_space(value);
        const bool one_digit = value.size() >= 2 && (value[1] < '0' || value[1] > '9');
        return one_digit && value[0] >= '1' && value[0] <= '8' ? value[0] - '0' : 1;
    }
}

}  // namespace featherface::loaders
