// Landmarks of labelled faces, as JSON beside the labels:
//
//     {"0_Parade_1.jpg": [{"points": {"left_eye": [103, 76.5], "right_eye": [130, 77], "nose": [117, 90],
//                                     "mouth_left": [106, 104], "mouth_right": [127, 105]}}, null]}
//
// By picture a list with an item for each face, in the order of the labels; null is a face without landmarks,
// and pictures may be left out. Left and right are as seen in the picture. A "mouth" instead of its corners
// is the middle of them.
#pragma once

#include <string>
#include <vector>

#include "tools/eval/labels.hpp"

namespace featherface::tools {

// Gives the references of the pictures their landmarks. Errors: io_error; limit_exceeded (over 256 MiB);
// malformed, with the picture and the face: also for a picture that `pictures` has not, or another number of
// faces.
Status add_landmarks(const std::string& file, std::vector<LabelledPicture>& pictures);

}  // namespace featherface::tools
