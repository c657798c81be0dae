#include "loaders/images/picture_allowance.hpp"

#include <algorithm>

#include "loaders/error.hpp"
#include "loaders/images/bmp.hpp"
#include "loaders/images/image_header.hpp"
#include "loaders/images/jpeg_file.hpp"
#include "loaders/images/png_file.hpp"
#include "loaders/images/pnm.hpp"

namespace featherface::loaders {
namespace {

constexpr std::uint64_t kMostPerPixel = 24, kMostBesides = std::uint64_t{16} << 20;

Result<ImageHeader> size_of_picture(std::span<const std::byte> beginning, std::int64_t max_pixels) {
    const auto format = recognise_image(beginning);
    if (!format.ok()) return format.status();
    switch (format.value()) {
        case ImageFormat::jpeg: return read_jpeg_size(beginning, max_pixels);
        case ImageFormat::png: return read_png_size(beginning, max_pixels);
        case ImageFormat::bmp: return read_bmp_size(beginning, max_pixels);
        case ImageFormat::pnm: return read_pnm_size(beginning, max_pixels);
    }
    return error(StatusCode::internal, "a picture format without a reader");
}

}  // namespace

std::int64_t promised_pixels(std::span<const std::byte> beginning, std::int64_t max_pixels) {
    const auto size = size_of_picture(beginning, max_pixels);
    return size.ok() ? std::int64_t{size->width} * size->height : 0;
}

Result<std::uint64_t> allowed_picture(const FileEnds& ends, std::int64_t max_pixels) {
    const auto size = size_of_picture(ends.beginning, max_pixels);
    if (!size.ok()) return size.status();
    const std::uint64_t pixels =
        static_cast<std::uint64_t>(size->width) * static_cast<std::uint64_t>(size->height);
    return std::min(pixels * kMostPerPixel + kMostBesides, kLargestFileBytes);
}

}  // namespace featherface::loaders
