#include "tools/eval/matching.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace featherface::tools {

namespace {

float area(const Box& box) {
    return std::max(0.0f, box[2] - box[0]) * std::max(0.0f, box[3] - box[1]);
}

std::optional<float> landmark_error(const Face& face, const Reference& reference) {
    if (!reference.landmarks) return std::nullopt;
    const Landmarks& wanted = *reference.landmarks;
    float sum = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        sum += std::hypot(face.landmarks[i][0] - wanted[i][0], face.landmarks[i][1] - wanted[i][1]);
    return sum / static_cast<float>(wanted.size()) / (reference.box[2] - reference.box[0]);
}

}  // namespace

float overlap(const Box& a, const Box& b) {
    const Box shared = {std::max(a[0], b[0]), std::max(a[1], b[1]), std::min(a[2], b[2]),
                        std::min(a[3], b[3])};
    const float covered = area(a) + area(b) - area(shared);
    return covered > 0 ? area(shared) / covered : 0;
}

float size_of(const Box& box) {
    return std::sqrt(area(box));
}

std::vector<Outcome> match(std::span<const Face> faces, std::span<const Reference> references, float iou) {
    std::vector<const Face*> best_first;
    for (const Face& face : faces) best_first.push_back(&face);
    std::stable_sort(best_first.begin(), best_first.end(),
                     [](const Face* a, const Face* b) { return a->score > b->score; });

    std::vector<bool> taken(references.size());
    std::vector<Outcome> outcomes;
    for (const Face* face : best_first) {
        std::size_t best = references.size();
        float most = 0;
        for (std::size_t i = 0; i < references.size(); ++i) {
            const float shared = overlap(face->box, references[i].box);
            if (shared > most) most = shared, best = i;
        }
        const bool on_reference = best < references.size() && most >= iou;
        if (on_reference && references[best].ignored) continue;
        Outcome outcome{.score = face->score, .size = size_of(face->box)};
        if (on_reference && !taken[best]) {
            taken[best] = true;
            outcome.hit = true;
            outcome.size = size_of(references[best].box);
            outcome.landmark_error = landmark_error(*face, references[best]);
        }
        outcomes.push_back(outcome);
    }
    return outcomes;
}

}  // namespace featherface::tools
