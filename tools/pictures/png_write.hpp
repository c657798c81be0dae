// Pictures as PNG files.
#pragma once

#include <string>

#include "featherface/image.hpp"
#include "featherface/status.hpp"

namespace featherface::tools {

// A PNG file in memory; alpha is dropped. `image` is a valid view. Errors: output_error, when it is too
// large; out_of_memory.
Result<std::string> encode_png(const ImageView& image);

}  // namespace featherface::tools
