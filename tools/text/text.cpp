#include "tools/text/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "loaders/ascii.hpp"
#include "loaders/torch/pickle_text.hpp"

namespace featherface::tools {

std::string shortest(float value) {
    std::array<char, 32> digits;
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

std::string fixed(double value, int digits) {
    std::array<char, 400> text;  // the largest double has 309 digits before the point
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits);
    return {text.data(), end.ptr};
}

bool Character::is_hidden() const {
    struct Range {
        char32_t first, last;
    };
    constexpr Range kHidden[] = {{0, 0x1f},        {0x7f, 0x9f},     {0xad, 0xad},      {0x61c, 0x61c},
                                 {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},  {0x2060, 0x206f},
                                 {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};
    return std::ranges::any_of(kHidden,
                               [&](const Range& range) { return code >= range.first && code <= range.last; });
}

Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned first = byte(0);
    const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const std::string_view bytes = text.substr(0, size);
    if (loaders::find_bad_utf8(bytes) < bytes.size()) return {text.substr(0, 1), first, false};
    char32_t code = size == 1 ? first : first & (0x7f >> size);
    for (std::size_t i = 1; i < size; ++i) code = code << 6 | (byte(i) & 0x3f);
    return {bytes, code, true};
}

namespace {

// `kept`: a hidden character that stays.
std::string without_hidden(std::string_view name, char32_t kept) {
    std::string text;
    while (!name.empty()) {
        const Character character = first_character(name);
        if (character.is_utf8 && (!character.is_hidden() || character.code == kept)) {
            text += character.bytes;
        } else {
            for (const char c : character.bytes) {
                text += "\\x";
                loaders::append_hex(text, static_cast<unsigned char>(c));
            }
        }
        name.remove_prefix(character.bytes.size());
    }
    return text;
}

}  // namespace

std::string printable(std::string_view name) {
    constexpr char32_t kNone = ~char32_t{0};
    return without_hidden(name, kNone);
}

std::string printable_lines(std::string_view text) {
    return without_hidden(text, U'\n');
}

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

}  // namespace featherface::tools
