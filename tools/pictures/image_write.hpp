// Writing pictures: PNG, JPEG, which is smaller and has losses, or PPM (P6) for whoever wants no compression.
#pragma once

#include <filesystem>
#include <string>

#include "featherface/image.hpp"
#include "featherface/status.hpp"

namespace featherface::tools {

enum class PictureFormat { png, jpeg, ppm };

// The format by the extension of the name: .png, .jpg, .jpeg, .ppm, or none (PNG). Errors: invalid_argument.
Result<PictureFormat> picture_format(const std::filesystem::path& path);

// A JPEG file in memory, of quality 1 to 100; above 90 colours have the full resolution. Alpha is dropped.
// `image` is a valid view. Errors: output_error, when it is too large; out_of_memory.
Result<std::string> encode_jpeg(const ImageView& image, int quality);

// Writes a picture in the format its name asks for; alpha is dropped. The file appears only when it is
// complete. Errors: invalid_argument (the name, the view), output_error,
// out_of_memory.
Status write_image(const std::filesystem::path& path, const ImageView& image);

}  // namespace featherface::tools
