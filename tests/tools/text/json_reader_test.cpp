#include "tools/text/json_reader.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/status_checks.hpp"

namespace featherface::tools {
namespace {

JsonValue parsed(std::string_view text) {
    const auto value = parse_json(text, "file");
    REQUIRE_MESSAGE(value.ok(), value.status().message());
    return value.value();
}

TEST_CASE("JSON reader: every kind of value is read") {
    const JsonValue value = parsed(
        R"( {"a": [1, -2.5e3, 0], "b": {"c": true, "d": null}, "e": "\"\\\/\b\f\n\r\t", "e2": "\u00e4\u20ac\ud83d\ude00"} )");
    REQUIRE(value["a"].array());
    REQUIRE(value["a"].array()->size() == 3);
    CHECK(*(*value["a"].array())[1].number() == -2500);
    CHECK(std::get<bool>(value["b"]["c"].value));
    CHECK(std::holds_alternative<std::nullptr_t>(value["b"]["d"].value));
    CHECK(*value["e"].text() == "\"\\/\b\f\n\r\t");
    CHECK(*value["e2"].text() == "ä€😀");
    CHECK(*parsed("\"\\ud800x\"").text() == "\xEF\xBF\xBDx");
}

TEST_CASE("JSON reader: what is not there, or is something else, is null") {
    const JsonValue value = parsed(R"({"a": 1, "a": "last"})");
    CHECK_FALSE(value["b"].number());
    CHECK_FALSE(value["a"].number());
    CHECK(*value["a"].text() == "last");
    CHECK_FALSE(value["a"]["b"]["c"].text());
    CHECK_FALSE(value.array());
}

TEST_CASE("JSON reader: what is no JSON is refused, with the place") {
    for (const char* text : {"", "{", "[1,]", "[1 2]", "{\"a\" 1}", "{a: 1}", "01", "1.", ".5", "+1", "nan",
                             "\"a", "\"\\x\"", "\"\\u12\"", "\"\n\"", "1 2", "tru", "1e999"}) {
        CAPTURE(text);
        test::check_refused(parse_json(text, "old.json").status(), StatusCode::malformed,
                            {"old.json: no valid JSON", "at byte"});
    }
}

TEST_CASE("JSON reader: nesting has a limit") {
    CHECK(parse_json(std::string(60, '[') + std::string(60, ']'), "file").ok());
    test::check_refused(parse_json(std::string(100'000, '['), "file").status(), StatusCode::malformed,
                        {"nested too deeply"});
}

}  // namespace
}  // namespace featherface::tools
