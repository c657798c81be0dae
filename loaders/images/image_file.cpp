// No reader takes account of colour profiles and gamma: a detector wants the samples as they are.
#include "featherface/image_file.hpp"

#include <string>

#include "loaders/error.hpp"
#include "loaders/guarded.hpp"
#include "loaders/images/bmp.hpp"
#include "loaders/images/image_header.hpp"
#include "loaders/images/jpeg.hpp"
#include "loaders/images/picture_allowance.hpp"
#include "loaders/images/png.hpp"
#include "loaders/images/pnm.hpp"
#include "loaders/mapped_file.hpp"

namespace featherface {
namespace {

using loaders::error;
using loaders::ImageFormat;

Result<Image> decode(std::span<const std::byte> bytes, const ImageReadOptions& options) {
    const auto format = loaders::recognise_image(bytes);
    if (!format.ok()) return format.status();
    switch (format.value()) {
        case ImageFormat::jpeg: return loaders::decode_jpeg(bytes, options);
        case ImageFormat::png: return loaders::decode_png(bytes, options.max_pixels);
        case ImageFormat::bmp: return loaders::decode_bmp(bytes, options.max_pixels);
        case ImageFormat::pnm: return loaders::decode_pnm(bytes, options.max_pixels);
    }
    return error(StatusCode::internal, "a picture format without a reader");
}

}  // namespace

Result<Image> decode_image(std::span<const std::uint8_t> bytes, std::string_view name,
                           const ImageReadOptions& options) {
    const auto picture = [&] { return "the picture " + std::string(name); };
    return loaders::guarded(picture, [&]() -> Result<Image> {
        auto image = decode(std::as_bytes(bytes), options);
        if (!image.ok()) return loaders::in_file(name, image.status());
        return image;
    });
}

Result<Image> read_image(const std::filesystem::path& path, const ImageReadOptions& options) {
    const auto picture = [&] { return "the picture " + path.string(); };
    return loaders::guarded(picture, [&]() -> Result<Image> {
        const auto allowance = [&](const loaders::FileEnds& ends) {
            return loaders::allowed_picture(ends, options.max_pixels);
        };
        const auto file = loaders::MappedFile::open(path, loaders::kLargestFileBytes, allowance);
        if (!file.ok()) return file.status();
        const auto bytes = file->bytes();
        return decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                            path.string(), options);
    });
}

}  // namespace featherface
