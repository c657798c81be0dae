#include "tools/crosscheck/faces.hpp"

#include <algorithm>
#include <cmath>

namespace featherface::tools {

namespace {

constexpr float kScoreSlack = 1e-4f;  // scores closer than this are a tie
constexpr float kOverlapSlack = 1e-3f;
constexpr float kSameBox = 0.999f;
constexpr float kLandmarkSlack = 1e-3f;  // of the box's longer side

using FaceValues = std::span<const float, kFaceValues>;

class Rows {
  public:
    explicit Rows(std::span<const float> values) : values_(values) {}
    std::size_t count() const { return values_.size() / kFaceValues; }
    FaceValues operator[](std::size_t i) const {
        return values_.subspan(i * kFaceValues).first<kFaceValues>();
    }

  private:
    std::span<const float> values_;
};

float score(FaceValues face) {
    return face[4];
}

// `margin` is what the network's postprocessing adds to widths and heights.
float overlap(FaceValues a, FaceValues b, float margin) {
    const auto side = [&](float from, float to) { return std::max(to - from + margin, 0.0f); };
    const auto area = [&](FaceValues f) { return side(f[0], f[2]) * side(f[1], f[3]); };
    const float both =
        side(std::max(a[0], b[0]), std::min(a[2], b[2])) * side(std::max(a[1], b[1]), std::min(a[3], b[3]));
    const float either = area(a) + area(b) - both;
    return either > 0 ? both / either : 0;
}

bool is_same_face(FaceValues a, FaceValues b) {
    if (!(std::abs(score(a) - score(b)) <= kScoreSlack) || !(overlap(a, b, 0) > kSameBox)) return false;
    const float slack = kLandmarkSlack * std::max(b[2] - b[0], b[3] - b[1]);
    for (std::size_t i = 5; i < kFaceValues; ++i) {
        if (!(std::abs(a[i] - b[i]) <= slack)) return false;
    }
    return true;
}

// Whether a face may be in one list and not in the other for reasons of rounding alone.
bool is_near_tie(FaceValues face, const Rows& own, const Rows& other) {
    const engine::FilterOptions filter;
    if (score(face) - filter.score_threshold < kScoreSlack) return true;
    if (other.count() == static_cast<std::size_t>(filter.max_faces) &&
        score(face) - score(other[other.count() - 1]) < kScoreSlack)
        return true;
    const auto at_nms_threshold = [&](const Rows& faces) {
        for (std::size_t i = 0; i < faces.count() && score(faces[i]) >= score(face) - kScoreSlack; ++i) {
            if (std::abs(overlap(faces[i], face, 1) - filter.nms_threshold) < kOverlapSlack) return true;
        }
        return false;
    };
    return at_nms_threshold(own) || at_nms_threshold(other);
}

}  // namespace

std::vector<float> face_rows(const std::vector<Face>& faces) {
    std::vector<float> rows;
    rows.reserve(faces.size() * kFaceValues);
    for (const Face& face : faces) {
        rows.insert(rows.end(), face.box.begin(), face.box.end());
        rows.push_back(face.score);
        for (const auto& point : face.landmarks) rows.insert(rows.end(), point.begin(), point.end());
    }
    return rows;
}

TensorShape face_rows_shape(std::span<const float> rows) {
    return {static_cast<std::int64_t>(rows.size() / kFaceValues), std::int64_t{kFaceValues}};
}

std::vector<float> anchor_rows(int height, int width) {
    const engine::Anchors anchors(height, width);
    std::vector<float> rows;
    rows.reserve(4 * static_cast<std::size_t>(anchors.count()));
    for (int i = 0; i < anchors.count(); ++i) {
        const std::array<float, 4> anchor = anchors[i];
        rows.insert(rows.end(), anchor.begin(), anchor.end());
    }
    return rows;
}

FaceMatch match_faces(std::span<const float> a_values, std::span<const float> b_values) {
    const Rows a(a_values), b(b_values);
    FaceMatch match;
    match.a_faces = a.count(), match.b_faces = b.count();
    std::vector<bool> taken(a.count(), false);
    std::vector<float> of_a, of_b;
    for (std::size_t j = 0; j < b.count(); ++j) {
        std::size_t i = 0;
        while (i < a.count() && (taken[i] || !is_same_face(a[i], b[j]))) ++i;
        if (i == a.count()) {
            ++(is_near_tie(b[j], b, a) ? match.near_ties : match.unmatched);
            continue;
        }
        taken[i] = true;
        ++match.matched;
        of_a.insert(of_a.end(), a[i].begin(), a[i].end());
        of_b.insert(of_b.end(), b[j].begin(), b[j].end());
    }
    for (std::size_t i = 0; i < a.count(); ++i) {
        if (!taken[i]) ++(is_near_tie(a[i], a, b) ? match.near_ties : match.unmatched);
    }
    match.difference = compare_values(of_a, of_b, {.absolute = 1e-4, .relative = 1e-4, .larger = true});
    return match;
}

std::string FaceMatch::text() const {
    std::string text = std::to_string(matched) + " of " + std::to_string(b_faces) + " faces match";
    if (a_faces != b_faces) text += ", " + std::to_string(a_faces) + " found";
    if (near_ties > 0) text += ", " + std::to_string(near_ties) + " near-ties";
    return text;
}

}  // namespace featherface::tools
