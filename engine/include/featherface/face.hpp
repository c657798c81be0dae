// A detected face, in pixels of the picture the detector was given.
#pragma once

#include <array>

namespace featherface {

struct Face {
    std::array<float, 4> box;  // x1, y1, x2, y2; not clipped to the picture
    float score;               // 0 to 1: the network's softmax of "face" against "background"
    // (x, y) of the left eye, right eye, nose, left and right corner of the mouth, as seen in the picture.
    std::array<std::array<float, 2>, 5> landmarks;
};

}  // namespace featherface
