#include "loaders/images/jpeg_upsampling.hpp"

#include <algorithm>
#include <cstddef>

namespace featherface::loaders {
namespace {

// The pixels of a row lie between two rows of samples, of which they are twice as many.
void double_both(const std::uint8_t* nearer, const std::uint8_t* farther, std::size_t samples,
                 std::uint8_t* to) {
    const auto column = [&](std::size_t x) { return 3 * nearer[x] + farther[x]; };
    to[0] = static_cast<std::uint8_t>((column(0) + 2) >> 2);
    for (std::size_t x = 1; x < samples; ++x) {
        const int before = column(x - 1), here = column(x);
        to[2 * x - 1] = static_cast<std::uint8_t>((3 * before + here + 8) >> 4);
        to[2 * x] = static_cast<std::uint8_t>((3 * here + before + 8) >> 4);
    }
    to[2 * samples - 1] = static_cast<std::uint8_t>((column(samples - 1) + 2) >> 2);
}

void double_width(const std::uint8_t* row, std::size_t samples, std::uint8_t* to) {
    to[0] = row[0];
    for (std::size_t x = 1; x < samples; ++x) {
        to[2 * x - 1] = static_cast<std::uint8_t>((3 * row[x - 1] + row[x] + 2) >> 2);
        to[2 * x] = static_cast<std::uint8_t>((3 * row[x] + row[x - 1] + 2) >> 2);
    }
    to[2 * samples - 1] = row[samples - 1];
}

void double_height(const std::uint8_t* nearer, const std::uint8_t* farther, std::size_t samples,
                   std::uint8_t* to) {
    for (std::size_t x = 0; x < samples; ++x)
        to[x] = static_cast<std::uint8_t>((3 * nearer[x] + farther[x] + 2) >> 2);
}

void repeat(const std::uint8_t* row, std::size_t samples, std::size_t times, std::uint8_t* to) {
    for (std::size_t x = 0; x < samples; ++x, to += times) std::fill_n(to, times, row[x]);
}

}  // namespace

const std::uint8_t* upsampled_row(const JpegSamples& s, int y, std::vector<std::uint8_t>& room) {
    const auto row = [&](int at) {
        return s.first + static_cast<std::size_t>(std::clamp(at, 0, s.height - 1)) * s.row_bytes;
    };
    const std::uint8_t* nearer = row(y / s.pixels_per_sample_y);
    if (s.pixels_per_sample_x == 1 && s.pixels_per_sample_y == 1) return nearer;
    const std::uint8_t* farther = row(y / 2 + (y % 2 == 0 ? -1 : 1));
    const auto samples = static_cast<std::size_t>(s.width),
               times = static_cast<std::size_t>(s.pixels_per_sample_x);
    room.resize(samples * times);
    if (times == 2 && s.pixels_per_sample_y == 2) {
        double_both(nearer, farther, samples, room.data());
    } else if (times == 2 && s.pixels_per_sample_y == 1) {
        double_width(nearer, samples, room.data());
    } else if (times == 1 && s.pixels_per_sample_y == 2) {
        double_height(nearer, farther, samples, room.data());
    } else {
        repeat(nearer, samples, times, room.data());
    }
    return room.data();
}

}  // namespace featherface::loaders
