// The one translation unit that holds stb_image's implementation. Only JPEG is compiled in: the one format
// whose decoder is not written here. Files come in as bytes, so stdio stays out.
#include "loaders/images/stb_memory.hpp"

#define STBI_MALLOC(size) featherface::loaders::stb_allocate(size)
#define STBI_REALLOC(block, size) featherface::loaders::stb_reallocate(block, size)
#define STBI_FREE(block) featherface::loaders::stb_release(block)
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_ONLY_JPEG
#define STBI_FAILURE_USERMSG
#define STB_IMAGE_IMPLEMENTATION
#include <stb_image.h>
