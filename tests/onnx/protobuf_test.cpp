#include "tools/onnx/protobuf.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "onnx/reader.hpp"

namespace featherface::tools {
namespace {

using namespace std::string_literals;

std::string with_int(std::int64_t value) {
    ProtobufMessage message;
    message.add_int(1, value);
    return message.bytes();
}

TEST_CASE("protobuf: integers are varints, low seven bits first") {
    CHECK(with_int(0) == "\x08\x00"s);
    CHECK(with_int(1) == "\x08\x01"s);
    CHECK(with_int(127) == "\x08\x7f"s);
    CHECK(with_int(128) == "\x08\x80\x01"s);
    CHECK(with_int(150) == "\x08\x96\x01"s);  // the example of the format's documentation
    CHECK(with_int(-1) == "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s);
    CHECK(with_int(std::numeric_limits<std::int64_t>::max()) == "\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f"s);
}

TEST_CASE("protobuf: field numbers above 15 take two bytes") {
    ProtobufMessage message;
    message.add_int(20, 7);
    CHECK(message.bytes() == "\xa0\x01\x07"s);
}

TEST_CASE("protobuf: floats are 4 bytes, lowest first") {
    ProtobufMessage message;
    message.add_float(2, 1.0f);
    CHECK(message.bytes() == "\x15\x00\x00\x80\x3f"s);
}

TEST_CASE("protobuf: bytes and messages follow their length, fields their order") {
    ProtobufMessage inner;
    inner.add_int(1, 150);
    ProtobufMessage outer;
    outer.add_bytes(2, "testing");
    outer.add_message(3, inner);
    outer.add_message(3, ProtobufMessage());
    CHECK(outer.bytes() == "\x12\x07testing\x1a\x03\x08\x96\x01\x1a\x00"s);
}

TEST_CASE("protobuf: what is written is read back") {
    ProtobufMessage message;
    message.add_int(1, std::numeric_limits<std::int64_t>::min());
    message.add_float(2, -0.1f);
    message.add_bytes(300, std::string(1000, 'x'));
    const auto fields = test::protobuf_fields(message.bytes());
    REQUIRE(fields.size() == 3);
    CHECK(fields[0].number == 1);
    CHECK(static_cast<std::int64_t>(fields[0].value) == std::numeric_limits<std::int64_t>::min());
    CHECK(fields[1].number == 2);
    CHECK(fields[1].value == 0xbdcccccd);
    CHECK(fields[2].number == 300);
    CHECK(fields[2].bytes == std::string(1000, 'x'));
}

}  // namespace
}  // namespace featherface::tools
