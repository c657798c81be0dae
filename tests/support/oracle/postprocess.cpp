#include "support/oracle/postprocess.hpp"

#include <algorithm>
#include <cmath>

namespace featherface::test::oracle {
namespace {

constexpr double kCentreVariance = 0.1;
constexpr double kSizeVariance = 0.2;

Detection decode(const double* anchor, const double* loc, double score, const double* landms, int width,
                 int height) {
    const double scale[2] = {static_cast<double>(width), static_cast<double>(height)};
    Detection face{};
    face.score = score;
    for (int axis = 0; axis < 2; ++axis) {
        const double centre = anchor[axis] + loc[axis] * kCentreVariance * anchor[2 + axis];
        const double size = anchor[2 + axis] * std::exp(loc[2 + axis] * kSizeVariance);
        face.box[axis] = (centre - size / 2) * scale[axis];
        face.box[2 + axis] = (centre + size / 2) * scale[axis];
        for (int point = 0; point < 5; ++point) {
            const double offset = landms[2 * point + axis] * kCentreVariance * anchor[2 + axis];
            face.landmarks[2 * point + axis] = (anchor[axis] + offset) * scale[axis];
        }
    }
    return face;
}

double area(const std::array<double, 4>& box) {
    return (box[2] - box[0] + 1) * (box[3] - box[1] + 1);
}

// Intersection over union with the "+1 pixel" sides of the original implementation.
double overlap(const std::array<double, 4>& a, const std::array<double, 4>& b) {
    const double width = std::min(a[2], b[2]) - std::max(a[0], b[0]) + 1;
    const double height = std::min(a[3], b[3]) - std::max(a[1], b[1]) + 1;
    const double common = std::max(0.0, width) * std::max(0.0, height);
    return common / (area(a) + area(b) - common);
}

}  // namespace

Tensor anchors(int width, int height) {
    const int steps[3] = {8, 16, 32};
    const double sizes[3][2] = {{16, 32}, {64, 128}, {256, 512}};
    Tensor output = zeros({0, 4});
    for (int level = 0; level < 3; ++level) {
        const int step = steps[level];
        for (int row = 0; row < (height + step - 1) / step; ++row) {
            for (int column = 0; column < (width + step - 1) / step; ++column) {
                for (const double size : sizes[level]) {
                    output.values.insert(output.values.end(),
                                         {(column + 0.5) * step / width, (row + 0.5) * step / height,
                                          size / width, size / height});
                    ++output.shape[0];
                }
            }
        }
    }
    return output;
}

std::vector<Detection> detect(const Predictions& predictions, int width, int height,
                              const DetectOptions& options) {
    const Tensor priors = anchors(width, height);
    std::vector<Detection> candidates;
    for (std::size_t a = 0; a < static_cast<std::size_t>(priors.shape[0]); ++a) {
        const double score = predictions.conf.values[2 * a + 1];
        if (!(score > options.score_threshold)) continue;
        candidates.push_back(decode(&priors.values[4 * a], &predictions.loc.values[4 * a], score,
                                    &predictions.landms.values[10 * a], width, height));
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Detection& a, const Detection& b) { return a.score > b.score; });
    if (candidates.size() > options.top_k) candidates.resize(options.top_k);

    std::vector<Detection> faces;
    for (const Detection& candidate : candidates) {
        const bool suppressed = std::any_of(faces.begin(), faces.end(), [&](const Detection& face) {
            return overlap(face.box, candidate.box) > options.nms_threshold;
        });
        if (!suppressed) faces.push_back(candidate);
    }
    if (faces.size() > options.keep) faces.resize(options.keep);
    return faces;
}

}  // namespace featherface::test::oracle
