#include "tools/pictures/png_write.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/pixels/interleaved_rows.hpp"
#include "loaders/crc32.hpp"
#include "loaders/error.hpp"
#include "loaders/guarded.hpp"
#include "tools/pictures/run_deflate.hpp"

namespace featherface::tools {

namespace {

constexpr std::size_t kPixel = 3;  // bytes

void append_be(std::string& out, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
}

// What stands between the length and the CRC of a chunk, which begins at `from`, is there; they are put
// around it.
void end_chunk(std::string& out, std::size_t from) {
    const std::string_view content =
        std::string_view(out).substr(from + 4);  // behind the length: type and data
    std::string length;
    append_be(length, static_cast<std::uint32_t>(content.size() - 4));
    const std::uint32_t crc = loaders::crc32(std::as_bytes(std::span(content)));
    std::copy(length.begin(), length.end(), out.begin() + static_cast<std::ptrdiff_t>(from));
    append_be(out, crc);
}

std::size_t begin_chunk(std::string& out, std::string_view type) {
    const std::size_t from = out.size();
    out.append(4, '\0').append(type);
    return from;
}

// The nearest of the pixel to the left, the one above and the one above that to what a plane through them
// gives.
std::uint8_t paeth(int left, int above, int corner) {
    const int to_left = std::abs(above - corner), to_above = std::abs(left - corner);
    const int to_corner = std::abs(left + above - 2 * corner);
    const int other = to_above <= to_corner ? above : corner;
    return static_cast<std::uint8_t>(to_left <= to_above && to_left <= to_corner ? left : other);
}

// A row as each of some filters leaves it, and the one whose differences add up to the least.
class FilteredRows {
  public:
    explicit FilteredRows(std::size_t row_bytes) {
        for (auto& filtered : filtered_) filtered.resize(row_bytes + 1);
        filtered_[0][0] = 1, filtered_[1][0] = 2, filtered_[2][0] = 4;  // Sub, Up, Paeth
    }

    // Both rows have a black pixel before their first.
    std::span<const std::uint8_t> best(const std::uint8_t* row, const std::uint8_t* above) {
        const std::size_t count = filtered_[0].size() - 1;
        std::uint8_t *sub = &filtered_[0][1], *up = &filtered_[1][1], *plane = &filtered_[2][1];
        for (std::size_t i = 0; i < count; ++i) {
            const int value = row[i + kPixel], left = row[i], over = above[i + kPixel];
            sub[i] = static_cast<std::uint8_t>(value - left);
            up[i] = static_cast<std::uint8_t>(value - over);
            plane[i] = static_cast<std::uint8_t>(value - paeth(left, over, above[i]));
        }
        std::array<std::uint64_t, 3> sums{};
        for (std::size_t f = 0; f < 3; ++f) {
            std::uint32_t sum = 0;  // a row has 2^24 pixels at most
            for (std::size_t i = 1; i <= count; ++i)
                sum += std::min<std::uint32_t>(filtered_[f][i], 256u - filtered_[f][i]);
            sums[f] = sum;
        }
        return filtered_[static_cast<std::size_t>(std::min_element(sums.begin(), sums.end()) - sums.begin())];
    }

  private:
    std::array<std::vector<std::uint8_t>, 3> filtered_;
};

// Row y as red, green and blue behind a black pixel. `converted` has room for a row of bgr8.
void read_row(const ImageView& image, int y, std::vector<std::uint8_t>& converted,
              std::vector<std::uint8_t>& row) {
    const PixelFormat format = engine::interleaved_format(image.format);
    const std::ptrdiff_t size = bytes_per_pixel(format);
    const auto [blue, green, red] = bgr_offsets(format);
    const std::uint8_t* pixel = engine::interleaved_row(image, y, converted.data());
    for (std::size_t at = kPixel; at < row.size(); at += kPixel, pixel += size) {
        row[at] = pixel[red];
        row[at + 1] = pixel[green];
        row[at + 2] = pixel[blue];
    }
}

}  // namespace

Result<std::string> encode_png(const ImageView& image) {
    const std::size_t row_bytes = static_cast<std::size_t>(image.width) * kPixel;
    const std::size_t all = row_bytes * static_cast<std::size_t>(image.height);
    // A chunk's length has 31 bits.
    if (all > std::size_t{std::numeric_limits<std::int32_t>::max()} / 2) {
        return loaders::error(StatusCode::output_error, "the picture is too large for PNG",
                              {.hint = "write a .ppm file"});
    }
    return loaders::guarded(
        [] { return std::string("the PNG file"); },
        [&]() -> Result<std::string> {
            std::string png = "\x89PNG\r\n\x1a\n";
            png.reserve(all / 2);
            std::size_t chunk = begin_chunk(png, "IHDR");
            append_be(png, static_cast<std::uint32_t>(image.width));
            append_be(png, static_cast<std::uint32_t>(image.height));
            png.append({8, 2, 0, 0, 0});  // bits per sample, RGB, DEFLATE, filters by row, no interlacing
            end_chunk(png, chunk);

            chunk = begin_chunk(png, "IDAT");
            RunDeflater deflater(png);
            FilteredRows filtered(row_bytes);
            std::vector<std::uint8_t> converted(engine::is_yuv(image.format) ? row_bytes : 0);
            std::vector<std::uint8_t> row(row_bytes + kPixel), above(row_bytes + kPixel);
            for (int y = 0; y < image.height; ++y) {
                read_row(image, y, converted, row);
                deflater.add(filtered.best(row.data(), above.data()));
                std::swap(row, above);
            }
            deflater.finish();
            end_chunk(png, chunk);
            end_chunk(png, begin_chunk(png, "IEND"));
            return png;
        });
}

}  // namespace featherface::tools
