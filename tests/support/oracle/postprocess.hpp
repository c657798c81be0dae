// From a network's outputs to faces, in double: anchors, decoding, stable sort, greedy suppression.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "support/oracle/oracle.hpp"

namespace featherface::test::oracle {

struct DetectOptions {
    double score_threshold = 0.02;  // kept when strictly above
    double nms_threshold = 0.4;     // suppressed when the overlap is strictly above
    std::size_t top_k = 5000;       // best scores that enter suppression
    std::size_t keep = 750;         // faces returned at most
};

// One row of a reference dump's `dets`, in pixels of a width x height picture.
struct Detection {
    std::array<double, 4> box;  // x1, y1, x2, y2
    double score;
    std::array<double, 10> landmarks;  // five (x, y)
};

// A,4: cx, cy, w, h as fractions of the picture; levels of stride 8, 16, 32, two sizes per cell.
Tensor anchors(int width, int height);

std::vector<Detection> detect(const Predictions& predictions, int width, int height,
                              const DetectOptions& options = {});

}  // namespace featherface::test::oracle
