// How `detect` writes faces: for people, JSON, JSON lines, CSV, and the files WIDER FACE's evaluation reads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/face.hpp"
#include "featherface/model.hpp"

namespace featherface::tools {

// What came of one picture.
struct PictureFaces {
    std::string file;
    std::optional<std::int64_t> frame{};  // its number, of a stream's
    std::string error;  // not empty: the picture failed, and only `file` and `frame` count besides
    int width = 0, height = 0;
    float scale = 1;                     // below 1 when the picture was shrunk for the network
    std::vector<float> scales = {1.0f};  // at which it was looked at
    bool turns = false;                  // and whether it was turned, too
    std::vector<Face> faces;
    std::vector<std::int64_t> ids{};  // of the faces, where they are followed from frame to frame
    double decode_ms = 0, network_ms = 0, post_ms = 0;
};

// Each call returns the next piece of the output, valid until the next call. This one writes nothing.
class FaceFormat {
  public:
    virtual ~FaceFormat() = default;
    virtual std::string_view begin(const Model&) { return ""; }
    virtual std::string_view picture(const PictureFaces&) { return ""; }
    virtual std::string_view end() { return ""; }
};

std::unique_ptr<FaceFormat> text_format();
std::unique_ptr<FaceFormat> json_format();
// Once a line has been written, one that is no longer is written without allocating.
std::unique_ptr<FaceFormat> jsonl_format();
// With columns for the numbers of frames, and for ids?
std::unique_ptr<FaceFormat> csv_format(bool frames = false, bool ids = false);

// The file of one picture: its name without folder and extension, the number of faces, then "x y w h score"
// per face with the box cut to whole pixels, as FeatherFace's own evaluation script writes it.
std::string widerface_text(const PictureFaces& picture);

}  // namespace featherface::tools
