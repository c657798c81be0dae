// Big-endian numbers out of bytes, at any alignment (JPEG, PNG, EXIF, 16-bit PNM). The caller has checked the
// bounds.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

namespace featherface::loaders {

template <class T>
T load_be(std::span<const std::byte> bytes, std::size_t offset = 0) {
    static_assert(std::is_unsigned_v<T>);
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        value = static_cast<T>((value << 8) | std::to_integer<T>(bytes[offset + i]));
    }
    return value;
}

}  // namespace featherface::loaders
