// What is required of pictures whatever the bytes are: check_picture() of target.hpp.
#include <cstdint>
#include <cstdio>

#include "featherface/image_file.hpp"
#include "fuzz/target.hpp"
#include "loaders/images/picture_allowance.hpp"

namespace featherface::fuzz {

namespace {

// Every pixel takes part, so that a memory checker sees one that was never written.
void check_pixels(const Image& image) {
    require(image.pixels.size() ==
            static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) * 3);
    std::uint32_t sum = 1;
    for (const std::uint8_t sample : image.pixels) sum = sum * 31 + sample;
    if (sum == 0) std::fputs("the pixels add up to nothing\n", stderr);
}

}  // namespace

void check_picture(Bytes bytes) {
    constexpr std::int64_t kMostPixels = 1 << 18;
    const std::span file(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    const auto whole = decode_image(file, "fuzz", {.max_pixels = kMostPixels});
    if (whole.ok()) {
        check_pixels(whole.value());
        // What the header promises is what comes.
        require(loaders::promised_pixels(bytes, kMostPixels) == std::int64_t{whole->width} * whole->height);
        require(loaders::allowed_picture({bytes, {}, 0}, kMostPixels).ok());
    } else {
        require(whole.status().message().size() > 6);
    }
    // The smaller ones agree about what is wrong with a file, and about its size.
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
}

}  // namespace featherface::fuzz
