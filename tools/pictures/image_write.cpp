#include "tools/pictures/image_write.hpp"

#include <stb_image_write.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "engine/pixels/interleaved_rows.hpp"
#include "loaders/ascii.hpp"
#include "loaders/error.hpp"
#include "loaders/guarded.hpp"
#include "tools/files/output_file.hpp"
#include "tools/pictures/png_write.hpp"
#include "tools/pictures/stb_write_memory.hpp"

namespace featherface::tools {
namespace {

using loaders::error;

constexpr int kChannels = 3;

template <class Encode>
Result<std::string> within_memory(const char* what, const Encode& encode) {
    return loaders::guarded([&] { return std::string(what); }, encode);
}

std::size_t rgb_size(const ImageView& image) {
    return static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) * kChannels;
}

// `header`, then three bytes per pixel.
std::string with_rgb(std::string header, const ImageView& image) {
    const PixelFormat format = engine::interleaved_format(image.format);
    const std::ptrdiff_t size = bytes_per_pixel(format);
    const auto [blue, green, red] = bgr_offsets(format);
    std::vector<std::uint8_t> converted(
        engine::is_yuv(image.format) ? static_cast<std::size_t>(image.width) * kChannels : 0);
    std::string bytes = std::move(header);
    bytes.reserve(bytes.size() + rgb_size(image));
    for (int y = 0; y < image.height; ++y) {
        const std::uint8_t* pixel = engine::interleaved_row(image, y, converted.data());
        for (int x = 0; x < image.width; ++x, pixel += size) {
            for (const int channel : {red, green, blue}) bytes += static_cast<char>(pixel[channel]);
        }
    }
    return bytes;
}

Result<std::string> encode_ppm(const ImageView& image) {
    return within_memory("the PPM file", [&]() -> Result<std::string> {
        return with_rgb("P6\n" + std::to_string(image.width) + " " + std::to_string(image.height) + "\n255\n",
                        image);
    });
}

// stb_image_write hands over the file in pieces.
void receive_jpeg(void* context, void* data, int size) {
    static_cast<std::string*>(context)->append(static_cast<const char*>(data),
                                               static_cast<std::size_t>(size));
}

// The best at which stb_image_write halves the resolution of colours, which takes half the time.
constexpr int kQuality = 90;

}  // namespace

Result<std::string> encode_jpeg(const ImageView& image, int quality) {
    constexpr int kMostSide = 65'535;
    // stb_image_write counts bytes in int.
    if (image.width > kMostSide || image.height > kMostSide ||
        rgb_size(image) > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        return error(StatusCode::output_error, "the picture is too large for JPEG",
                     {.hint = "write a .ppm file"});
    }
    return within_memory("the JPEG file", [&]() -> Result<std::string> {
        const std::string rgb = with_rgb({}, image);
        const StbWriteMemory memory;
        std::string jpeg;
        if (stbi_write_jpg_to_func(receive_jpeg, &jpeg, image.width, image.height, kChannels, rgb.data(),
                                   quality) == 0) {
            return error(StatusCode::internal, "the picture could not be encoded as JPEG");
        }
        return jpeg;
    });
}

Result<PictureFormat> picture_format(const std::filesystem::path& path) {
    const std::string extension = loaders::lower_case(path.extension().native());
    if (extension == ".png" || extension.empty()) return PictureFormat::png;
    if (extension == ".jpg" || extension == ".jpeg") return PictureFormat::jpeg;
    if (extension == ".ppm") return PictureFormat::ppm;
    return loaders::in_file(
        path.string(), error(StatusCode::invalid_argument, "not a picture format that is written",
                             {.expected = "a name that ends in .png, .jpg or .ppm", .found = extension}));
}

Status write_image(const std::filesystem::path& path, const ImageView& image) {
    const auto format = picture_format(path);
    if (!format.ok()) return format.status();
    if (auto status = validate(image); !status.ok()) return status;
    const auto encoded = [&] {
        switch (format.value()) {
            case PictureFormat::jpeg: return encode_jpeg(image, kQuality);
            case PictureFormat::ppm: return encode_ppm(image);
            default: return encode_png(image);
        }
    };
    const Result<std::string> file = encoded();
    return file.ok() ? write_file(path, file.value()) : loaders::in_file(path.string(), file.status());
}

}  // namespace featherface::tools
