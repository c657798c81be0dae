// The size of a picture as command lines give it: "640x480".
#pragma once

#include <string_view>

#include "featherface/status.hpp"

namespace featherface::tools {

struct PictureSize {  // in pixels, each at least 1
    int width = 0, height = 0;
};

// `option` stands in messages. Errors: invalid_argument, also for more pixels than a network runs on.
Result<PictureSize> parse_size(std::string_view option, std::string_view text);

}  // namespace featherface::tools
