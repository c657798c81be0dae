// libFuzzer harness of the picture readers. A JPEG is decoded in every size; they agree about what is wrong
// with a file, and the smaller ones about its size.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "featherface/image_file.hpp"

namespace {

using namespace featherface;

void require(bool claim) {
    if (!claim) std::abort();
}

// Every pixel takes part, so that a memory checker sees one that was never written.
void check_pixels(const Image& image) {
    require(image.pixels.size() ==
            static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) * 3);
    std::uint32_t sum = 1;
    for (const std::uint8_t sample : image.pixels) sum = sum * 31 + sample;
    if (sum == 0) static_cast<void>(std::getenv("HOME"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::int64_t kMostPixels = 1 << 20;
    const std::span<const std::uint8_t> file(data, size);
    const auto whole = decode_image(file, "fuzz", {.max_pixels = kMostPixels});
    if (whole.ok()) {
        check_pixels(whole.value());
    } else {
        require(whole.status().message().size() > 6);
    }
    for (int halvings = 1; halvings <= 3; ++halvings) {
        const auto part =
            decode_image(file, "fuzz", {.max_pixels = kMostPixels, .needed_halvings = halvings});
        require(part.status().message() == whole.status().message());
        if (!part.ok()) continue;
        check_pixels(part.value());
        if (part->full_width == 0) continue;
        require(part->full_width == whole->width && part->full_height == whole->height);
        require(part->width <= whole->width && part->width >= (whole->width + 7) / 8);
        require(part->height <= whole->height && part->height >= (whole->height + 7) / 8);
    }
    return 0;
}
