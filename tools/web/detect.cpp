// What the page calls: a model from bytes, the memory of a picture, the faces in it. One module, one
// detector, one picture at a time; what fails returns false or a negative count, and message() says why.
//
// A module has no exceptions: where memory runs out it traps, and whoever called it starts a new one.
#include <emscripten.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "featherface/detector.hpp"
#include "featherface/model.hpp"

namespace {

using featherface::Detector;
using featherface::Face;
using featherface::Status;

// The faces are handed out as they lie here: box, score, landmarks.
static_assert(sizeof(Face) == 15 * sizeof(float));

struct Page {
    Detector detector;
    std::vector<std::uint8_t> bytes;  // the model's, then the pictures'
    std::vector<Face> faces;
    std::string message;

    bool failed(const Status& status) {
        message = status.message();
        return !status.ok();
    }
};

Page& page() {
    static Page only;
    return only;
}

}  // namespace

extern "C" {

// Room for `size` bytes, until it is called again.
EMSCRIPTEN_KEEPALIVE std::uint8_t* room(std::size_t size) {
    page().bytes.resize(size);
    return page().bytes.data();
}

// Takes the model of `size` bytes that is in the room.
EMSCRIPTEN_KEEPALIVE bool load(std::size_t size) {
    auto model = featherface::Model::from_bytes(std::span(page().bytes).first(size), "the model of the page");
    if (page().failed(model.status())) return false;
    auto detector = Detector::create(std::move(model).value());
    if (page().failed(detector.status())) return false;
    page().detector = std::move(detector).value();
    return true;
}

// How many faces are in the RGBA picture that is in the room, rows tightly packed; options as DetectorOptions
// has them.
EMSCRIPTEN_KEEPALIVE int detect(int width, int height, int max_side, float score, bool turns) {
    if (page().failed(page().detector.set_options({.score_threshold = score,
                                                   .max_side = max_side,
                                                   .scales = featherface::kAutoScales,
                                                   .turns = turns}))) {
        return -1;
    }
    auto faces = page().detector.detect({.data = page().bytes.data(),
                                         .width = width,
                                         .height = height,
                                         .row_stride = std::ptrdiff_t{width} * 4,
                                         .format = featherface::PixelFormat::rgba8});
    if (page().failed(faces.status())) return -1;
    page().faces = std::move(faces).value();
    return static_cast<int>(page().faces.size());
}

// 15 floats per face: x1, y1, x2, y2; the score; x, y of five landmarks.
EMSCRIPTEN_KEEPALIVE const Face* faces() {
    return page().faces.data();
}

// A zero-terminated text in UTF-8.
EMSCRIPTEN_KEEPALIVE const char* message() {
    return page().message.c_str();
}
}
