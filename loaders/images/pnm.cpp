// Header: magic, width, height and maximum in decimal, apart by white space or comments (# to the end of the
// line), then one white-space character. Samples of two bytes are big-endian.
#include "loaders/images/pnm.hpp"

#include <algorithm>
#include <string>

#include "loaders/ascii.hpp"
#include "loaders/big_endian.hpp"
#include "loaders/error.hpp"
#include "loaders/images/image_header.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

constexpr std::int64_t kLargestNumber = 1'000'000'000;

class HeaderReader {
  public:
    explicit HeaderReader(std::string_view text) : text_(text) {}

    // The next number, or -1 when there is none.
    std::int64_t number() {
        const std::size_t before = at_;
        while (at_ < text_.size() && (is_space(text_[at_]) || text_[at_] == '#')) {
            at_ = text_[at_] == '#' ? std::min(text_.find_first_of("\r\n", at_), text_.size()) : at_ + 1;
        }
        if (at_ == before) return -1;
        const std::size_t first = at_;
        std::int64_t value = 0;
        for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
            value = std::min(value * 10 + (text_[at_] - '0'), kLargestNumber);
        }
        return at_ > first ? value : -1;
    }
    // Passes the one white-space character that ends the header.
    bool end() { return at_ < text_.size() && is_space(text_[at_++]); }
    std::size_t position() const { return at_; }

  private:
    std::string_view text_;
    std::size_t at_ = 2;  // behind the magic
};

std::uint8_t to_byte(std::uint32_t sample, std::uint32_t maximum) {
    if (maximum == 255) return static_cast<std::uint8_t>(sample);
    if (maximum == 65535) return static_cast<std::uint8_t>(sample >> 8);
    return static_cast<std::uint8_t>((sample * 255 + maximum / 2) / maximum);
}

}  // namespace

Result<Image> decode_pnm(std::span<const std::byte> bytes, std::int64_t max_pixels) {
    const bool colour = as_text(bytes).starts_with("P6");
    HeaderReader header(as_text(bytes));
    const std::int64_t width = header.number();
    const std::int64_t height = header.number();
    const std::int64_t maximum = header.number();
    if (width < 0 || height < 0 || maximum < 0 || !header.end()) {
        return error(StatusCode::malformed, "damaged PNM header", {.offset = header.position()});
    }
    if (maximum < 1 || maximum > 65535) {
        return error(StatusCode::malformed, "PNM maximum out of range",
                     {.expected = "1 to 65535", .found = std::to_string(maximum)});
    }
    if (auto status = check_dimensions(width, height, max_pixels); !status.ok()) return status;

    const std::size_t channels = colour ? 3 : 1;
    const std::size_t sample_size = maximum > 255 ? 2 : 1;
    const std::size_t pixel_count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    const std::size_t needed = pixel_count * channels * sample_size;
    const auto samples = bytes.subspan(header.position());
    if (samples.size() < needed) {
        return error(StatusCode::malformed, "PNM: cut short in its pixels",
                     {.offset = header.position(),
                      .expected = count_of(needed, "byte"),
                      .found = std::to_string(samples.size())});
    }
    Image image;
    image.width = static_cast<int>(width);
    image.height = static_cast<int>(height);
    image.pixels.resize(pixel_count * 3);
    const auto limit = static_cast<std::uint32_t>(maximum);
    for (std::size_t i = 0; i < pixel_count; ++i) {
        for (std::size_t c = 0; c < 3; ++c) {
            const std::size_t at = (i * channels + (colour ? 2 - c : 0)) * sample_size;
            const std::uint32_t sample = sample_size == 2 ? load_be<std::uint16_t>(samples, at)
                                                          : std::to_integer<std::uint32_t>(samples[at]);
            if (sample > limit) {
                return error(StatusCode::malformed, "PNM sample above the maximum",
                             {.offset = header.position() + at,
                              .expected = "at most " + std::to_string(maximum),
                              .found = std::to_string(sample)});
            }
            image.pixels[i * 3 + c] = to_byte(sample, limit);
        }
    }
    return image;
}

}  // namespace featherface::loaders
