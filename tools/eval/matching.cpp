#include "tools/eval/matching.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace featherface::tools {

namespace {

float area(const Box& box) {
    return std::max(0.0f, box[2] - box[0]) * std::max(0.0f, box[3] - box[1]);
}

float distance(const Landmark& a, const Landmark& b) {
    return std::hypot(a[0] - b[0], a[1] - b[1]);
}

Landmark middle(const Landmark& a, const Landmark& b) {
    return {(a[0] + b[0]) / 2, (a[1] + b[1]) / 2};
}

std::optional<float> landmark_error(const Face& face, const Reference& reference) {
    if (!reference.landmarks) return std::nullopt;
    const Landmarks &found = face.landmarks, &wanted = *reference.landmarks;
    constexpr std::size_t kMouth = 3;  // the first of its corners
    float sum = 0, count = kMouth;
    for (std::size_t i = 0; i < kMouth; ++i) sum += distance(found[i], wanted[i]);
    if (wanted[kMouth] == wanted[kMouth + 1]) {
        sum += distance(middle(found[kMouth], found[kMouth + 1]), wanted[kMouth]);
        count += 1;
    } else {
        for (std::size_t i = kMouth; i < wanted.size(); ++i) sum += distance(found[i], wanted[i]);
        count += 2;
    }
    return sum / count / (reference.box[2] - reference.box[0]);
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
