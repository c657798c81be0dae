// subtract_mean for pictures of one size, in one pixel format.
#pragma once

#include <array>

#include "tests/kernels/cases/kernel_case.hpp"

namespace featherface::test {

struct PixelsShape {
    int height = 1;
    int width = 1;
    int bytes_per_pixel = 3;
    std::array<int, 3> offsets = {0, 1, 2};
    int row_gap = 0;  // bytes between a row and the next

    bool operator==(const PixelsShape&) const = default;
};
inline std::string text_of(const PixelsShape& shape) {
    const bool red_first = shape.offsets[0] > shape.offsets[2];
    return std::string(red_first ? "rgb" : "bgr") + std::to_string(shape.bytes_per_pixel) + "/" +
           std::to_string(shape.height) + "x" + std::to_string(shape.width);
}

struct SubtractMeanCase : CaseBase {
    using Shape = PixelsShape;
    using Op = engine::ReadPixels;
    static constexpr auto kKernel = &KernelTable::subtract_mean;
    static constexpr float kMean[] = {104, 117, 123};
    static std::vector<Shape> shapes_of(const Op&, const NetworkNode& node) {
        const int height = node.output.height, width = node.output.width;
        return {{height, width, 3, {0, 1, 2}}, {height, width, 3, {2, 1, 0}}};
    }

    SubtractMeanCase(const KernelTable& kernel_table, const Shape& pixels_shape)
        : CaseBase(kernel_table, {},
                   {.height = pixels_shape.height, .width = pixels_shape.width, .channels = 3}),
          shape(pixels_shape),
          row_stride(shape.width * shape.bytes_per_pixel + shape.row_gap),
          pixels(static_cast<std::size_t>(shape.height * row_stride)) {
        for (std::size_t i = 0; i < pixels.size(); ++i)
            pixels[i] = static_cast<std::uint8_t>(i * 37 + i / 256);
    }

    void run(const Map& out, Rows rows) const {
        table.subtract_mean(pixels.data(), row_stride, shape.bytes_per_pixel, shape.offsets.data(), kMean,
                            out, rows);
    }
    Expected expected(int y, int x, int c) const {
        const int offset = shape.offsets[static_cast<std::size_t>(c)];
        const auto at = static_cast<std::size_t>(y * row_stride + x * shape.bytes_per_pixel + offset);
        return {static_cast<double>(pixels[at]) - kMean[c], 0};
    }
    double bytes() const { return static_cast<double>(pixels.size()) + sizeof(float) * floats_of(output); }

    Shape shape;
    std::ptrdiff_t row_stride;
    std::vector<std::uint8_t> pixels;
};

}  // namespace featherface::test
