#include "tools/cli/picture_size.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "featherface/image.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

Result<PictureSize> parse_size(std::string_view option, std::string_view text) {
    constexpr std::int64_t kMostSide = 32'768;
    const std::size_t x = std::min(text.find('x'), text.size());
    std::int64_t width = 0, height = 0;
    if (x == text.size() || !parse_number("", text.substr(0, x), width, 1, kMostSide).ok() ||
        !parse_number("", text.substr(x + 1), height, 1, kMostSide).ok()) {
        return Status(StatusCode::invalid_argument,
                      concat(option, ": '", printable(text), "' is no size like 640x480, from 1 to ",
                             std::to_string(kMostSide), " each"));
    }
    if (width * height > kMaxPicturePixels) {
        return Status(StatusCode::invalid_argument,
                      concat(option, ": '", printable(text), "' has more than ",
                             std::to_string(kMaxPicturePixels), " pixels, the most that a network runs on"));
    }
    return PictureSize{static_cast<int>(width), static_cast<int>(height)};
}

}  // namespace featherface::tools
