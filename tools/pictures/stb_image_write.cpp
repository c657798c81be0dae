// The one translation unit that holds stb_image_write's implementation. Pictures go to a callback, never to
// stdio.
#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>
