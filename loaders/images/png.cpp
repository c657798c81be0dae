// The zlib stream unpacks to rows, each a filter's number and then samples packed from the highest bit;
// section numbers are those of the PNG specification. An interlaced file holds seven smaller pictures, one
// after another, each of which has its own rows and spreads its pixels over the whole.
#include "loaders/images/png.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "loaders/archive/zlib.hpp"
#include "loaders/error.hpp"
#include "loaders/images/png_file.hpp"
#include "loaders/images/upright.hpp"

namespace featherface::loaders {
namespace {

// The part of a picture that one pass holds: pixels from (x, y) on, `step_x` and `step_y` apart (8.2).
struct Pass {
    int x, y, step_x, step_y;
    int wide(const ImageHeader& header) const { return (header.width - x + step_x - 1) / step_x; }
    int high(const ImageHeader& header) const { return (header.height - y + step_y - 1) / step_y; }
};
constexpr Pass kWhole[] = {{0, 0, 1, 1}};
constexpr Pass kInterlaced[] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

int channels_of(std::uint8_t colour) {
    switch (colour) {
        case kPngRgb: return 3;
        case kPngGreyAlpha: return 2;
        case kPngRgbAlpha: return 4;
        default: return 1;
    }
}

// 9.4
int paeth(int left, int above, int above_left) {
    const int estimate = left + above - above_left;
    const int to_left = std::abs(estimate - left);
    const int to_above = std::abs(estimate - above);
    const int to_above_left = std::abs(estimate - above_left);
    if (to_left <= to_above && to_left <= to_above_left) return left;
    return to_above <= to_above_left ? above : above_left;
}

// Undoes filter number `filter` of `row` (9.2), given the row above it (zeros before the first) and the bytes
// of a pixel, at least one. False when there is no such filter.
bool unfilter(int filter, std::span<std::uint8_t> row, const std::uint8_t* above, std::size_t pixel) {
    std::uint8_t* const x = row.data();
    const std::size_t size = row.size();
    const std::size_t first = std::min(pixel, size);  // these bytes have nothing to their left
    const auto add = [x](std::size_t i, int value) { x[i] = static_cast<std::uint8_t>(x[i] + value); };
    switch (filter) {
        case 0: return true;
        case 1:
            for (std::size_t i = first; i < size; ++i) add(i, x[i - pixel]);
            return true;
        case 2:
            for (std::size_t i = 0; i < size; ++i) add(i, above[i]);
            return true;
        case 3:
            for (std::size_t i = 0; i < first; ++i) add(i, above[i] / 2);
            for (std::size_t i = first; i < size; ++i) add(i, (x[i - pixel] + above[i]) / 2);
            return true;
        case 4:
            for (std::size_t i = 0; i < first; ++i) add(i, above[i]);
            for (std::size_t i = first; i < size; ++i)
                add(i, paeth(x[i - pixel], above[i], above[i - pixel]));
            return true;
        default: return false;
    }
}

class Decoder {
  public:
    explicit Decoder(const PngFile& png)
        : png_(png),
          channels_(static_cast<std::size_t>(channels_of(png.colour))),
          bits_(channels_ * static_cast<std::size_t>(png.depth)),
          passes_(png.interlaced ? std::span<const Pass>(kInterlaced) : kWhole) {
        if (png.colour == kPngPalette) {
            for (std::size_t i = 0; i < png.palette.size(); ++i) {
                colours_[i / 3][2 - i % 3] = std::to_integer<std::uint8_t>(png.palette[i]);
            }
        } else {
            const std::size_t largest = png.depth < 8 ? (std::size_t{1} << png.depth) - 1 : 255;
            for (std::size_t i = 0; i <= largest; ++i) {
                colours_[i].fill(static_cast<std::uint8_t>(i * 255 / largest));
            }
        }
    }

    Result<Image> run() {
        std::size_t needed = 0;
        for (const Pass& pass : passes_) {
            const std::size_t row = row_bytes(pass);
            if (row == 0) continue;
            needed += (1 + row) * static_cast<std::size_t>(std::max(pass.high(png_.header), 0));
        }
        if (auto status = check_room(needed); !status.ok()) return status;
        image_.width = png_.header.width;
        image_.height = png_.header.height;
        const std::size_t shown =
            static_cast<std::size_t>(image_.width) * static_cast<std::size_t>(image_.height) * 3;
        // The rows of a picture that is not interlaced are unpacked to the end of the pixels' own memory: row
        // by row, pixels take the place of rows that have been read, and never reach the next.
        std::vector<std::uint8_t> apart(png_.interlaced ? needed : 0);
        image_.pixels.resize(png_.interlaced ? shown : std::max(shown, needed));
        const auto rows = png_.interlaced ? std::span(apart) : std::span(image_.pixels).last(needed);
        if (auto status = unpack(rows); !status.ok()) return status;

        std::vector<std::uint8_t> row, above;
        const std::uint8_t* at = rows.data();
        for (const Pass& pass : passes_) {
            const std::size_t size = row_bytes(pass);
            if (size == 0) continue;
            above.assign(size, 0);
            for (int y = pass.y; y < image_.height; y += pass.step_y, at += size) {
                const int filter = *at++;
                row.assign(at, at + size);
                if (!unfilter(filter, row, above.data(), std::max<std::size_t>(bits_ / 8, 1))) {
                    return malformed(
                        "PNG: filter " + std::to_string(filter) + " in row " + std::to_string(y + 1),
                        {.offset = png_.data_offset, .expected = "0 to 4"});
                }
                show_row(row.data(), pass, y);
                row.swap(above);
            }
        }
        image_.pixels.resize(shown);
        return std::move(image_);
    }

