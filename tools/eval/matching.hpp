// Found faces against the faces that should be found, for one picture.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "featherface/face.hpp"

namespace featherface::tools {

using Box = std::array<float, 4>;  // x1, y1, x2, y2
using Landmark = std::array<float, 2>;
using Landmarks = std::array<Landmark, 5>;  // as a Face has them

// A face that should be found.
struct Reference {
    Box box{};
    bool ignored = false;  // neither has to be found nor counts as a mistake when it is
    // Not all labels have any. Corners of the mouth in one point stand for the middle of a mouth.
    std::optional<Landmarks> landmarks{};
};

// What became of one found face.
struct Outcome {
    float score = 0;
    bool hit = false;
    float size = 0;  // of the reference for a hit, else its own: the root of the box's area, in pixels
    // Of a hit whose reference has landmarks: the mean distance from them (four, where its mouth is one
    // point) as a fraction of its width.
    std::optional<float> landmark_error{};
};

// Area shared over area covered, the boxes being continuous: a box from 0 to 2 is 2 wide. 0 for empty boxes.
float overlap(const Box& a, const Box& b);

// The root of the box's area; 0 for an empty one.
float size_of(const Box& box);

// By falling score (equal scores in the given order), each face goes to the reference it overlaps most: a hit
// if that is at least `iou` and nobody's yet, left out if the reference is ignored, else a false alarm. A
// second face on the same reference is a false alarm, too. The outcomes are in order of score.
std::vector<Outcome> match(std::span<const Face> faces, std::span<const Reference> references, float iou);

}  // namespace featherface::tools
