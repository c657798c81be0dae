// Writing pictures: PNG, or PPM (P6) for whoever wants no compression.
#pragma once

#include <filesystem>
#include <string>

#include "featherface/image.hpp"
#include "featherface/status.hpp"

namespace featherface::tools {

enum class PictureFormat { png, ppm };

// The format by the extension of the name: .png, .ppm, or none (PNG). Errors: invalid_argument.
Result<PictureFormat> picture_format(const std::filesystem::path& path);

// A PNG file in memory; alpha is dropped. `image` is a valid view. Errors: output_error, when it is too
// large; out_of_memory.
Result<std::string> encode_png(const ImageView& image);

// Writes a picture in the format its name asks for; alpha is dropped. The file appears only when it is
// complete. Errors: invalid_argument (the name, the view), output_error,
// out_of_memory.
Status write_image(const std::filesystem::path& path, const ImageView& image);

}  // namespace featherface::tools
