// A small, strict JSON reader (RFC 8259) for looking at what the program writes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace featherface::test {

struct Json {
    enum class Kind { null, boolean, number, string, array, object };
    Kind kind = Kind::null;
    bool truth = false;
    // A number as it stands; a string with its escapes resolved. Of the \u escapes only ASCII and the lone
    // surrogates \udc80 to \udcff are known, which stand for single bytes.
    std::string text;
    std::vector<Json> items;
    std::map<std::string, Json> members;
    std::vector<std::string> keys;  // in order

    bool has(const std::string& key) const { return members.count(key) > 0; }
    // They fail the test case when there is no such member or item, or the value is of another kind.
    const Json& operator[](const std::string& key) const;
    const Json& operator[](std::size_t index) const;
    std::size_t size() const { return items.size(); }
    const std::string& string() const;
    float number() const;
    long whole() const;
};

// Fails the test case on anything but one JSON value with white space around it.
Json parse_json(std::string_view text);

}  // namespace featherface::test
