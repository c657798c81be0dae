// Little-endian numbers out of bytes, at any alignment. The caller has checked the bounds.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace featherface::loaders {

// The files are little-endian and tensors are views into them.
static_assert(std::endian::native == std::endian::little,
              "featherface reads files on little-endian machines only");

template <class T>
T load_le(std::span<const std::byte> bytes, std::size_t offset = 0) {
    static_assert(std::is_arithmetic_v<T>);
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

inline std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace featherface::loaders
