// Byte strings for tests that build files by hand: little-endian numbers appended, patched and found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace featherface::test {

// A file's bytes. std::string, so that literals and + make files.
using ByteString = std::string;

inline std::span<const std::byte> span_of(std::string_view bytes) {
    return std::as_bytes(std::span(bytes));
}

// The same for the public API.
inline std::span<const std::uint8_t> octets_of(std::string_view bytes) {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

inline ByteString byte_string(std::initializer_list<int> values) {
    ByteString bytes;
    for (const int value : values) bytes += static_cast<char>(value);
    return bytes;
}

// The bytes of a number or of an array of numbers.
template <class T>
ByteString bytes_of(const T& value) {
    return ByteString(reinterpret_cast<const char*>(&value), sizeof(T));
}

template <class T>
ByteString bytes_of_all(std::span<const T> values) {
    return ByteString(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

template <class T>
void append(ByteString& bytes, const T& value) {
    bytes += bytes_of(value);
}

template <class T>
void patch(ByteString& bytes, std::size_t offset, const T& value) {
    std::memcpy(bytes.data() + offset, &value, sizeof(T));
}

template <class T>
T peek(std::string_view bytes, std::size_t offset) {
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

}  // namespace featherface::test
