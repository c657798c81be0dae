// The one translation unit that holds stb_image's implementation, which nothing outside sees. Only JPEG is
// compiled in: the one format whose decoder is not written here. Files come in as bytes, so stdio stays out.
#include "loaders/images/stb_jpeg.hpp"
#include "loaders/images/stb_memory.hpp"

#define STBI_MALLOC(size) featherface::loaders::stb_allocate(size)
#define STBI_REALLOC(block, size) featherface::loaders::stb_reallocate(block, size)
#define STBI_FREE(block) featherface::loaders::stb_release(block)
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_ONLY_JPEG
#define STBI_FAILURE_USERMSG
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#include <stb_image.h>

namespace featherface::loaders {

void StbPicture::Release::operator()(std::uint8_t* pixels) const {
    stbi_image_free(pixels);
}

StbPicture decode_with_stb(std::span<const std::byte> jpeg) {
    StbPicture picture;
    int channels = 0;
    picture.rgb.reset(stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(jpeg.data()),
                                            static_cast<int>(jpeg.size()), &picture.width, &picture.height,
                                            &channels, STBI_rgb));
    if (picture.rgb == nullptr) picture.failure = stbi_failure_reason();
    return picture;
}

}  // namespace featherface::loaders
