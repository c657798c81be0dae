#include "tools/eval/figures.hpp"

#include <algorithm>
#include <cstddef>

namespace featherface::tools {

namespace {

std::optional<double> fraction(double part, double whole) {
    return whole > 0 ? std::optional(part / whole) : std::nullopt;
}

// What has been found with at least a score.
struct Point {
    float score = 0;
    double faces = 0, hits = 0;
};

// One point for each score there is, highest first.
std::vector<Point> curve_of(std::vector<Outcome> outcomes) {
    std::sort(outcomes.begin(), outcomes.end(),
              [](const Outcome& a, const Outcome& b) { return a.score > b.score; });
    std::vector<Point> curve;
    Point point;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        point.score = outcomes[i].score;
        point.faces += 1;
        point.hits += outcomes[i].hit ? 1 : 0;
        if (i + 1 == outcomes.size() || outcomes[i + 1].score < point.score) curve.push_back(point);
    }
    return curve;
}

double average_precision(const std::vector<Point>& curve, double references) {
    double area = 0, precision = 0;
    for (std::size_t i = curve.size(); i-- > 0;) {
        precision = std::max(precision, curve[i].hits / curve[i].faces);
        area += precision * (curve[i].hits - (i > 0 ? curve[i - 1].hits : 0)) / references;
    }
    return area;
}

// A threshold in the middle between the score of the best point and the next lower one.
void find_best(const std::vector<Point>& curve, double references, Figures& figures) {
    for (std::size_t i = 0; i < curve.size(); ++i) {
        const double f1 = 2 * curve[i].hits / (curve[i].faces + references);
        if (figures.best_f1 && f1 <= *figures.best_f1) continue;
        const double next = i + 1 < curve.size() ? double{curve[i + 1].score} : 0;
        figures.best_f1 = f1;
        figures.best_threshold = (curve[i].score + next) / 2;
    }
}

}  // namespace

void Tally::add(std::span<const Outcome> found, std::span<const Reference> wanted, float least, float most) {
    for (const Outcome& outcome : found) {
        if (outcome.size >= least && outcome.size < most) outcomes.push_back(outcome);
    }
    for (const Reference& reference : wanted) {
        const float size = size_of(reference.box);
        if (!reference.ignored && size >= least && size < most) ++references;
    }
}

Figures figures_of(const Tally& tally, float threshold) {
    Figures figures;
    figures.references = tally.references;
    double landmark_errors = 0, with_landmarks = 0;
    for (const Outcome& outcome : tally.outcomes) {
        if (outcome.score <= threshold) continue;
        ++figures.faces;
        if (!outcome.hit) continue;
        ++figures.hits;
        if (!outcome.landmark_error) continue;
        landmark_errors += *outcome.landmark_error;
        ++with_landmarks;
    }
    const auto faces = static_cast<double>(figures.faces), hits = static_cast<double>(figures.hits),
               references = static_cast<double>(figures.references);
    figures.precision = fraction(hits, faces);
    figures.recall = fraction(hits, references);
    figures.f1 = fraction(2 * hits, faces + references);
    figures.landmark_error = fraction(landmark_errors, with_landmarks);
    if (tally.references == 0) return figures;
    const std::vector<Point> curve = curve_of(tally.outcomes);
    figures.average_precision = average_precision(curve, references);
    find_best(curve, references, figures);
    return figures;
}

}  // namespace featherface::tools
