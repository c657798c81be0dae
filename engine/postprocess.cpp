// The decoding of SSD (Liu et al. 2016) with RetinaFace's landmarks and constants, and greedy NMS with the
// "+1 pixel" areas of the original Fast R-CNN code. Arithmetic is float32 in PyTorch's order, so results
// match it.
#include "engine/postprocess.hpp"

#include <algorithm>
#include <cmath>

namespace featherface::engine {

namespace {

constexpr int kSteps[3] = {8, 16, 32};
constexpr int kSizes[3][2] = {{16, 32}, {64, 128}, {256, 512}};
constexpr float kCentreVariance = 0.1f, kSizeVariance = 0.2f;

int ceil_div(int n, int d) {
    return (n + d - 1) / d;
}

Face decode(const std::array<float, 4>& anchor, const float* loc, const float* landms, float score,
            float width, float height) {
    const auto [cx, cy, w, h] = anchor;
    Face face{};
    face.score = score;
    const float box_w = w * std::exp(loc[2] * kSizeVariance), box_h = h * std::exp(loc[3] * kSizeVariance);
    const float x1 = cx + loc[0] * kCentreVariance * w - box_w / 2;
    const float y1 = cy + loc[1] * kCentreVariance * h - box_h / 2;
    face.box = {x1 * width, y1 * height, (x1 + box_w) * width, (y1 + box_h) * height};
    for (std::size_t k = 0; k < 5; ++k) {
        face.landmarks[k] = {(cx + landms[2 * k] * kCentreVariance * w) * width,
                             (cy + landms[2 * k + 1] * kCentreVariance * h) * height};
    }
    return face;
}

bool is_finite(const Face& face) {
    const auto finite = [](float v) { return std::isfinite(v); };
    return std::all_of(face.box.begin(), face.box.end(), finite) &&
           std::all_of(face.landmarks.begin(), face.landmarks.end(),
                       [&](const auto& point) { return finite(point[0]) && finite(point[1]); });
}

float area(const Face& face) {
    return (face.box[2] - face.box[0] + 1) * (face.box[3] - face.box[1] + 1);
}

float overlap(const Face& a, const Face& b) {
    const float w = std::min(a.box[2], b.box[2]) - std::max(a.box[0], b.box[0]) + 1;
    const float h = std::min(a.box[3], b.box[3]) - std::max(a.box[1], b.box[1]) + 1;
    const float both = std::max(w, 0.0f) * std::max(h, 0.0f);
    return both / (area(a) + area(b) - both);
}

}  // namespace

Anchors::Anchors(int height, int width) : height_(height), width_(width), first_{} {
    for (int level = 0; level < 3; ++level) {
        first_[level + 1] =
            first_[level] + 2 * ceil_div(height, kSteps[level]) * ceil_div(width, kSteps[level]);
    }
}

std::array<float, 4> Anchors::operator[](int index) const {
    const int level = index < first_[1] ? 0 : index < first_[2] ? 1 : 2;
    const int cell = (index - first_[level]) / 2, size = kSizes[level][(index - first_[level]) % 2];
    const int columns = ceil_div(width_, kSteps[level]);
    // In double and rounded once, as the Python reference computes them.
    return {static_cast<float>((cell % columns + 0.5) * kSteps[level] / width_),
            static_cast<float>((cell / columns + 0.5) * kSteps[level] / height_),
            static_cast<float>(double(size) / width_), static_cast<float>(double(size) / height_)};
}

std::vector<Face> find_faces(const RawOutputs& raw, int height, int width, const FilterOptions& options) {
    struct Candidate {
        float score;
        int anchor;
    };
    std::vector<Candidate> candidates;
    for (int i = 0; i < raw.anchors; ++i) {
        const float score = raw.conf[2 * static_cast<std::size_t>(i) + 1];
        if (score > options.score_threshold) candidates.push_back({score, i});
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
    if (candidates.size() > static_cast<std::size_t>(options.top_k)) {
        candidates.resize(static_cast<std::size_t>(options.top_k));
    }

    const Anchors anchors(height, width);
    std::vector<Face> kept;
    for (const Candidate& candidate : candidates) {
        if (kept.size() >= static_cast<std::size_t>(options.keep)) break;
        const std::size_t i = static_cast<std::size_t>(candidate.anchor);
        const Face face = decode(anchors[candidate.anchor], &raw.loc[4 * i], &raw.landms[10 * i],
                                 candidate.score, static_cast<float>(width), static_cast<float>(height));
        if (!is_finite(face)) continue;
        const bool suppressed = std::any_of(kept.begin(), kept.end(), [&](const Face& better) {
            return overlap(better, face) > options.nms_threshold;
        });
        if (!suppressed) kept.push_back(face);
    }
    return kept;
}

}  // namespace featherface::engine
