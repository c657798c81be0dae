// Reads JSON (RFC 8259) into a tree. What it refuses: nesting deeper than 64, numbers beyond double's range.
// Lone surrogate escapes that stand for bytes (U+DC80 to U+DCFF, as JsonWriter and Python write them) become
// those, others U+FFFD; of keys that are there twice the last one counts.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "featherface/status.hpp"

namespace featherface::tools {

struct JsonValue {
    using Array = std::vector<JsonValue>;
    using Object = std::map<std::string, JsonValue, std::less<>>;
    std::variant<std::nullptr_t, bool, double, std::string, Array, Object> value = nullptr;

    // What is there, or nullptr where it is something else.
    const double* number() const { return std::get_if<double>(&value); }
    const std::string* text() const { return std::get_if<std::string>(&value); }
    const Array* array() const { return std::get_if<Array>(&value); }
    const Object* object() const { return std::get_if<Object>(&value); }
    // A member of an object, or null where there is none.
    const JsonValue& operator[](std::string_view key) const;
};

// The whole of `text`; `name` stands in messages. Errors: malformed, with the place.
Result<JsonValue> parse_json(std::string_view text, std::string_view name);

}  // namespace featherface::tools
