// Writes Protocol Buffers messages in their wire format: fields one after another, each a key and a value. No
// reading, no schemas; of the wire types only those ONNX files need (varint, 32 bits, length-delimited).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace featherface::tools {

class ProtobufMessage {
  public:
    // `field` is the number the schema gives the field, at least 1. Adding a field again makes it repeated.
    void add_int(int field, std::int64_t value);  // int32, int64, enum
    void add_float(int field, float value);
    void add_bytes(int field, std::string_view value);  // string, bytes
    void add_message(int field, const ProtobufMessage& value);

    const std::string& bytes() const { return bytes_; }

  private:
    void add_varint(std::uint64_t value);
    void add_key(int field, int wire_type);

    std::string bytes_;
};

}  // namespace featherface::tools
