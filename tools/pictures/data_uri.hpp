// Pictures inside a page.
#pragma once

#include <string>
#include <string_view>

#include "featherface/image.hpp"
#include "featherface/status.hpp"

namespace featherface::tools {

std::string base64(std::string_view bytes);  // RFC 4648, padded

// "data:image/png;base64,...". `image` is a valid view. Errors: output_error, when it is too large for PNG;
// out_of_memory.
Result<std::string> png_data_uri(const ImageView& image);

}  // namespace featherface::tools
