// From raw outputs to faces: anchors, decoding, non-maximum suppression.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/detect/kept_boxes.hpp"
#include "featherface/face.hpp"
#include "featherface/raw_outputs.hpp"

namespace featherface::engine {

// Anchors of an image: at steps 8, 16 and 32 a grid of ceil(height / step) x ceil(width / step) cells,
// row-major, two square anchors per cell of (16, 32), (64, 128) and (256, 512) pixels. They are computed from
// the index, never stored.
class Anchors {
  public:
    Anchors(int height, int width);
    int count() const { return first_[3]; }
    // cx, cy, w, h as fractions of the image's width and height.
    std::array<float, 4> operator[](int index) const;

  private:
    int height_, width_;
    int first_[4];  // index of each level's first anchor, and the total
};

struct FilterOptions {
    float score_threshold = 0.02f;  // strictly above
    float nms_threshold = 0.4f;
    int top_k = 5000;
    int max_faces = 750;
};

// Its memory is used again from call to call.
class FaceFinder {
  public:
    // Sets `faces` to the faces by falling score (equal scores in anchor order), in pixels of a width x
    // height picture. A candidate whose box or landmarks are not finite is dropped.
    void find(const RawOutputs& raw, int height, int width, const FilterOptions& options,
              std::vector<Face>& faces);

  private:
    void rank_anchors(const RawOutputs& raw, const FilterOptions& options);

    std::vector<std::uint64_t> keys_, sorted_;
    KeptBoxes kept_;
};

// The same once.
std::vector<Face> find_faces(const RawOutputs& raw, int height, int width, const FilterOptions& options);

}  // namespace featherface::engine
