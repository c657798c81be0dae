// The files that `detect` makes of a picture's faces: a drawing, and the faces cut out.
#pragma once

#include <filesystem>
#include <optional>
#include <span>

#include "featherface/face.hpp"
#include "featherface/image.hpp"
#include "featherface/status.hpp"

namespace featherface::tools {

// Draws the faces, best first, onto the picture, and writes that. Errors: output_error, out_of_memory.
Status write_drawing(const std::filesystem::path& path, Image image, std::span<const Face> faces);

// Writes each face to a file of its own, STEM-1.png the first: aligned (align_face()), or with a margin as
// the picture has it (crop_face()). One that lies outside the picture has none. Errors: output_error,
// out_of_memory.
Status write_crops(const std::filesystem::path& stem, const ImageView& image, std::span<const Face> faces,
                   std::optional<float> margin);

}  // namespace featherface::tools
