// Two lists of faces compared: rows of `dets`, which postprocessing may order and cut differently where two
// scores or overlaps are as good as equal.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "engine/detect/postprocess.hpp"
#include "tools/crosscheck/values.hpp"

namespace featherface::tools {

constexpr std::size_t kFaceValues = 15;  // x1 y1 x2 y2 score, five landmark pairs

std::vector<float> face_rows(const std::vector<Face>& faces);
TensorShape face_rows_shape(std::span<const float> rows);  // (K, 15)

// The anchors of a picture, A,4: cx, cy, w, h as fractions of it.
std::vector<float> anchor_rows(int height, int width);

struct FaceMatch {
    std::size_t a_faces = 0, b_faces = 0;
    std::size_t matched =
        0;  // pairs with IoU above 0.999, scores within 1e-4, landmarks within 0.1% of the box
    std::size_t near_ties = 0;  // faces without a partner for which a threshold was as good as met
    std::size_t unmatched = 0;  // other faces without a partner, of either list
    Difference difference;      // of the matched pairs

    bool agrees() const { return unmatched == 0; }
    std::string text() const;  // "77 of 77 faces match"
};

// Both are rows of kFaceValues by falling score.
FaceMatch match_faces(std::span<const float> a, std::span<const float> b);

}  // namespace featherface::tools
