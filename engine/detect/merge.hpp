// One list of faces from what was seen at several sizes and turns of a picture.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "featherface/face.hpp"

namespace featherface::engine {

// What was found at one size and turn, without overlaps of its own, in pixels of the picture.
struct Sighting {
    float scale = 1;  // of what was looked at: its width over the picture's
    std::vector<Face> faces;
};

// Overlap alone is not enough: of a face that is larger than the anchors a network finds parts, a mouth with
// a nose or a cheek, which overlap the whole face by little. So each size is believed where it sees faces as
// the networks learnt them, and what it finds must be there in the next smaller size too, where it would be
// large enough to be seen: a face is one at both sizes, a part of one is not.
//
// Its memory is used again from call to call.
class Merger {
  public:
    // Sets `faces` to each face once, best first. Of faces that overlap by more than `nms_threshold` (as in
    // find_faces) the better stays. A single sighting stays as it is.
    void merge(std::span<const Sighting> sightings, float nms_threshold, std::vector<Face>& faces);

  private:
    std::vector<float> scales_;  // the smallest first
    std::vector<Face> believed_;
    std::vector<std::size_t> order_;  // of them, the best first
};

}  // namespace featherface::engine
