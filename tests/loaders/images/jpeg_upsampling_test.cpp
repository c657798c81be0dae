// Chroma brought to the size of luma: rows computed by hand.
#include "loaders/images/jpeg_upsampling.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace featherface::loaders;

namespace {

using Row = std::vector<std::uint8_t>;

// The first `width` pixels of row `y`.
Row row_of(const JpegSamples& samples, int y, std::size_t width) {
    Row room;
    const std::uint8_t* row = upsampled_row(samples, y, room);
    return {row, row + width};
}

// Rows of four samples, of which the last belongs to no picture.
const Row kMemory = {0, 40, 80, 255, 100, 140, 180, 255, 200, 200, 0, 255};

JpegSamples three_by_three(int across, int down) {
    return {kMemory.data(), 4, 3, 3, across, down};
}

}  // namespace

TEST_CASE("jpeg upsampling: a component of the picture's size is taken as it is") {
    Row room;
    CHECK(upsampled_row(three_by_three(1, 1), 1, room) == kMemory.data() + 4);
    CHECK(room.empty());
}

TEST_CASE("jpeg upsampling: two pixels per sample take three parts of it and one of its neighbour") {
    CHECK(row_of(three_by_three(2, 1), 0, 6) == Row{0, 10, 30, 50, 70, 80});
    CHECK(row_of(three_by_three(1, 2), 0, 3) == Row{0, 40, 80});
    CHECK(row_of(three_by_three(1, 2), 1, 3) == Row{25, 65, 105});
    CHECK(row_of(three_by_three(1, 2), 2, 3) == Row{75, 115, 155});
    CHECK(row_of(three_by_three(1, 2), 5, 3) == Row{200, 200, 0});
}

TEST_CASE("jpeg upsampling: two each way weigh four samples, nine, three, three and one parts") {
    CHECK(row_of(three_by_three(2, 2), 0, 6) == Row{0, 10, 30, 50, 70, 80});
    CHECK(row_of(three_by_three(2, 2), 1, 6) == Row{25, 35, 55, 75, 95, 105});
    // 9 * 140 + 3 * 180 + 3 * 200 + 1 * 0, of 16, and so on.
    CHECK(row_of(three_by_three(2, 2), 3, 6) == Row{125, 133, 148, 150, 140, 135});
}

TEST_CASE("jpeg upsampling: a single sample is repeated") {
    const Row one = {9};
    CHECK(row_of({one.data(), 1, 1, 1, 2, 2}, 1, 2) == Row{9, 9});
    CHECK(row_of({one.data(), 1, 1, 1, 2, 1}, 0, 2) == Row{9, 9});
}

TEST_CASE("jpeg upsampling: more than two pixels per sample take the one that lies over them") {
    CHECK(row_of(three_by_three(4, 1), 2, 12) == Row{200, 200, 200, 200, 200, 200, 200, 200, 0, 0, 0, 0});
    CHECK(row_of(three_by_three(1, 4), 4, 3) == Row{100, 140, 180});
    CHECK(row_of(three_by_three(3, 2), 3, 9) == Row{100, 100, 100, 140, 140, 140, 180, 180, 180});
}
