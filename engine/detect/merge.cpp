#include "engine/detect/merge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/detect/box.hpp"

namespace featherface::engine {

namespace {

// Sides of faces in pixels of the size that was looked at; docs/large-photos.md has what they come from.
constexpr float kLargestBelieved = 256;  // larger ones are left to the next smaller size
constexpr float kSmallestFound = 24;     // unless they would be smaller than this there
constexpr float kSmallestBelieved = 48;  // smaller ones are left to the next larger size
constexpr float kSurelySeen = 64;        // where one this large was not found, there is none
constexpr float kSamePlace = 0.4f;       // intersection over union of one face seen at two sizes, at least

float side(const Box& box) {
    return std::sqrt(std::max(area(box), 0.0f));
}

class Merging {
  public:
    // `scales` is memory to work in.
    Merging(std::span<const Sighting> sightings, std::vector<float>& scales)
        : sightings_(sightings), scales_(scales) {
        scales_.clear();
        for (const Sighting& sighting : sightings_) {
            if (std::find(scales_.begin(), scales_.end(), sighting.scale) == scales_.end())
                scales_.push_back(sighting.scale);
        }
        std::sort(scales_.begin(), scales_.end());
    }

    // The faces of each size that are left neither to the next larger nor to the next smaller one, and that
    // the next smaller one has seen too if it could.
    void believe(std::vector<Face>& faces) const {
        faces.clear();
        for (const Sighting& sighting : sightings_) {
            const auto place = std::find(scales_.begin(), scales_.end(), sighting.scale);
            const bool is_smallest = place == scales_.begin(), is_largest = place + 1 == scales_.end();
            const float most = is_smallest ? std::numeric_limits<float>::infinity()
                                           : largest_believed(sighting.scale, *(place - 1));
            // Half of what the next larger size goes up to at the most: a face that is seen a little larger
            // there or a little smaller here is believed all the same.
            const float least =
                is_largest ? 0
                           : std::min(kSmallestBelieved, largest_believed(*(place + 1), sighting.scale) / 2 *
                                                             sighting.scale / *(place + 1));
            for (const Face& face : sighting.faces) {
                const float seen = side(face.box) * sighting.scale;
                if (seen < least || seen > most) continue;
                if (is_smallest || side(face.box) * *(place - 1) < kSurelySeen || is_seen(face, *(place - 1)))
                    faces.push_back(face);
            }
        }
    }

  private:
    // The largest face that is believed at one scale, where `smaller` is the next one.
    static float largest_believed(float scale, float smaller) {
        return std::max(kLargestBelieved, kSmallestFound * scale / smaller);
    }

    bool is_seen(const Face& face, float scale) const {
        return std::any_of(sightings_.begin(), sightings_.end(), [&](const Sighting& sighting) {
            return sighting.scale == scale &&
                   std::any_of(sighting.faces.begin(), sighting.faces.end(),
                               [&](const Face& other) { return overlap(face.box, other.box) > kSamePlace; });
        });
    }

    std::span<const Sighting> sightings_;
    std::vector<float>& scales_;  // the smallest first
};

}  // namespace

void Merger::merge(std::span<const Sighting> sightings, float nms_threshold, std::vector<Face>& faces) {
    if (sightings.size() == 1) {
        faces = sightings.front().faces;
        return;
    }
    Merging(sightings, scales_).believe(believed_);
    order_.resize(believed_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
        return believed_[a].score != believed_[b].score ? believed_[a].score > believed_[b].score : a < b;
    });
    faces.clear();
    for (const std::size_t i : order_) {
        const Face& candidate = believed_[i];
        const bool is_new = std::none_of(faces.begin(), faces.end(), [&](const Face& better) {
            return overlap(candidate.box, better.box) > nms_threshold;
        });
        if (is_new) faces.push_back(candidate);
    }
}

}  // namespace featherface::engine
