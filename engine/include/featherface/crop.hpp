// Faces cut out of pictures: set upright at one size, as networks that recognise people take them, or plain
// rectangles. A face is where a Detector finds it: of a smaller copy (ImageView::full_width), in pixels of
// the whole.
#pragma once

#include <array>

#include "featherface/face.hpp"
#include "featherface/image.hpp"
#include "featherface/status.hpp"

namespace featherface {

// The common template of ArcFace (Deng et al. 2019; InsightFace's `arcface_dst`): where, in a picture of 112
// x 112 pixels, the five landmarks are to lie, in Face's order.
constexpr int kAlignedSide = 112;
constexpr std::array<std::array<float, 2>, 5> kAlignedLandmarks = {{{38.2946f, 51.6963f},
                                                                    {73.5318f, 51.5014f},
                                                                    {56.0252f, 71.7366f},
                                                                    {41.5493f, 92.3655f},
                                                                    {70.7299f, 92.2041f}}};

// The face as bgr8 of 112 x 112 pixels, turned, scaled and moved so that the sum of the squared distances of
// its landmarks from that template is the least. Between pixels it interpolates bilinearly; a face that is n
// times as large as there or larger is averaged over n x n points for each pixel (n up to 32), so that none
// of its pixels is passed over. What lies outside the picture is black. Errors: invalid_argument (the view;
// landmarks that are not finite, lie in one point or outside the picture); out_of_memory.
Result<Image> align_face(const ImageView& image, const Face& face);

// The pixels of the face's box as bgr8, at their own size, with `margin` (0 to 10) times its width to its
// left and right and `margin` times its height above and below, as far as the picture goes. Errors:
// invalid_argument (the view; `margin`; a box that is not finite, is inside out or lies outside the picture);
// out_of_memory.
Result<Image> crop_face(const ImageView& image, const Face& face, float margin = 0);

}  // namespace featherface
