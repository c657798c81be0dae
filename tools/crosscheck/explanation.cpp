#include "tools/crosscheck/explanation.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "tools/crosscheck/faces.hpp"

namespace featherface::tools {

namespace {

constexpr double kBeyondMeasure = std::numeric_limits<double>::infinity();

// Faces made of the outputs a mistake leaves.
std::optional<NamedValue> faces_made(const OutputMistake& mistake, const NamedValues& right,
                                     PictureSize size) {
    NamedValue outputs[3];
    const std::pair<const char*, std::int64_t> kinds[] = {{"loc", 4}, {"conf", 2}, {"landms", 10}};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& [name, columns] = kinds[i];
        const auto known = right.find(name);
        if (known == right.end()) return std::nullopt;
        outputs[i] = mistake.made(name, right).value_or(known->second);
        if (outputs[i].shape.empty() || outputs[i].shape.back() != columns) return std::nullopt;
    }
    const int anchors = engine::Anchors(size.height, size.width).count();
    if (outputs[0].values.size() != 4 * static_cast<std::size_t>(anchors)) return std::nullopt;
    const std::vector<float> rows = face_rows(engine::find_faces(
        {anchors, outputs[0].values, outputs[1].values, outputs[2].values}, size.height, size.width, {}));
    return NamedValue{face_rows_shape(rows), rows};
}

}  // namespace

double badness(const Comparison& comparison) {
    double worst = 0;
    for (const Row& row : comparison.rows) {
        if (row.verdict == Verdict::not_finite || row.verdict == Verdict::shape_differs)
            return kBeyondMeasure;
        if (row.kind == "faces") {
            if (row.is_difference()) return kBeyondMeasure;
        } else if (row.was_compared()) {
            worst = std::max(worst, row.difference.worst_ratio);
        }
    }
    return worst;
}

std::optional<double> agreement(const std::string& name, const NamedValue& ours, const NpzReader& reference,
                                const Tolerance& tolerance) {
    TensorShape shape;
    const auto values = reference.read_f32(name, &shape);
    if (!values.ok()) return std::nullopt;
    if (name == "dets") {
        if (shape.size() != 2 || shape[1] != static_cast<std::int64_t>(kFaceValues)) return std::nullopt;
        if (!match_faces(ours.values, values.value()).agrees()) return std::nullopt;
        return 0;
    }
    if (!is_same_but_for_ones(ours.shape, shape)) return std::nullopt;
    const Difference difference = compare_values(ours.values, values.value(), tolerance);
    if (!difference.agrees()) return std::nullopt;
    return difference.worst_ratio;
}

std::optional<double> explained_by(const OutputMistake& mistake, const NamedValues& right, PictureSize size,
                                   const Comparison& now, const NpzReader& reference,
                                   const CompareOptions& options) {
    double worst = 0;
    for (const Row& row : now.rows) {
        if (!row.is_difference()) continue;
        const Tolerance tolerance = options.tolerance.value_or(default_tolerance(row.name));
        std::optional<double> agreed;
        if (const auto made = mistake.made(row.name, right))
            agreed = agreement(row.name, *made, reference, tolerance);
        if (!agreed && row.name == "dets") {
            if (const auto made = faces_made(mistake, right, size))
                agreed = agreement(row.name, *made, reference, tolerance);
        }
        if (!agreed) return std::nullopt;
        worst = std::max(worst, *agreed);
    }
    return worst;
}

void BestExplanation::offer(std::string_view mistake, std::string text, std::optional<double> explained) {
    constexpr double kDecisive = 0.25;
    if (!explained || *explained > 1 || *explained > kDecisive * now_) return;
    if (diagnosis_ && *explained >= explained_) return;
    diagnosis_ = Diagnosis{std::string(mistake), std::move(text)};
    explained_ = *explained;
}

}  // namespace featherface::tools
