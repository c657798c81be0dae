// The safetensors container: read where it is what it should be, refused with the tensor named where not.
#include "loaders/torch/safetensors.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/checkpoint_checks.hpp"

using namespace featherface;
using namespace featherface::test;
using loaders::Checkpoint;

namespace {

ByteString file_of(const std::string& header, const ByteString& data) {
    return bytes_of(std::uint64_t{header.size()}) + header + data;
}

std::string entry(const std::string& name, const std::string& type, const std::string& shape,
                  const std::string& offsets) {
    std::string text = "\"";
    text.append(name).append("\":{\"dtype\":\"").append(type).append("\",\"shape\":[").append(shape);
    return text.append("],\"data_offsets\":[").append(offsets).append("]}");
}

const ByteString kEight = bytes_of(1.5f) + bytes_of(-2.0f);

void refused(const std::string& header, const ByteString& data,
             std::initializer_list<std::string_view> words) {
    check_malformed(file_of(header, data), words);
}

}  // namespace

TEST_CASE("safetensors: tensors, in any order, with spaces, escapes and metadata") {
    const std::string header = "{\"__metadata__\":{\"format\":\"pt\", \"a\\u0041\":\"\\n\"}, " +
                               entry("module.b\\u0062", "F32", "1", "4,8") + " ,\n" +
                               entry("module.a", "F32", "1,1", "0, 4") + "}   ";
    const ByteString bytes = file_of(header, kEight);
    const Checkpoint checkpoint = open_bytes(bytes);
    CHECK(checkpoint.container() == "safetensors");
    CHECK(checkpoint.prefix() == "module.");
    CHECK(values_of(checkpoint, "a") == std::vector<float>{1.5f});
    CHECK(values_of(checkpoint, "bb") == std::vector<float>{-2});
    CHECK(checkpoint.top_level_keys()[0] == "__metadata__.format");
    CHECK(checkpoint.globals().empty());
    const ByteString scalar =
        file_of(std::string("{") + entry("s", "F64", "", "0,8") + "," + entry("e", "F32", "0,3", "8,8") + "}",
                bytes_of(0.5));
    CHECK(values_of(open_bytes(scalar), "s") == std::vector<float>{0.5f});
    CHECK(values_of(open_bytes(scalar), "e").empty());
    const ByteString empty = file_of("{}", "");
    CHECK(open_bytes(empty).tensors().empty());
}

TEST_CASE("safetensors: each type is named, and those without a DType are not read") {
    const ByteString bytes = file_of(
        std::string("{") + entry("a", "BF16", "2", "0,4") + "," + entry("b", "F8_E4M3", "4", "4,8") + "}",
        kEight);
    CHECK(open_bytes(bytes).find("a")->dtype == loaders::DType::bf16);
    CHECK(open_bytes(bytes).find("b")->layout == "unknown");
    check_file_refused(file_of(std::string("{") + entry("a", "Q4", "2", "0,8") + "}", kEight),
                       StatusCode::unsupported, {"'a'", "unknown type", "'Q4'"});
}

TEST_CASE("safetensors: holes, overlaps and bytes behind the last tensor are refused") {
    refused(std::string("{") + entry("a", "F32", "1", "4,8") + "}", kEight,
            {"'a' lies behind a hole", "from 0", "found 4"});
    refused(std::string("{") + entry("a", "F32", "1", "0,4") + "," + entry("b", "F32", "1", "0,4") + "}",
            kEight, {"overlaps another"});
    refused(std::string("{") + entry("a", "F32", "1", "0,4") + "}", kEight,
            {"follows the last tensor", "found 4 bytes"});
}

TEST_CASE("safetensors: offsets that do not fit the shape, or the file, are refused") {
    refused(std::string("{") + entry("a", "F32", "3", "0,8") + "}", kEight,
            {"'a'", "expected 12 bytes", "0 to 8"});
    refused(std::string("{") + entry("a", "F32", "4", "0,16") + "}", kEight, {"'a'", "within 8"});
    refused(std::string("{") + entry("a", "F32", "2", "8,0") + "}", kEight, {"'a'", "8 to 0"});
    check_file_refused(
        file_of(std::string("{") + entry("a", "F32", "4294967296,4294967296", "0,8") + "}", kEight),
        StatusCode::limit_exceeded, {"'a'", "too large a shape"});
    check_file_refused(
        file_of(std::string("{") + entry("a", "F32", "1,1,1,1,1,1,1,1,1", "0,4") + "}", kEight),
        StatusCode::limit_exceeded, {"too many dimensions", "at most 8"});
}

TEST_CASE("safetensors: a header that is too long, cut short or no JSON of the format's is refused") {
    check_file_refused(bytes_of(std::uint64_t{100'000'001}) + "{}", StatusCode::limit_exceeded,
                       {"header is too long", "at most 100000000 bytes"});
    check_malformed(bytes_of(std::uint64_t{100}) + "{}", {"header reaches past the end", "found 100"});
    const std::string good = entry("a", "F32", "2", "0,8");
    const std::vector<std::string> bad_headers = {
        "{ ",
        std::string("{") + good,
        std::string("{") + good + ",}",
        std::string("{") + good + "}x",
        "{\"a\"}",
        "{\"a\":1}",
        std::string("{") + good + "," + good + "}",
        std::string("{") + entry("a", "F32", "-2", "0,8") + "}",
        std::string("{") + entry("a", "F32", "2.0", "0,8") + "}",
        std::string("{") + entry("a", "F32", "2", "0,8,9") + "}",
        std::string("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}"),
        std::string("{") + entry("a\\", "F32", "2", "0,8") + "}",
        std::string("{") + entry("a\\x41", "F32", "2", "0,8") + "}",
        std::string("{") + entry("\xff", "F32", "2", "0,8") + "}",
        std::string("{") + entry("a", "F32", "99999999999999999999", "0,8") + "}",
        std::string("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}")};
    for (const std::string& bad : bad_headers) {
        CAPTURE(bad);
        check_malformed(file_of(bad, kEight), {"safetensors: "});
    }
    const ByteString whole = file_of(std::string("{") + good + "}", kEight);
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK_FALSE(Checkpoint::from_bytes(span_of(whole).first(size), "cut").ok());
}

TEST_CASE("safetensors: a long name is refused") {
    check_file_refused(
        file_of(std::string("{") + entry(std::string(1025, 'n'), "F32", "2", "0,8") + "}", kEight),
        StatusCode::limit_exceeded, {"is too long", "at most 1024 bytes"});
}
