// Pictures as cameras give them, made of noise: every plane in memory of its own, with gaps between rows. And
// a picture stored bottom up.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "featherface/image.hpp"

namespace featherface::test {

class YuvPicture {
  public:
    YuvPicture(PixelFormat format, int width, int height) : format_(format), width_(width), height_(height) {
        const int pairs = (width + 1) / 2, rows = (height + 1) / 2;
        if (format == PixelFormat::yuyv) {
            add_plane(4 * pairs, height);
            return;
        }
        add_plane(width, height);
        if (format == PixelFormat::i420) {
            add_plane(pairs, rows);
            add_plane(pairs, rows);
        } else {
            add_plane(2 * pairs, rows);
        }
    }

    ImageView view(YuvMatrix matrix = YuvMatrix::bt601, YuvRange range = YuvRange::video) const {
        ImageView view{planes_[0].bytes.data(), width_, height_, planes_[0].stride, format_};
        for (std::size_t i = 1; i < planes_.size(); ++i)
            view.chroma[i - 1] = {planes_[i].bytes.data(), planes_[i].stride};
        view.matrix = matrix;
        view.range = range;
        return view;
    }

    std::uint8_t sample(std::size_t plane, int y, int at) const {
        return planes_[plane].bytes[static_cast<std::size_t>(y * planes_[plane].stride + at)];
    }

  private:
    struct Plane {
        std::ptrdiff_t stride;
        std::vector<std::uint8_t> bytes;  // ends with the last row's last sample
    };

    void add_plane(int row_bytes, int rows) {
        const int stride = row_bytes + 3 + static_cast<int>(planes_.size());
        Plane plane{stride,
                    std::vector<std::uint8_t>(static_cast<std::size_t>((rows - 1) * stride + row_bytes))};
        for (std::uint8_t& byte : plane.bytes) {
            random_ = random_ * 1664525u + 1013904223u;
            byte = static_cast<std::uint8_t>(random_ >> 24);
        }
        planes_.push_back(std::move(plane));
    }

    PixelFormat format_;
    int width_, height_;
    std::uint32_t random_ = 1;
    std::vector<Plane> planes_;
};

// The same pixels with the last row first.
inline Image upside_down(const Image& image) {
    Image flipped = image;
    const std::ptrdiff_t row = image.view().row_stride;
    for (int y = 0; y < image.height; ++y) {
        std::copy_n(image.pixels.begin() + y * row, row,
                    flipped.pixels.begin() + (image.height - 1 - y) * row);
    }
    return flipped;
}

}  // namespace featherface::test
