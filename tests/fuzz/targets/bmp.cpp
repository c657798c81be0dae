// Windows bitmaps.
#include <cstdint>

#include "fuzz/target.hpp"

namespace featherface::fuzz {

namespace {

ByteString make_bmp(std::uint16_t bits, std::uint32_t compression, const ByteString& rows) {
    const std::uint32_t colours = bits <= 8 ? 4 : 0, masks = compression == 3 ? 12 : 0;
    const std::uint32_t begin = 14 + 40 + 4 * colours + masks;
    ByteString file = "BM";
    for (const std::uint32_t field :
         {begin + static_cast<std::uint32_t>(rows.size()), 0u, begin, 40u, 5u, 3u}) {
        test::append(file, field);
    }
    test::append(file, std::uint16_t{1});
    test::append(file, bits);
    for (const std::uint32_t field : {compression, 0u, 0u, 0u, colours, 0u}) test::append(file, field);
    if (masks > 0) file += test::byte_string({0, 0xf8, 0, 0, 0xe0, 7, 0, 0, 0x1f, 0, 0, 0});
    for (std::uint32_t i = 0; i < 4 * colours; ++i) file += static_cast<char>(i);
    return file + rows;
}

std::vector<ByteString> bmp_seeds() {
    const ByteString rows(100, '\x12');
    std::vector<ByteString> seeds;
    for (const std::uint16_t bits : {1, 4, 8, 16, 24, 32}) seeds.push_back(make_bmp(bits, 0, rows));
    for (const std::uint16_t bits : {16, 32}) seeds.push_back(make_bmp(bits, 3, rows));
    // Runs, literal pixels, a jump, the ends of rows and of the picture.
    seeds.push_back(
        make_bmp(8, 1, test::byte_string({3, 1, 0, 3, 1, 2, 3, 0, 0, 0, 0, 2, 1, 1, 2, 2, 0, 1})));
    seeds.push_back(make_bmp(4, 2, test::byte_string({5, 0x12, 0, 0, 0, 4, 0x12, 0x30, 0, 1})));
    return seeds;
}

}  // namespace

Target bmp() {
    return {.name = "bmp", .check = check_picture, .seeds = bmp_seeds};
}

}  // namespace featherface::fuzz
