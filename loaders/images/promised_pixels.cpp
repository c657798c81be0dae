#include "loaders/images/promised_pixels.hpp"

#include <algorithm>
#include <cstdlib>

#include "loaders/images/image_header.hpp"

namespace featherface::loaders {

namespace {

// `count` bytes at `at` as a number, 0 where the file has ended.
std::int64_t number_at(std::span<const std::byte> bytes, std::size_t at, int count, bool big_endian) {
    if (at + static_cast<std::size_t>(count) > bytes.size()) return 0;
    std::uint32_t number = 0;
    for (int i = 0; i < count; ++i) {
        const int byte = big_endian ? i : count - 1 - i;
        number = number << 8 | std::to_integer<std::uint32_t>(bytes[at + static_cast<std::size_t>(byte)]);
    }
    return count == 4 ? static_cast<std::int32_t>(number) : static_cast<std::int64_t>(number);
}

// A frame header (SOF0 to SOF15) behind whatever segments come first.
std::int64_t promised_by_jpeg(std::span<const std::byte> bytes) {
    for (std::size_t at = 2; at + 4 <= bytes.size();) {
        if (bytes[at] != std::byte{0xff}) return 0;
        const auto marker = std::to_integer<unsigned>(bytes[at + 1]);
        if (marker == 0xff) {  // padding
            ++at;
            continue;
        }
        const bool is_frame =
            marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (is_frame) return number_at(bytes, at + 5, 2, true) * number_at(bytes, at + 7, 2, true);
        if (marker == 0xda) return 0;
        at += 2 + static_cast<std::size_t>(std::max<std::int64_t>(2, number_at(bytes, at + 2, 2, true)));
    }
    return 0;
}

// The two numbers behind "P6", with white space and comments between.
std::int64_t promised_by_pnm(std::span<const std::byte> bytes) {
    std::size_t at = 2;
    const auto character = [&] { return at < bytes.size() ? std::to_integer<char>(bytes[at]) : '\0'; };
    const auto number = [&] {
        while (character() == '#' || (character() > 0 && character() <= ' ')) {
            if (character() == '#') {
                while (at < bytes.size() && character() != '\n') ++at;
            } else {
                ++at;
            }
        }
        std::int64_t value = 0;
        for (; character() >= '0' && character() <= '9'; ++at)
            value = std::min<std::int64_t>(value * 10 + (character() - '0'), 1 << 30);
        return value;
    };
    const std::int64_t width = number();
    return width * number();
}

}  // namespace

std::int64_t promised_pixels(std::span<const std::byte> bytes) {
    const auto format = recognise_image(bytes);
    if (!format.ok()) return 0;
    switch (format.value()) {
        case ImageFormat::jpeg: return promised_by_jpeg(bytes);
        case ImageFormat::png:
            return std::max<std::int64_t>(0, number_at(bytes, 16, 4, true)) *
                   std::max<std::int64_t>(0, number_at(bytes, 20, 4, true));
        case ImageFormat::bmp:
            if (number_at(bytes, 14, 4, false) == 12)
                return number_at(bytes, 18, 2, false) * number_at(bytes, 20, 2, false);
            return std::max<std::int64_t>(0, number_at(bytes, 18, 4, false)) *
                   std::abs(number_at(bytes, 22, 4, false));
        case ImageFormat::pnm: return promised_by_pnm(bytes);
    }
    return 0;
}

}  // namespace featherface::loaders
