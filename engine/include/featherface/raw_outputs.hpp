// What a detector's network gives before any decoding.
#pragma once

#include <span>

#include "featherface/cxx20.hpp"

namespace featherface {

// What the network itself gives, one row per anchor: valid until the Detector's next call. For a picture of
// W x H pixels the anchors are those of levels with steps of 8, 16 and 32 pixels, one level after the other:
// of a level ceil(H / step) x ceil(W / step) cells row by row, of a cell two squares with sides of 16 and 32,
// 64 and 128, 256 and 512 pixels. With an anchor's centre (cx, cy) and side s, in pixels, the row stands for
// (SSD, Liu et al. 2016, with variances of 0.1 and 0.2):
//     centre of the box   (cx + 0.1 * s * dx, cy + 0.1 * s * dy)
//     size of the box     (s * exp(0.2 * dw), s * exp(0.2 * dh))
//     a landmark          (cx + 0.1 * s * dx, cy + 0.1 * s * dy)
// where the anchor's centre in column i and row j (from 0) is ((i + 0.5) * step, (j + 0.5) * step).
struct RawOutputs {
    int anchors = 0;
    std::span<const float> loc;     // anchors x 4: dx, dy, dw, dh
    std::span<const float> conf;    // anchors x 2: background, face (softmax: they add up to 1)
    std::span<const float> landms;  // anchors x 10: dx, dy of each landmark, in Face's order
};

}  // namespace featherface
