#include "loaders/images/jpeg.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include "loaders/images/jpeg_file.hpp"
#include "loaders/images/upright.hpp"

namespace featherface::loaders {

Result<Image> decode_jpeg(std::span<const std::byte> bytes, const ImageReadOptions& options) {
    const auto file = read_jpeg_file(bytes, options);
    if (!file.ok()) return file.status();
    const auto& components = file->frame.components;

    Image image;
    image.width = file->width();
    image.height = file->height();
    const std::size_t row_bytes = static_cast<std::size_t>(image.width) * 3;
    image.pixels.resize(row_bytes * static_cast<std::size_t>(image.height));
    std::array<std::vector<std::uint8_t>, 4> upsampled;
    std::array<const std::uint8_t*, 4> rows{};
    for (int y = 0; y < image.height; ++y) {
        for (std::size_t i = 0; i < components.size(); ++i)
            rows[i] = upsampled_row(file->samples(components[i]), y, upsampled[i]);
        to_bgr_row(file->colours, rows.data(), static_cast<std::size_t>(image.width),
                   image.pixels.data() + static_cast<std::size_t>(y) * row_bytes);
    }
    if (file->header.orientation != 1) {
        image = upright_bgr(image.pixels.data(), SampleOrder::bgr,
                            {image.width, image.height, file->header.orientation});
    }
    if (file->eighths < 8) {
        const bool turned = file->header.orientation >= 5;
        image.full_width = turned ? file->header.height : file->header.width;
        image.full_height = turned ? file->header.width : file->header.height;
    }
    return image;
}

}  // namespace featherface::loaders
