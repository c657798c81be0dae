// Checking views, and copying them as BGR. What the bytes of a YUV row mean is told in yuv.cpp.
#include <limits>
#include <string>
#include <utility>

#include "engine/pixels/interleaved_rows.hpp"
#include "featherface/image.hpp"
#include "loaders/guarded.hpp"

namespace featherface {
namespace {

Status invalid(std::string what) {
    return {StatusCode::invalid_argument, "picture: " + std::move(what)};
}

// Whether each row and all of them can be addressed. `plane_number` is that of a chroma plane, or -1.
Status check_plane(const ImagePlane& plane, std::ptrdiff_t row_bytes, int width, int height,
                   int plane_number) {
    const auto of_plane = [&] {
        return plane_number < 0 ? std::string() : " of chroma[" + std::to_string(plane_number) + "]";
    };
    const auto stride = [&] {
        return "row stride of " + std::to_string(plane.row_stride) + " bytes" + of_plane();
    };
    if (plane.data == nullptr) return invalid("null pixel pointer" + of_plane());
    // It is not done through abs(), which the least number of all does not survive.
    if (plane.row_stride < row_bytes && plane.row_stride > -row_bytes) {
        return invalid(stride() + ", but a row of " + std::to_string(width) + " pixels has " +
                       std::to_string(row_bytes));
    }
    const std::ptrdiff_t most = (std::numeric_limits<std::ptrdiff_t>::max() - row_bytes) / height;
    if (plane.row_stride > most || plane.row_stride < -most) return invalid(stride() + " is too large");
    return {};
}

}  // namespace

Status validate(const ImageView& image) {
    if (engine::plane_rows(image.format, 1).first == 0) return invalid("unknown pixel format");
    if (image.width < 1 || image.height < 1) {
        return invalid("size " + std::to_string(image.width) + " x " + std::to_string(image.height) +
                       "; both must be at least 1");
    }
    const bool whole = image.full_width == 0 && image.full_height == 0;
    if (!whole && (image.full_width < image.width || image.full_height < image.height)) {
        return invalid("size " + std::to_string(image.width) + " x " + std::to_string(image.height) +
                       ", but full size " + std::to_string(image.full_width) + " x " +
                       std::to_string(image.full_height));
    }
    if (engine::is_yuv(image.format)) {
        if (image.matrix != YuvMatrix::bt601 && image.matrix != YuvMatrix::bt709)
            return invalid("unknown YuvMatrix");
        if (image.range != YuvRange::video && image.range != YuvRange::full)
            return invalid("unknown YuvRange");
    }
    const engine::PlaneRows rows = engine::plane_rows(image.format, image.width);
    Status status = check_plane({image.data, image.row_stride}, rows.first, image.width, image.height, -1);
    const int chroma_height = image.height / 2 + image.height % 2;
    for (int i = 0; i < rows.chroma_planes && status.ok(); ++i)
        status = check_plane(image.chroma[i], rows.chroma, image.width, chroma_height, i);
    return status;
}

Result<Image> to_bgr(const ImageView& image) {
    const auto work = [] { return std::string("a copy of a picture"); };
    return loaders::guarded(work, [&]() -> Result<Image> {
        if (Status status = validate(image); !status.ok()) return status;
        return engine::bgr_copy(image);
    });
}

}  // namespace featherface
