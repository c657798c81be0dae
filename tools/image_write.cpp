#include "tools/image_write.hpp"

#include <stb_image_write.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "loaders/error.hpp"
#include "loaders/output_file.hpp"

namespace featherface::tools {
namespace {

using loaders::error;
using loaders::OutputFile;

constexpr int kChannels = 3;

std::vector<std::uint8_t> to_rgb(const ImageView& image) {
    const std::ptrdiff_t size = bytes_per_pixel(image.format);
    const bool grey = image.format == PixelFormat::gray8;
    const bool blue_first = image.format == PixelFormat::bgr8 || image.format == PixelFormat::bgra8;
    const std::ptrdiff_t red = blue_first ? 2 : 0;
    const std::ptrdiff_t green = grey ? 0 : 1;
    const std::ptrdiff_t blue = grey || blue_first ? 0 : 2;
    std::vector<std::uint8_t> rgb;
    rgb.reserve(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) * kChannels);
    for (std::ptrdiff_t y = 0; y < image.height; ++y) {
        const std::uint8_t* pixel = image.data + y * image.row_stride;
        for (int x = 0; x < image.width; ++x, pixel += size) {
            rgb.insert(rgb.end(), {pixel[red], pixel[green], pixel[blue]});
        }
    }
    return rgb;
}

Status write_ppm(OutputFile& file, const ImageView& image, const std::vector<std::uint8_t>& rgb) {
    const std::string header =
        "P6\n" + std::to_string(image.width) + " " + std::to_string(image.height) + "\n255\n";
    if (auto status = file.write(header); !status.ok()) return status;
    return file.write(std::as_bytes(std::span(rgb)));
}

struct PngSink {
    OutputFile& file;
    Status status;
};

// stb_image_write hands over the whole file at once.
void receive_png(void* context, void* data, int size) {
    auto& sink = *static_cast<PngSink*>(context);
    sink.status = sink.file.write({static_cast<const std::byte*>(data), static_cast<std::size_t>(size)});
}

Status write_png(OutputFile& file, const ImageView& image, const std::vector<std::uint8_t>& rgb) {
    // It counts bytes in int, filter bytes and the worst of its compression included.
    if (rgb.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) / 2) {
        return error(StatusCode::output_error, "the picture is too large for PNG",
                     {.hint = "write a .ppm file"});
    }
    PngSink sink{file, {}};
    if (stbi_write_png_to_func(receive_png, &sink, image.width, image.height, kChannels, rgb.data(), 0) ==
        0) {
        return error(StatusCode::output_error, "the picture could not be encoded: not enough memory");
    }
    return sink.status;
}

}  // namespace

Result<PictureFormat> picture_format(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    std::ranges::transform(extension, extension.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (extension == ".png" || extension.empty()) return PictureFormat::png;
    if (extension == ".ppm") return PictureFormat::ppm;
    return loaders::in_file(path.string(),
                            error(StatusCode::invalid_argument, "not a picture format that is written",
                                  {.expected = "a name that ends in .png or .ppm", .found = extension}));
}

Status write_image(const std::filesystem::path& path, const ImageView& image) {
    const auto format = picture_format(path);
    if (!format.ok()) return format.status();
    if (auto status = validate(image); !status.ok()) return status;
    auto file = OutputFile::create(path);
    if (!file.ok()) return file.status();
    const auto rgb = to_rgb(image);
    const auto write = format.value() == PictureFormat::png ? write_png : write_ppm;
    if (auto status = write(file.value(), image, rgb); !status.ok()) return status;
    return file->commit();
}

}  // namespace featherface::tools
