// JPEG and PNG are decoded by stb_image, behind our own checks; BMP and PNM are read here. stb_image takes no
// account of colour profiles and gamma, and neither do we: a detector wants the samples as they are.
#include "featherface/image_file.hpp"

#include <stb_image.h>

#include <limits>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "loaders/error.hpp"
#include "loaders/images/bmp.hpp"
#include "loaders/images/image_header.hpp"
#include "loaders/images/jpeg.hpp"
#include "loaders/images/png.hpp"
#include "loaders/images/pnm.hpp"
#include "loaders/images/stb_memory.hpp"
#include "loaders/mapped_file.hpp"

namespace featherface {
namespace {

using loaders::error;
using loaders::ImageFormat;
using loaders::ImageHeader;

// Copies rows of RGB pixels to a BGR picture turned upright. EXIF orientations 5 to 8 swap rows and columns;
// the others, and these too, may read the stored rows from the bottom and the stored columns from the right.
Image upright_bgr(const std::uint8_t* rgb, const ImageHeader& header) {
    const int o = header.orientation;
    const bool swap = o >= 5;
    const bool from_right = o == 2 || o == 3 || o == 7 || o == 8;
    const bool from_bottom = o == 3 || o == 4 || o == 6 || o == 7;
    const std::ptrdiff_t row = std::ptrdiff_t{header.width} * 3;
    const std::uint8_t* first =
        rgb + (from_right ? row - 3 : 0) + (from_bottom ? (header.height - 1) * row : 0);
    std::ptrdiff_t step_x = from_right ? -3 : 3;
    std::ptrdiff_t step_y = from_bottom ? -row : row;
    if (swap) std::swap(step_x, step_y);

    Image image;
    image.width = swap ? header.height : header.width;
    image.height = swap ? header.width : header.height;
    image.pixels.resize(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) * 3);
    std::uint8_t* to = image.pixels.data();
    for (std::ptrdiff_t y = 0; y < image.height; ++y) {
        for (std::ptrdiff_t x = 0; x < image.width; ++x, to += 3) {
            const std::uint8_t* from = first + y * step_y + x * step_x;
            to[0] = from[2];
            to[1] = from[1];
            to[2] = from[0];
        }
    }
    return image;
}

// All stb_image may need for an honest file: 32 bytes a pixel (an interlaced 16-bit RGBA PNG, a progressive
// JPEG whose blocks reach past its edges), the compressed bytes twice over, and its tables.
std::size_t memory_budget(std::span<const std::byte> bytes, const ImageHeader& header) {
    constexpr std::size_t kBytesPerPixel = 32;
    constexpr std::size_t kBlockMargin = 32;
    constexpr std::size_t kTables = std::size_t{1} << 20;
    const std::size_t pixels = (static_cast<std::size_t>(header.width) + kBlockMargin) *
                               (static_cast<std::size_t>(header.height) + kBlockMargin);
    return pixels * kBytesPerPixel + bytes.size() * 2 + kTables;
}

Result<Image> decode_with_stb(std::span<const std::byte> bytes, const ImageHeader& header) {
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        return error(StatusCode::limit_exceeded, "a picture file of over 2 GiB");
    }
    const loaders::StbMemoryBudget budget(memory_budget(bytes, header));
    int width = 0;
    int height = 0;
    int channels = 0;
    const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> rgb(
        stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()), static_cast<int>(bytes.size()),
                              &width, &height, &channels, STBI_rgb),
        &stbi_image_free);
    if (rgb == nullptr && budget.exceeded()) {
        return error(StatusCode::limit_exceeded, "unpacks to far more than a picture of its size",
                     {.hint = "the file is damaged or made to exhaust memory"});
    }
    if (rgb == nullptr) {
        return error(StatusCode::malformed, std::string("cannot be decoded: ") + stbi_failure_reason());
    }
    if (width != header.width || height != header.height) {
        return error(StatusCode::internal, "the decoder disagrees about the size of the picture");
    }
    return upright_bgr(rgb.get(), header);
}

Result<Image> decode(std::span<const std::byte> bytes, const ImageReadOptions& options) {
    const auto format = loaders::recognise_image(bytes);
    if (!format.ok()) return format.status();
    switch (format.value()) {
        case ImageFormat::bmp: return loaders::decode_bmp(bytes, options.max_pixels);
        case ImageFormat::pnm: return loaders::decode_pnm(bytes, options.max_pixels);
        case ImageFormat::jpeg:
        case ImageFormat::png: break;
    }
    const auto header = format.value() == ImageFormat::jpeg ? loaders::check_jpeg(bytes, options.max_pixels)
                                                            : loaders::check_png(bytes, options.max_pixels);
    if (!header.ok()) return header.status();
    return decode_with_stb(bytes, header.value());
}

}  // namespace

Result<Image> decode_image(std::span<const std::uint8_t> bytes, std::string_view name,
                           const ImageReadOptions& options) {
    try {
        auto image = decode(std::as_bytes(bytes), options);
        if (!image.ok()) return loaders::in_file(name, image.status());
        return image;
    } catch (const std::bad_alloc&) {
        return loaders::in_file(name, error(StatusCode::limit_exceeded, "not enough memory for the picture"));
    }
}

Result<Image> read_image(const std::filesystem::path& path, const ImageReadOptions& options) {
    const auto file = loaders::MappedFile::open(path);
    if (!file.ok()) return file.status();
    const auto bytes = file->bytes();
    return decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, path.string(),
                        options);
}

}  // namespace featherface
