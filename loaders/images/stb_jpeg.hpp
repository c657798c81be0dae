// stb_image's JPEG decoder, as far as the loaders see it. Its own functions stay inside the one file that
// compiles it: a program with an stb_image of its own keeps that, and this library keeps this one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace featherface::loaders {

struct StbPicture {
    struct Release {
        void operator()(std::uint8_t* pixels) const;
    };
    std::unique_ptr<std::uint8_t, Release> rgb;  // width * height * 3 bytes, or null
    int width = 0, height = 0;
    const char* failure = nullptr;  // why there are no pixels
};

// It has to be called within a StbMemoryBudget. `jpeg` has at most 2^31 - 1 bytes.
StbPicture decode_with_stb(std::span<const std::byte> jpeg);

}  // namespace featherface::loaders
