// One list of faces from what was seen at several sizes and turns of a picture.
#pragma once

#include <vector>

#include "featherface/face.hpp"

namespace featherface::engine {

// What was found at one size and turn, without overlaps of its own, in pixels of the picture.
struct Sighting {
    float scale = 1;  // of what was looked at: its width over the picture's
    std::vector<Face> faces;
};

// Each face once, best first. Of faces that overlap by more than `nms_threshold` (as in find_faces) the
// better stays. A single sighting is returned as it is.
//
// Overlap alone is not enough: of a face that is larger than the anchors a network finds parts, a mouth with
// a nose or a cheek, which overlap the whole face by little. So of several sizes each is believed where it
// sees faces as the networks learnt them, and a part is known by this: it lies inside a larger face, and
// where that one was found, nothing was found in the part's place though it was large enough there.
std::vector<Face> merge(std::vector<Sighting> sightings, float nms_threshold);

}  // namespace featherface::engine
