#include "tools/pictures/data_uri.hpp"

#include <cstddef>
#include <cstdint>

#include "tools/pictures/png_write.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

std::string base64(std::string_view bytes) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8 | (k < count ? static_cast<std::uint8_t>(bytes[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k) text += k <= count ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
    }
    return text;
}

Result<std::string> png_data_uri(const ImageView& image) {
    const auto png = encode_png(image);
    if (!png.ok()) return png.status();
    return concat("data:image/png;base64,", base64(png.value()));
}

}  // namespace featherface::tools
