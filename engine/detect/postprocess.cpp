// The decoding of SSD (Liu et al. 2016) with RetinaFace's landmarks and constants, and greedy NMS with the
// "+1 pixel" areas of the original Fast R-CNN code. Arithmetic is float32 in PyTorch's order, so results
// match it.
#include "engine/detect/postprocess.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include "engine/detect/box.hpp"

namespace featherface::engine {

namespace {

constexpr int kSteps[3] = {8, 16, 32};
constexpr int kSizes[3][2] = {{16, 32}, {64, 128}, {256, 512}};
constexpr float kCentreVariance = 0.1f, kSizeVariance = 0.2f;

int ceil_div(int n, int d) {
    return (n + d - 1) / d;
}

Box decode_box(const std::array<float, 4>& anchor, const float* loc, float width, float height) {
    const auto [cx, cy, w, h] = anchor;
    const float box_w = w * std::exp(loc[2] * kSizeVariance), box_h = h * std::exp(loc[3] * kSizeVariance);
    const float x1 = cx + loc[0] * kCentreVariance * w - box_w / 2;
    const float y1 = cy + loc[1] * kCentreVariance * h - box_h / 2;
    return {x1 * width, y1 * height, (x1 + box_w) * width, (y1 + box_h) * height};
}

std::array<std::array<float, 2>, 5> decode_landmarks(const std::array<float, 4>& anchor, const float* landms,
                                                     float width, float height) {
    const auto [cx, cy, w, h] = anchor;
    std::array<std::array<float, 2>, 5> landmarks;
    for (std::size_t k = 0; k < 5; ++k) {
        landmarks[k] = {(cx + landms[2 * k] * kCentreVariance * w) * width,
                        (cy + landms[2 * k + 1] * kCentreVariance * h) * height};
    }
    return landmarks;
}

template <class Values>
bool is_finite(const Values& values) {
    return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

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
    KeptBoxes(int picture_height, float threshold)
        : stripe_height_(static_cast<float>(picture_height) / kStripes), threshold_(threshold) {}

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

    float stripe_height_, threshold_;
    std::array<Stripe, kStripes> stripes_;
};

// Sorts by the upper 32 bits, keeping the order of equal ones: a radix sort, byte by byte, which here is many
// times faster than comparing.
void sort_by_upper_half(std::vector<std::uint64_t>& keys) {
    std::vector<std::uint64_t> sorted(keys.size());
    for (int shift = 32; shift < 64; shift += 8) {
        const auto byte = [shift](std::uint64_t key) { return key >> shift & 0xff; };
        std::array<std::size_t, 257> starts{};
        for (const std::uint64_t key : keys) ++starts[byte(key) + 1];
        std::partial_sum(starts.begin(), starts.end(), starts.begin());
        for (const std::uint64_t key : keys) sorted[starts[byte(key)]++] = key;
        keys.swap(sorted);
    }
}

// The anchors with a score above the threshold, best first, equal scores in anchor order; top_k at most.
std::vector<int> best_anchors(const RawOutputs& raw, const FilterOptions& options) {
    // The bits of a positive float have its order; flipped, the highest score comes first.
    std::vector<std::uint64_t> keys;
    for (int i = 0; i < raw.anchors; ++i) {
        const float score = raw.conf[2 * static_cast<std::size_t>(i) + 1];
        if (score > options.score_threshold) {
            keys.push_back(std::uint64_t{~std::bit_cast<std::uint32_t>(score)} << 32 |
                           static_cast<std::uint32_t>(i));
        }
    }
    sort_by_upper_half(keys);
    keys.resize(std::min(keys.size(), static_cast<std::size_t>(options.top_k)));
    std::vector<int> anchors;
    for (const std::uint64_t key : keys) anchors.push_back(static_cast<int>(key & 0xffffffffu));
    return anchors;
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
    // They are computed in double and rounded once, as in the Python reference.
    return {static_cast<float>((cell % columns + 0.5) * kSteps[level] / width_),
            static_cast<float>((cell / columns + 0.5) * kSteps[level] / height_),
            static_cast<float>(double(size) / width_), static_cast<float>(double(size) / height_)};
}

std::vector<Face> find_faces(const RawOutputs& raw, int height, int width, const FilterOptions& options) {
    const Anchors anchors(height, width);
    const float picture_width = static_cast<float>(width), picture_height = static_cast<float>(height);
    KeptBoxes kept(height, options.nms_threshold);
    std::vector<Face> faces;
    for (const int index : best_anchors(raw, options)) {
        if (faces.size() >= static_cast<std::size_t>(options.max_faces)) break;
        const std::size_t i = static_cast<std::size_t>(index);
        const std::array<float, 4> anchor = anchors[index];
        const Box box = decode_box(anchor, &raw.loc[4 * i], picture_width, picture_height);
        if (!is_finite(box) || kept.suppress(box)) continue;
        const Face face{box, raw.conf[2 * i + 1],
                        decode_landmarks(anchor, &raw.landms[10 * i], picture_width, picture_height)};
        if (!std::all_of(face.landmarks.begin(), face.landmarks.end(), is_finite<std::array<float, 2>>))
            continue;
        kept.add(box);
        faces.push_back(face);
    }
    return faces;
}

}  // namespace featherface::engine