  private:
    // The bytes of a row of the pass, without the filter's number.
    std::size_t row_bytes(const Pass& pass) const {
        const auto wide = static_cast<std::size_t>(std::max(pass.wide(png_.header), 0));
        return (wide * bits_ + 7) / 8;
    }

    std::size_t stream_bytes() const {
        std::size_t size = 0;
        for (const auto& part : png_.data) size += part.size();
        return size;
    }

    // This is checked before memory is taken for what the header promises: DEFLATE makes at most 258 bytes of
    // two bits.
    Status check_room(std::size_t needed) const {
        constexpr std::size_t kMostPerByte = 1032;
        const std::size_t stream = stream_bytes();
        return needed / kMostPerByte <= stream ? Status()
                                               : ends_early(needed, stream * kMostPerByte, "at most ");
    }

    Status ends_early(std::size_t expected, std::size_t found, const std::string& qualifier = {}) const {
        return malformed("PNG: the image data ends early", {.offset = png_.data_offset,
                                                            .expected = count_of(expected, "byte"),
                                                            .found = qualifier + std::to_string(found),
                                                            .hint = kDamaged});
    }

    Status unpack(std::span<std::uint8_t> rows) const {
        std::vector<std::byte> joined;
        std::span<const std::byte> stream = png_.data.front();
        if (png_.data.size() > 1) {
            joined.reserve(stream_bytes());
            for (const auto& part : png_.data) joined.insert(joined.end(), part.begin(), part.end());
            stream = joined;
        }
        const auto unpacked = inflate_zlib(stream, std::as_writable_bytes(rows));
        if (!unpacked.ok()) {
            return malformed("PNG: image data: " + unpacked.status().message(),
                             {.offset = png_.data_offset, .hint = kDamaged});
        }
        if (unpacked.value() < rows.size()) return ends_early(rows.size(), unpacked.value());
        return {};
    }

    // Writes the pixels of one row of a pass to row `y` of the picture.
    void show_row(const std::uint8_t* row, const Pass& pass, int y) {
        const std::size_t step = static_cast<std::size_t>(pass.step_x) * 3;
        const auto start = static_cast<std::size_t>(y) * static_cast<std::size_t>(image_.width) +
                           static_cast<std::size_t>(pass.x);
        std::uint8_t* to = image_.pixels.data() + start * 3;
        const auto wide = static_cast<std::size_t>(pass.wide(png_.header));
        const auto depth = static_cast<std::size_t>(png_.depth);
        const std::size_t sample = depth / 8;          // bytes; the first is the highest
        const std::size_t pixel = channels_ * sample;  // likewise
        if (channels_ >= 3) {
            for (std::size_t i = 0; i < wide; ++i, row += pixel, to += step) {
                to[0] = row[2 * sample];
                to[1] = row[sample];
                to[2] = row[0];
            }
        } else if (sample > 0) {
            for (std::size_t i = 0; i < wide; ++i, row += pixel, to += step) {
                std::ranges::copy(colours_[row[0]], to);
            }
        } else {
            const std::size_t mask = (std::size_t{1} << depth) - 1;
            for (std::size_t i = 0; i < wide; ++i, to += step) {
                const std::size_t shift = 8 - depth - i * depth % 8;
                std::ranges::copy(colours_[row[i * depth / 8] >> shift & mask], to);
            }
        }
    }

    static constexpr const char* kDamaged = "the file is cut short or damaged";

    const PngFile& png_;
    const std::size_t channels_;
    const std::size_t bits_;  // a pixel
    const std::span<const Pass> passes_;
    std::array<std::array<std::uint8_t, 3>, 256> colours_{};  // blue, green, red of each grey or index
    Image image_;
};

}  // namespace

Result<Image> decode_png(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    const auto png = read_png_file(bytes, max_pixels);
    if (!png.ok()) return png.status();
    auto image = Decoder(png.value()).run();
    if (!image.ok() || png->header.orientation == 1) return image;
    return upright_bgr(image->pixels.data(), SampleOrder::bgr, png->header);
}

}  // namespace featherface::loaders
