// --report: a page of small pictures with the faces on them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "featherface/image.hpp"
#include "featherface/model.hpp"
#include "featherface/status.hpp"
#include "tools/detect/face_formats.hpp"
#include "tools/files/output_file.hpp"

namespace featherface::tools {

// A small copy of a picture, as a JPEG file. Errors: as encode_jpeg().
Result<std::string> thumbnail_of(const ImageView& image);

// The page is written picture by picture, so that it takes no memory, and appears when it is whole. It can be
// sorted by the number of faces, by the best score and by the largest face, and narrowed down; what it links
// to are the pictures themselves, where they lie.
class FaceReport {
  public:
    // Errors: output_error.
    static Result<FaceReport> create(const std::filesystem::path& path, const Model& model);

    // The next picture, with its thumbnail, if it has one. Errors: output_error.
    Status add(const PictureFaces& picture, std::string_view thumbnail);
    // Errors: output_error.
    Status finish();

  private:
    FaceReport(OutputFile file, std::filesystem::path folder);

    OutputFile file_;
    std::filesystem::path folder_;  // in which the page lies
    std::size_t place_ = 0;         // of the next picture
    std::string card_;
};

}  // namespace featherface::tools
