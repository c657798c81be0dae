#include "tools/json_writer.hpp"

#include <cmath>

#include "tools/text.hpp"

namespace featherface::tools {

namespace {

// Bytes of the well-formed UTF-8 character at the start of `text` (Unicode standard, table 3-7), or 0.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(0);
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    std::size_t length = 0;
    unsigned least = 0x80,
             most = 0xbf;  // of the second byte: no overlong forms, surrogates, or beyond U+10FFFF
    if (first >= 0xc2 && first <= 0xdf) length = 2;
    if (first >= 0xe0 && first <= 0xef) {
        length = 3;
        if (first == 0xe0) least = 0xa0;
        if (first == 0xed) most = 0x9f;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        length = 4;
        if (first == 0xf0) least = 0x90;
        if (first == 0xf4) most = 0x8f;
    }
    if (length == 0 || byte(1) < least || byte(1) > most) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
    }
    return length;
}

}  // namespace

JsonWriter& JsonWriter::begin(char bracket, Layout layout) {
    separate();
    const Layout around = levels_.empty() ? widest_ : levels_.back().layout;
    levels_.push_back({around == Layout::in_line ? Layout::in_line : layout});
    out_ += bracket;
    return *this;
}

JsonWriter& JsonWriter::end(char bracket) {
    const Level level = levels_.back();
    levels_.pop_back();
    if (level.layout == Layout::lines && !level.empty) line_break();
    out_ += bracket;
    return *this;
}

// What stands before a value or key: nothing, a comma, a line break.
void JsonWriter::separate() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (levels_.empty()) return;
    Level& level = levels_.back();
    if (!level.empty) out_ += level.layout == Layout::lines ? "," : ", ";
    level.empty = false;
    if (level.layout == Layout::lines) line_break();
}

void JsonWriter::line_break() {
    out_ += '\n';
    out_.append(2 * levels_.size(), ' ');
}

JsonWriter& JsonWriter::key(std::string_view name) {
    separate();
    append_string(name);
    out_ += ": ";
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    separate();
    append_string(text);
    return *this;
}

JsonWriter& JsonWriter::value(bool truth) {
    separate();
    out_ += truth ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number) {
    separate();
    out_ += std::to_string(number);
    return *this;
}

JsonWriter& JsonWriter::value(float number) {
    separate();
    out_ += std::isfinite(number) ? shortest(number) : "null";
    return *this;
}

JsonWriter& JsonWriter::value(double number, int digits) {
    separate();
    out_ += std::isfinite(number) ? fixed(number, digits) : "null";
    return *this;
}

void JsonWriter::append_string(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto escape = [&](std::string_view prefix, unsigned char byte) {
        out_ += prefix;
        out_ += kHex[byte >> 4];
        out_ += kHex[byte & 15];
    };
    out_ += '"';
    while (!text.empty()) {
        const auto byte = static_cast<unsigned char>(text.front());
        const std::size_t length = utf8_length(text);
        if (length == 0) {
            escape("\\udc", byte);
        } else if (byte == '"' || byte == '\\') {
            out_ += '\\';
            out_ += text.front();
        } else if (byte < 0x20) {
            escape("\\u00", byte);
        } else {
            out_ += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out_ += '"';
}

}  // namespace featherface::tools
