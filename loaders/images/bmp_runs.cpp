// Pairs of bytes: a count and what to repeat (RLE4: two indices in turn), or a zero and 0: end of the row,
// 1: end of the picture, 2: two more bytes say how far right and on to move, n: n pixels follow one by one,
// padded to an even number of bytes.
#include "loaders/images/bmp_runs.hpp"

#include <algorithm>
#include <string>

#include "loaders/error.hpp"

namespace featherface::loaders {

Status unpack_bmp_runs(std::span<const std::byte> bytes, std::size_t offset, int bits, std::size_t width,
                       std::span<std::uint8_t> indices) {
    enum Escape { kEndOfRow, kEndOfPicture, kMove };
    const std::size_t height = indices.size() / width;
    std::size_t x = 0;
    std::size_t y = 0;
    std::size_t at = offset;
    const auto byte = [&](std::size_t i) { return std::to_integer<std::size_t>(bytes[i]); };
    const auto nibble = [&](std::size_t i, std::size_t k) { return byte(i) >> (k % 2 == 0 ? 4 : 0) & 15; };
    const auto put = [&](std::size_t index) {
        if (x < width) indices[y * width + x++] = static_cast<std::uint8_t>(index);
    };
    const auto ends_early = [&] {
        return malformed(
            "BMP: the runs end early, in row " + std::to_string(y + 1) + " of " + std::to_string(height),
            {.offset = at, .hint = "the file is cut short or damaged"});
    };
    while (y < height) {
        if (bytes.size() - at < 2) {
            const bool full = y + 1 == height && x == width;
            return full ? Status() : ends_early();
        }
        const std::size_t count = byte(at);
        const std::size_t value = byte(at + 1);
        if (count > 0) {
            for (std::size_t i = 0; i < count; ++i) put(bits == 8 ? value : nibble(at + 1, i));
            at += 2;
            continue;
        }
        at += 2;
        if (value == kEndOfPicture) break;
        if (value == kEndOfRow) {
            x = 0;
            ++y;
        } else if (value == kMove) {
            if (bytes.size() - at < 2) return ends_early();
            x = std::min(x + byte(at), width);
            y += byte(at + 1);
            at += 2;
        } else {
            const std::size_t size = bits == 8 ? value : (value + 1) / 2;
            if (bytes.size() - at < size) return ends_early();
            for (std::size_t i = 0; i < value; ++i) put(bits == 8 ? byte(at + i) : nibble(at + i / 2, i));
            at = std::min(at + size + size % 2, bytes.size());
        }
    }
    return {};
}

}  // namespace featherface::loaders
