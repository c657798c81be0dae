#include "loaders/torch/pickle_text.hpp"

#include <charconv>
#include <cstdint>

namespace featherface::loaders {
namespace {

// The number in the first `digits` hexadecimal digits, which must all be there.
std::optional<std::uint32_t> hex_number(std::string_view text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    std::uint32_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + digits, value, 16);
    if (code != std::errc() || end != text.data() + digits) return std::nullopt;
    return value;
}

void append_utf8(std::string& text, std::uint32_t point) {
    const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (point < 0x80) {
        add(point);
    } else if (point < 0x800) {
        add(0xc0 | (point >> 6));
        add(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        add(0xe0 | (point >> 12));
        add(0x80 | ((point >> 6) & 0x3f));
        add(0x80 | (point & 0x3f));
    } else {
        add(0xf0 | (point >> 18));
        add(0x80 | ((point >> 12) & 0x3f));
        add(0x80 | ((point >> 6) & 0x3f));
        add(0x80 | (point & 0x3f));
    }
}

bool is_character(std::uint32_t point) {
    return point < 0xd800 || (point > 0xdfff && point <= 0x10ffff);
}

}  // namespace

std::size_t find_bad_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0x80) {
            ++i;
            continue;
        }
        const std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || more >= text.size() - i) return i;
        std::uint32_t point = lead & (0x3fu >> more);
        for (std::size_t k = 1; k <= more; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if ((next & 0xc0) != 0x80) return i;
            point = (point << 6) | (next & 0x3f);
        }
        constexpr std::uint32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
        if (point < kSmallest[more] || !is_character(point)) return i;
        i += more + 1;
    }
    return std::string_view::npos;
}

std::optional<std::string> unescape_string(std::string_view quoted) {
    if (quoted.size() < 2 || quoted.front() != quoted.back()) return std::nullopt;
    if (quoted.front() != '\'' && quoted.front() != '"') return std::nullopt;
    const std::string_view body = quoted.substr(1, quoted.size() - 2);
    std::string text;
    for (std::size_t i = 0; i < body.size(); ++i) {
        if (body[i] != '\\') {
            text += body[i];
            continue;
        }
        if (++i == body.size()) return std::nullopt;
        switch (body[i]) {
            case '\\':
            case '\'':
            case '"': text += body[i]; break;
            case 'n': text += '\n'; break;
            case 'r': text += '\r'; break;
            case 't': text += '\t'; break;
            case 'x': {
                const auto value = hex_number(body.substr(i + 1), 2);
                if (!value) return std::nullopt;
                text += static_cast<char>(*value);
                i += 2;
                break;
            }
            default: return std::nullopt;
        }
    }
    return text;
}

std::optional<std::string> unescape_unicode(std::string_view raw) {
    std::string text;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const std::size_t digits = raw.substr(i, 2) == "\\u" ? 4 : raw.substr(i, 2) == "\\U" ? 8 : 0;
        if (digits == 0) {
            append_utf8(text, static_cast<unsigned char>(raw[i]));
            continue;
        }
        const auto point = hex_number(raw.substr(i + 2), digits);
        if (!point || !is_character(*point)) return std::nullopt;
        append_utf8(text, *point);
        i += digits + 1;
    }
    return text;
}

}  // namespace featherface::loaders
