#include "featherface/image.hpp"

#include <limits>
#include <string>
#include <utility>

namespace featherface {
namespace {

Status invalid(std::string what) {
    return {StatusCode::invalid_argument, "picture: " + std::move(what)};
}

}  // namespace

Status validate(const ImageView& image) {
    const std::ptrdiff_t pixel = bytes_per_pixel(image.format);
    if (pixel == 0) return invalid("unknown pixel format");
    if (image.width < 1 || image.height < 1) {
        return invalid("size " + std::to_string(image.width) + " x " + std::to_string(image.height) +
                       "; both must be at least 1");
    }
    if (image.data == nullptr) return invalid("null pixel pointer");
    const std::ptrdiff_t row = image.width * pixel;
    if (image.row_stride < row) {
        return invalid("row stride of " + std::to_string(image.row_stride) + " bytes, but a row of " +
                       std::to_string(image.width) + " pixels has " + std::to_string(row));
    }
    if (image.row_stride > (std::numeric_limits<std::ptrdiff_t>::max() - row) / image.height) {
        return invalid("row stride of " + std::to_string(image.row_stride) + " bytes is too large");
    }
    return {};
}

}  // namespace featherface
