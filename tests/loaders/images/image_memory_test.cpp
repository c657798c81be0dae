// Pictures take the memory of their pixels and little more, and files that only promise pixels next to none.
#include <doctest/doctest.h>

#include <cstdint>

#include "support/jpeg_writer.hpp"
#include "support/peak_memory.hpp"
#include "support/pictures.hpp"
#include "support/png_writer.hpp"
#include "support/sanitized.hpp"

using namespace featherface;
using namespace featherface::test;

namespace {

constexpr std::size_t kMegabyte = std::size_t{1} << 20;

// Sanitizers keep memory of their own; there, what is done is enough.
template <class Work>
void check_peak_memory(const Work& work, std::size_t limit) {
    const std::size_t peak = peak_memory(work);
    if (!kSanitized) CHECK(peak < limit);
}

}  // namespace

TEST_CASE("image memory: a PNG's rows are unpacked where its pixels go") {
    constexpr std::uint32_t kSide = 3000;  // 27 MB of pixels
    struct Kind {
        std::uint8_t colour;
        std::size_t channels, most;
    };
    for (const Kind& kind : {Kind{0, 1, 27}, Kind{2, 3, 27}, Kind{6, 4, 36}}) {
        CAPTURE(kind.channels);
        const ByteString file = make_png({.width = kSide, .height = kSide, .colour = kind.colour},
                                         zlib_zeros((1 + kind.channels * kSide) * kSide));
        check_peak_memory([&] { (void)decode(file); }, (kind.most + 4) * kMegabyte);
        CHECK(decode(file).ok());
    }
}

TEST_CASE("image memory: a JPEG that ends early takes none for what it promises") {
    for (const bool progressive : {false, true}) {
        CAPTURE(progressive);
        ByteString file =
            make_jpeg({.width = 80, .height = 80, .others = kNeutral, .progressive = progressive});
        file.replace(find_marker(file, progressive ? 0xc2 : 0xc0) + 5, 4,
                     "\x27\x10\x27\x10");  // 10000 x 10000
        check_peak_memory([&] { (void)decode(file); }, 4 * kMegabyte);
        check_picture_refused(file, StatusCode::malformed, "in row 1 of 1250");
    }
}

TEST_CASE("image memory: a JPEG decoded small takes little, a sequential one") {
    const ByteString file = make_jpeg({.width = 4000, .height = 3000, .others = kNeutral, .sampling = 2});
    check_peak_memory([&] { (void)decode(file, {.needed_side = 500}); }, 4 * kMegabyte);
    CHECK(decode(file, {.needed_side = 500}).ok());
}
