#include "tools/text/json_writer.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <charconv>
#include <limits>
#include <string>
#include <vector>

#include "tools/text/text.hpp"

namespace featherface::test {

using tools::JsonWriter;

namespace {

std::string json_of(std::string_view text) {
    std::string out;
    JsonWriter(out).value(text);
    return out;
}

}  // namespace

TEST_CASE("json: objects and arrays nest, on lines or in line") {
    std::string out;
    JsonWriter json(out);
    json.begin_object(JsonWriter::Layout::lines);
    json.key("schema").value(1);
    json.key("model").begin_object().key("name").value("V1").key("ok").value(true).end_object();
    json.key("images").begin_array(JsonWriter::Layout::lines);
    json.numbers(std::vector<float>{1, 2.5f}).numbers(std::vector<float>{});
    json.end_array();
    json.key("none").begin_array(JsonWriter::Layout::lines).end_array();
    json.end_object();
    CHECK(out ==
          "{\n"
          "  \"schema\": 1,\n"
          "  \"model\": {\"name\": \"V1\", \"ok\": true},\n"
          "  \"images\": [\n"
          "    [1, 2.5],\n"
          "    []\n"
          "  ],\n"
          "  \"none\": []\n"
          "}");
}

TEST_CASE("json: inside an in-line object everything is on its line") {
    std::string out;
    JsonWriter json(out, JsonWriter::Layout::in_line);
    json.begin_object(JsonWriter::Layout::lines).key("a").begin_array(JsonWriter::Layout::lines);
    json.value(1).value(2).end_array().key("b").value(false).end_object();
    CHECK(out == "{\"a\": [1, 2], \"b\": false}");
}

TEST_CASE("json: quotes, backslashes and control characters are escaped") {
    CHECK(json_of("a\"b\\c/d") == "\"a\\\"b\\\\c/d\"");
    CHECK(json_of(std::string_view("\n\t\0\x1f\x7f", 5)) == "\"\\u000a\\u0009\\u0000\\u001f\\u007f\"");
}

TEST_CASE("json: characters that nobody sees are escaped, and read back as they were") {
    CHECK(json_of("\xc2\x9b \xe2\x80\xae") == "\"\\u009b \\u202e\"");
    CHECK(json_of("\xf3\xa0\x81\x81") == "\"\xf3\xa0\x81\x81\"");  // one that takes two escapes stays
}

TEST_CASE("json: UTF-8 stays, bytes that are none become lone surrogates") {
    CHECK(json_of("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80") ==
          "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\"");
    CHECK(json_of("\xff") == "\"\\udcff\"");
    CHECK(json_of("a\xe9 b") == "\"a\\udce9 b\"");                             // Latin-1
    CHECK(json_of("\xc3") == "\"\\udcc3\"");                                   // cut short
    CHECK(json_of("\xe2\x82") == "\"\\udce2\\udc82\"");                        // cut short
    CHECK(json_of("\xc0\x80") == "\"\\udcc0\\udc80\"");                        // overlong
    CHECK(json_of("\xe0\x9f\xbf") == "\"\\udce0\\udc9f\\udcbf\"");             // overlong
    CHECK(json_of("\xed\xa0\x80") == "\"\\udced\\udca0\\udc80\"");             // a surrogate
    CHECK(json_of("\xf4\x90\x80\x80") == "\"\\udcf4\\udc90\\udc80\\udc80\"");  // beyond U+10FFFF
}

TEST_CASE("json: floats read back as the same float in few digits, those that are not finite are null") {
    std::string out;
    JsonWriter(out).numbers(std::vector<float>{0.1f, 1.0f / 3, -0.0f, 16777216.0f,
                                               std::numeric_limits<float>::infinity(),
                                               std::numeric_limits<float>::quiet_NaN()});
    CHECK(out == "[0.1, 0.33333334, -0, 16777216, null, null]");

    std::uint32_t bits = 1;
    for (int i = 0; i < 100'000; ++i) {
        bits = bits * 1664525u + 1013904223u;
        const float value = std::bit_cast<float>(bits);
        if (!(value - value == 0)) continue;  // not finite
        const std::string text = tools::shortest(value);
        float back = 0;
        std::from_chars(text.data(), text.data() + text.size(), back);
        if (std::bit_cast<std::uint32_t>(back) != bits) FAIL_CHECK(text << " is not " << bits);
    }
}

TEST_CASE("json: whole numbers and times") {
    std::string out;
    JsonWriter json(out);
    json.begin_array()
        .value(std::numeric_limits<std::int64_t>::min())
        .value(1.23456, 3)
        .value(0.0, 3)
        .end_array();
    CHECK(out == "[-9223372036854775808, 1.235, 0.000]");
}

}  // namespace featherface::test
