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

// Sorts by the upper 32 bits, keeping the order of equal ones: a radix sort, byte by byte, which here is many
// times faster than comparing.
void sort_by_upper_half(std::vector<std::uint64_t>& keys, std::vector<std::uint64_t>& sorted) {
    sorted.resize(keys.size());
    for (int shift = 32; shift < 64; shift += 8) {
        const auto byte = [shift](std::uint64_t key) { return key >> shift & 0xff; };
        std::array<std::size_t, 257> starts{};
        for (const std::uint64_t key : keys) ++starts[byte(key) + 1];
        std::partial_sum(starts.begin(), starts.end(), starts.begin());
        for (const std::uint64_t key : keys) sorted[starts[byte(key)]++] = key;
        keys.swap(sorted);
    }
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

// The anchors with a score above the threshold, best first, equal scores in anchor order; top_k at most.
// keys_ then has their numbers in the lower halves.
void FaceFinder::rank_anchors(const RawOutputs& raw, const FilterOptions& options) {
    // The bits of a positive float have its order; flipped, the highest score comes first.
    keys_.clear();
    for (int i = 0; i < raw.anchors; ++i) {
        const float score = raw.conf[2 * static_cast<std::size_t>(i) + 1];
        if (score > options.score_threshold) {
            keys_.push_back(std::uint64_t{~std::bit_cast<std::uint32_t>(score)} << 32 |
                            static_cast<std::uint32_t>(i));
        }
    }
    sort_by_upper_half(keys_, sorted_);
    keys_.resize(std::min(keys_.size(), static_cast<std::size_t>(options.top_k)));
}

void FaceFinder::find(const RawOutputs& raw, int height, int width, const FilterOptions& options,
                      std::vector<Face>& faces) {
    const Anchors anchors(height, width);
    const float picture_width = static_cast<float>(width), picture_height = static_cast<float>(height);
    rank_anchors(raw, options);
    kept_.clear(height, options.nms_threshold);
    faces.clear();
    for (const std::uint64_t key : keys_) {
        if (faces.size() >= static_cast<std::size_t>(options.max_faces)) break;
        const std::size_t i = key & 0xffffffffu;
        const std::array<float, 4> anchor = anchors[static_cast<int>(i)];
        const Box box = decode_box(anchor, &raw.loc[4 * i], picture_width, picture_height);
        if (!is_finite(box) || kept_.suppress(box)) continue;
        const Face face{box, raw.conf[2 * i + 1],
                        decode_landmarks(anchor, &raw.landms[10 * i], picture_width, picture_height)};
        if (!std::all_of(face.landmarks.begin(), face.landmarks.end(), is_finite<std::array<float, 2>>))
            continue;
        kept_.add(box);
        faces.push_back(face);
    }
}

std::vector<Face> find_faces(const RawOutputs& raw, int height, int width, const FilterOptions& options) {
    std::vector<Face> faces;
    FaceFinder().find(raw, height, width, options, faces);
    return faces;
}

}  // namespace featherface::engine
