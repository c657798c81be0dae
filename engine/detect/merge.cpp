#include "engine/detect/merge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/detect/box.hpp"

namespace featherface::engine {

namespace {

// Sides of faces in pixels of the size that was looked at; docs/large-photos.md has what they come from.
constexpr float kLargestBelieved = 256;  // larger ones are left to the next smaller size
constexpr float kSmallestFound = 24;     // unless they would be smaller than this there
constexpr float kSmallestBelieved = 48;  // smaller ones are left to the next larger size
constexpr float kSurelySeen = 48;        // where one this large was not found, there is none

constexpr float kInside = 0.6f;       // share of a part that lies in its face, at least
constexpr float kLargestPart = 0.5f;  // share of its face's area, at most
constexpr float kSamePlace = 0.5f;    // intersection over union of two boxes of one face, at least

float shared_area(const Box& a, const Box& b) {
    const float w = std::min(a[2], b[2]) - std::max(a[0], b[0]) + 1;
    const float h = std::min(a[3], b[3]) - std::max(a[1], b[1]) + 1;
    return std::max(w, 0.0f) * std::max(h, 0.0f);
}
float overlap(const Box& a, const Box& b) {
    const float both = shared_area(a, b);
    return both / (area(a) + area(b) - both);
}

float side(const Box& box) {
    return std::sqrt(std::max(area(box), 0.0f));
}

struct Candidate {
    Face face;
    float scale;
};

class Merging {
  public:
    Merging(std::vector<Sighting> sightings, float nms_threshold)
        : sightings_(std::move(sightings)), nms_threshold_(nms_threshold) {
        for (const Sighting& sighting : sightings_) {
            if (std::find(scales_.begin(), scales_.end(), sighting.scale) == scales_.end())
                scales_.push_back(sighting.scale);
        }
        std::sort(scales_.begin(), scales_.end());
    }

    std::vector<Face> faces() {
        believe();
        suppress();
        std::vector<Face> found;
        for (const Candidate& candidate : believed_) {
            if (!is_part(candidate)) found.push_back(candidate.face);
        }
        return found;
    }

  private:
    // The faces of each size that are neither left to the next larger nor to the next smaller one.
    void believe() {
        for (const Sighting& sighting : sightings_) {
            const auto place = std::find(scales_.begin(), scales_.end(), sighting.scale);
            const float most = place == scales_.begin() ? std::numeric_limits<float>::infinity()
                                                        : largest_believed(*(place - 1), sighting.scale);
            // Half of what the next larger size goes up to: what is seen a little larger or smaller than it
            // is gets believed all the same.
            const float least =
                place + 1 == scales_.end()
                    ? 0
                    : std::min(kSmallestBelieved, largest_believed(sighting.scale, *(place + 1)) / 2 *
                                                      sighting.scale / *(place + 1));
            for (const Face& face : sighting.faces) {
                const float seen_side = side(face.box) * sighting.scale;
                if (seen_side >= least && seen_side <= most) believed_.push_back({face, sighting.scale});
            }
        }
    }

    // At one scale, where the next smaller one is `smaller`.
    static float largest_believed(float smaller, float scale) {
        return std::max(kLargestBelieved, kSmallestFound * scale / smaller);
    }

    void suppress() {
        std::stable_sort(believed_.begin(), believed_.end(),
                         [](const Candidate& a, const Candidate& b) { return a.face.score > b.face.score; });
        std::vector<Candidate> kept;
        for (const Candidate& candidate : believed_) {
            const bool is_new = std::none_of(kept.begin(), kept.end(), [&](const Candidate& better) {
                return overlap(candidate.face.box, better.face.box) > nms_threshold_;
            });
            if (is_new) kept.push_back(candidate);
        }
        believed_ = std::move(kept);
    }

    bool is_part(const Candidate& part) const {
        return std::any_of(believed_.begin(), believed_.end(),
                           [&](const Candidate& whole) { return is_part_of(part, whole); });
    }

    bool is_part_of(const Candidate& part, const Candidate& whole) const {
        const Box& box = part.face.box;
        if (whole.scale >= part.scale || area(box) > kLargestPart * area(whole.face.box) ||
            shared_area(box, whole.face.box) < kInside * area(box)) {
            return false;
        }
        return side(box) * whole.scale >= kSurelySeen && !was_found(box, whole);
    }

    // Whether something other than the whole face was found in the box's place, at the size where that was.
    bool was_found(const Box& box, const Candidate& whole) const {
        for (const Sighting& sighting : sightings_) {
            if (sighting.scale != whole.scale) continue;
            for (const Face& face : sighting.faces) {
                if (face.box != whole.face.box && overlap(face.box, box) > kSamePlace) return true;
            }
        }
        return false;
    }

    std::vector<Sighting> sightings_;
    float nms_threshold_;
    std::vector<float> scales_;  // the smallest first
    std::vector<Candidate> believed_;
};

}  // namespace

std::vector<Face> merge(std::vector<Sighting> sightings, float nms_threshold) {
    if (sightings.size() == 1) return std::move(sightings.front().faces);
    return Merging(std::move(sightings), nms_threshold).faces();
}

}  // namespace featherface::engine
