// Drawing detected faces onto a picture.
#pragma once

#include <span>

#include "featherface/face.hpp"
#include "featherface/image.hpp"

namespace featherface::tools {

// Draws each face's box, its five landmarks as dots (eyes yellow, nose red, corners of the mouth blue) and
// its score, later faces over earlier ones. Lines and digits grow with the picture. `image` is bgr8. What
// lies outside the picture is not drawn, nor is a box, landmark or score that is not a number, or a box that
// is inside out.
void draw_faces(Image& image, std::span<const Face> faces);

}  // namespace featherface::tools
