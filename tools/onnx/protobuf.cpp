#include "tools/onnx/protobuf.hpp"

#include <bit>

namespace featherface::tools {

namespace {

enum WireType { kVarint = 0, kLengthDelimited = 2, kFixed32 = 5 };

}  // namespace

void ProtobufMessage::add_varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>((value & 0x7f) | 0x80));
    bytes_.push_back(static_cast<char>(value));
}

void ProtobufMessage::add_key(int field, int wire_type) {
    add_varint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(wire_type));
}

void ProtobufMessage::add_int(int field, std::int64_t value) {
    add_key(field, kVarint);
    add_varint(static_cast<std::uint64_t>(value));
}

void ProtobufMessage::add_float(int field, float value) {
    add_key(field, kFixed32);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes_.push_back(static_cast<char>(bits >> shift & 0xff));
}

void ProtobufMessage::add_bytes(int field, std::string_view value) {
    add_key(field, kLengthDelimited);
    add_varint(value.size());
    bytes_ += value;
}

void ProtobufMessage::add_message(int field, const ProtobufMessage& value) {
    add_bytes(field, value.bytes_);
}

}  // namespace featherface::tools
