#include "tools/text/json_reader.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>

#include "loaders/numbers.hpp"

// g++ 12 takes the variant's members for uninitialised where a JsonValue is moved into a Result.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace featherface::tools {

namespace {

constexpr int kMaxDepth = 64;

void append_utf8(std::string& text, std::uint32_t code) {
    const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xC0 | code >> 6);
        add(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        add(0xE0 | code >> 12);
        add(0x80 | (code >> 6 & 0x3F));
        add(0x80 | (code & 0x3F));
    } else {
        add(0xF0 | code >> 18);
        add(0x80 | (code >> 12 & 0x3F));
        add(0x80 | (code >> 6 & 0x3F));
        add(0x80 | (code & 0x3F));
    }
}

// Every function leaves `left_` behind what it read, or sets `problem_` and returns false.
class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text), left_(text) {}

    bool document(JsonValue& value) {
        if (!any(value, 0)) return false;
        skip_space();
        return left_.empty() || fail("something follows the value");
    }
    std::string problem() const {
        return std::string(problem_) + " at byte " + std::to_string(text_.size() - left_.size());
    }

  private:
    bool fail(const char* problem) {
        problem_ = problem;
        return false;
    }
    void skip_space() {
        const std::size_t end = left_.find_first_not_of(" \t\r\n");
        left_.remove_prefix(end == std::string_view::npos ? left_.size() : end);
    }
    bool take(std::string_view token) {
        if (!left_.starts_with(token)) return false;
        left_.remove_prefix(token.size());
        return true;
    }
    bool next_is(char c) {
        skip_space();
        return take(std::string_view(&c, 1));
    }

    bool any(JsonValue& value, int depth) {
        if (depth > kMaxDepth) return fail("nested too deeply");
        skip_space();
        if (left_.empty()) return fail("a value is missing");
        if (take("{")) return object(value.value.emplace<JsonValue::Object>(), depth);
        if (take("[")) return array(value.value.emplace<JsonValue::Array>(), depth);
        if (take("\"")) return string(value.value.emplace<std::string>());
        if (take("null")) return true;
        if (take("true")) return value.value = true, true;
        if (take("false")) return value.value = false, true;
        return number(value.value.emplace<double>());
    }

    bool object(JsonValue::Object& object, int depth) {
        if (next_is('}')) return true;
        while (true) {
            std::string key;
            if (!next_is('"')) return fail("a key is missing");
            if (!string(key)) return false;
            if (!next_is(':')) return fail("':' is missing");
            JsonValue& member = object[std::move(key)];
            member.value = nullptr;  // forgets an earlier one of that name
            if (!any(member, depth + 1)) return false;
            if (next_is('}')) return true;
            if (!next_is(',')) return fail("',' or '}' is missing");
        }
    }

    bool array(JsonValue::Array& array, int depth) {
        if (next_is(']')) return true;
        while (true) {
            if (!any(array.emplace_back(), depth + 1)) return false;
            if (next_is(']')) return true;
            if (!next_is(',')) return fail("',' or ']' is missing");
        }
    }

    bool number(double& number) {
        // from_chars takes "inf", "nan", "01", ".5" and "5." too; JSON does not.
        const std::size_t digits = left_.starts_with('-') ? 1 : 0;
        const auto is_digit = [&](std::size_t i) {
            return i < left_.size() && left_[i] >= '0' && left_[i] <= '9';
        };
        if (!is_digit(digits)) return fail("no value starts like this");
        if (left_[digits] == '0' && is_digit(digits + 1)) return fail("a number starts with 0");
        const auto [end, error] = loaders::from_chars(left_.data(), left_.data() + left_.size(), number);
        if (error != std::errc()) return fail("a number out of range");
        if (end[-1] == '.') return fail("a number ends in '.'");
        left_.remove_prefix(static_cast<std::size_t>(end - left_.data()));
        return true;
    }

    bool hex4(std::uint32_t& code) {
        if (left_.size() < 4) return fail("a \\u escape is cut off");
        const auto [end, error] = std::from_chars(left_.data(), left_.data() + 4, code, 16);
        if (error != std::errc() || end != left_.data() + 4) return fail("a \\u escape is no number");
        left_.remove_prefix(4);
        return true;
    }

    bool unicode_escape(std::string& text) {
        std::uint32_t code = 0;
        if (!hex4(code)) return false;
        if (code >= 0xD800 && code < 0xDC00 && left_.starts_with("\\u")) {
            const std::string_view before = left_;
            left_.remove_prefix(2);
            std::uint32_t low = 0;
            if (!hex4(low)) return false;
            if (low >= 0xDC00 && low < 0xE000) {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            } else {
                left_ = before;
            }
        }
        constexpr std::uint32_t kReplacement = 0xFFFD, kByte = 0xDC00;
        if (code >= kByte + 0x80 && code <= kByte + 0xFF) {
            text += static_cast<char>(code - kByte);
        } else {
            append_utf8(text, code >= 0xD800 && code < 0xE000 ? kReplacement : code);
        }
        return true;
    }

    bool string(std::string& text) {
        constexpr std::string_view kEscaped = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
        while (!left_.empty()) {
            const char c = left_.front();
            if (static_cast<unsigned char>(c) < 0x20) return fail("a control character in a string");
            left_.remove_prefix(1);
            if (c == '"') return true;
            if (c != '\\') {
                text += c;
                continue;
            }
            if (take("u")) {
                if (!unicode_escape(text)) return false;
                continue;
            }
            const std::size_t which = left_.empty() ? std::string_view::npos : kEscaped.find(left_.front());
            if (which == std::string_view::npos) return fail("an unknown escape");
            text += kMeant[which];
            left_.remove_prefix(1);
        }
        return fail("a string does not end");
    }

    std::string_view text_, left_;
    const char* problem_ = "";
};

}  // namespace

const JsonValue& JsonValue::operator[](std::string_view key) const {
    static const JsonValue null;
    if (!object()) return null;
    const auto found = object()->find(key);
    return found == object()->end() ? null : found->second;
}

Result<JsonValue> parse_json(std::string_view text, std::string_view name) {
    JsonValue value;
    Parser parser(text);
    if (parser.document(value)) return value;
    return Status(StatusCode::malformed, std::string(name) + ": no valid JSON: " + parser.problem());
}

}  // namespace featherface::tools
