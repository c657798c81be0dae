// The boxes that non-maximum suppression has kept, and whether another overlaps one of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include "engine/detect/box.hpp"

namespace featherface::engine {

// Eight boxes side by side, so that the compiler compares all of them with another at once.
class EightBoxes {
  public:
    EightBoxes() { x1_.fill(std::numeric_limits<float>::infinity()); }  // an empty place overlaps nothing

    bool full() const { return count_ == kCount; }

    void add(const Box& box) {
        x1_[count_] = box[0], y1_[count_] = box[1], x2_[count_] = box[2], y2_[count_] = box[3];
        area_[count_] = area(box);
        ++count_;
    }

    // Whether the intersection over union of a box with one of these is above a threshold of 0 or more.
    bool any_overlaps(const Box& box, float threshold) const {
        const float size = area(box);
        int any = 0;
        for (std::size_t i = 0; i < kCount; ++i) {
            const float w = (x2_[i] < box[2] ? x2_[i] : box[2]) - (x1_[i] < box[0] ? box[0] : x1_[i]) + 1;
            const float h = (y2_[i] < box[3] ? y2_[i] : box[3]) - (y1_[i] < box[1] ? box[1] : y1_[i]) + 1;
            const float both = (w > 0 ? w : 0) * (h > 0 ? h : 0);
            any |= int{both / (area_[i] + size - both) > threshold};
        }
        return any != 0;
    }

  private:
    static constexpr std::size_t kCount = 8;
    std::array<float, kCount> x1_{}, y1_{}, x2_{}, y2_{}, area_{};
    std::size_t count_ = 0;
};

// The boxes kept so far, by the stripe of the picture their centre lies in: what is far above or below a
// candidate is never compared with it.
class KeptBoxes {
  public:
    // None are kept; the memory of those before is used again.
    void clear(int picture_height, float threshold) {
        stripe_height_ = static_cast<float>(picture_height) / kStripes;
        threshold_ = threshold;
        for (Stripe& stripe : stripes_) {
            stripe.top = std::numeric_limits<float>::infinity(), stripe.bottom = -stripe.top;
            stripe.boxes.clear();
        }
    }

    bool suppress(const Box& box) const {
        for (const Stripe& stripe : stripes_) {
            if (box[1] > stripe.bottom + 2 || box[3] < stripe.top - 2) continue;
            for (const EightBoxes& better : stripe.boxes) {
                if (better.any_overlaps(box, threshold_)) return true;
            }
        }
        return false;
    }

    void add(const Box& box) {
        const float row = (box[1] + box[3]) / 2 / stripe_height_;
        Stripe& stripe = stripes_[static_cast<std::size_t>(std::clamp(row, 0.0f, kStripes - 1.0f))];
        stripe.top = std::min(stripe.top, box[1]);
        stripe.bottom = std::max(stripe.bottom, box[3]);
        if (stripe.boxes.empty() || stripe.boxes.back().full()) stripe.boxes.emplace_back();
        stripe.boxes.back().add(box);
    }

  private:
    static constexpr int kStripes = 64;
    struct Stripe {
        float top = std::numeric_limits<float>::infinity(), bottom = -top;  // of all its boxes
        std::vector<EightBoxes> boxes;
    };

    float stripe_height_ = 1, threshold_ = 1;
    std::array<Stripe, kStripes> stripes_;
};

}  // namespace featherface::engine
