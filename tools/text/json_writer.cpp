#include "tools/text/json_writer.hpp"

#include <cmath>

#include "loaders/ascii.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

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
    const auto escape = [&](char32_t code) {
        out_ += "\\u";
        loaders::append_hex(out_, static_cast<unsigned char>(code >> 8));
        loaders::append_hex(out_, static_cast<unsigned char>(code));
    };
    out_ += '"';
    while (!text.empty()) {
        const Character character = first_character(text);
        if (!character.is_utf8) {
            escape(0xdc00 | character.code);
        } else if (character.is_hidden() && character.code < 0x10000) {
            escape(character.code);
        } else {
            if (character.code == '"' || character.code == '\\') out_ += '\\';
            out_ += character.bytes;
        }
        text.remove_prefix(character.bytes.size());
    }
    out_ += '"';
}

}  // namespace featherface::tools
