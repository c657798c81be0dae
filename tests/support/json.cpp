#include "support/json.hpp"

#include <doctest/doctest.h>

#include <charconv>
#include <cstdlib>
#include <cstdint>

namespace featherface::test {

namespace {

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    Json document() {
        Json json = value();
        skip_space();
        expect(at_ == text_.size(), "the end");
        return json;
    }

  private:
    void expect(bool holds, const char* what) {
        if (!holds) FAIL("not JSON: expected " << what << " at byte " << at_ << " of " << text_);
    }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    char next() {
        expect(at_ < text_.size(), "more");
        return text_[at_++];
    }
    void skip_space() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
            ++at_;
    }
    // White space, then `c` if it is there.
    bool take(char c) {
        skip_space();
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    bool take_word(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }

    Json value() {
        Json json;
        skip_space();
        if (take('{')) {
            json.kind = Json::Kind::object;
            members(json);
        } else if (take('[')) {
            json.kind = Json::Kind::array;
            if (take(']')) return json;
            do json.items.push_back(value());
            while (take(','));
            expect(take(']'), "']'");
        } else if (take('"')) {
            json.kind = Json::Kind::string;
            json.text = string();
        } else if (take_word("true") || take_word("false")) {
            json.kind = Json::Kind::boolean;
            json.truth = text_[at_ - 2] == 'u';
        } else if (!take_word("null")) {
            json.kind = Json::Kind::number;
            json.text = number();
        }
        return json;
    }

    void members(Json& json) {
        if (take('}')) return;
        do {
            expect(take('"'), "a key");
            const std::string key = string();
            expect(take(':'), "':'");
            json.keys.push_back(key);
            expect(json.members.emplace(key, value()).second, "a new key");
        } while (take(','));
        expect(take('}'), "'}'");
    }

    std::string number() {
        const std::size_t start = at_;
        const auto digits = [&] {
            const std::size_t first = at_;
            while (peek() >= '0' && peek() <= '9') ++at_;
            expect(at_ > first, "a digit");
        };
        if (peek() == '-') ++at_;
        if (peek() == '0') {
            ++at_;
        } else {
            digits();
        }
        if (peek() == '.') ++at_, digits();
        if (peek() == 'e' || peek() == 'E') {
            ++at_;
            if (peek() == '+' || peek() == '-') ++at_;
            digits();
        }
        return std::string(text_.substr(start, at_ - start));
    }

    std::string string() {
        std::string result;
        for (char c = next(); c != '"'; c = next()) {
            expect(static_cast<unsigned char>(c) >= 0x20, "no control character");
            if (c == '\\') {
                escape(result);
            } else {
                result += c;
            }
        }
        return result;
    }

    void escape(std::string& result) {
        constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
        const char c = next();
        if (c != 'u') {
            const std::size_t index = kFrom.find(c);
            expect(index != std::string_view::npos, "an escape");
            result += kTo[index];
            return;
        }
        std::uint32_t code = 0;
        const auto end = text_.data() + std::min(at_ + 4, text_.size());
        expect(std::from_chars(text_.data() + at_, end, code, 16).ptr == text_.data() + at_ + 4,
               "four digits");
        at_ += 4;
        if (code < 0x80) {
            result += static_cast<char>(code);
        } else {
            expect(code >= 0xdc80 && code <= 0xdcff, "an escape this reader knows");
            result += static_cast<char>(code - 0xdc00);
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

const Json& Json::operator[](const std::string& key) const {
    REQUIRE(kind == Kind::object);
    REQUIRE_MESSAGE(has(key), "no member " << key);
    return members.at(key);
}

const Json& Json::operator[](std::size_t index) const {
    REQUIRE(kind == Kind::array);
    REQUIRE(index < items.size());
    return items[index];
}

const std::string& Json::string() const {
    REQUIRE(kind == Kind::string);
    return text;
}

float Json::number() const {
    REQUIRE(kind == Kind::number);
    return std::strtof(text.c_str(), nullptr);
}

long Json::whole() const {
    REQUIRE(kind == Kind::number);
    long value = 0;
    REQUIRE(std::from_chars(text.data(), text.data() + text.size(), value).ptr == text.data() + text.size());
    return value;
}

Json parse_json(std::string_view text) {
    return Reader(text).document();
}

}  // namespace featherface::test
