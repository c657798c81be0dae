// The one translation unit that holds stb_image_write's implementation. Pictures go to a callback, never to
// stdio, and memory comes from stb_write_memory.
#include "tools/pictures/stb_write_memory.hpp"

#define STBIW_MALLOC(size) featherface::tools::stb_write_allocate(size)
#define STBIW_REALLOC_SIZED(block, old_size, size) \
    featherface::tools::stb_write_reallocate(block, old_size, size)
#define STBIW_FREE(block) featherface::tools::stb_write_release(block)
#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>
