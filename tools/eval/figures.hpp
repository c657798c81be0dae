// Figures of merit of many pictures' outcomes: precision, recall, F1, average precision.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tools/eval/matching.hpp"

namespace featherface::tools {

// Outcomes and the number of references to be found, of any number of pictures.
struct Tally {
    std::vector<Outcome> outcomes;
    std::int64_t references = 0;

    // One picture's outcomes and references. Only those of a size from `least` up to below `most` are added.
    void add(std::span<const Outcome> found, std::span<const Reference> wanted, float least = 0,
             float most = 1e30f);
};

// A fraction whose denominator is 0 is absent.
struct Figures {
    std::int64_t references = 0, faces = 0, hits = 0;  // faces: found with a score above the threshold
    std::optional<double> precision, recall;
    std::optional<double> f1;  // 2 * hits / (faces + references)
    // The area under precision against recall, over all scores, precision being made to fall with recall (at
    // each recall the highest precision at that or a higher one). Faces of equal score enter together.
    std::optional<double> average_precision;
    // The threshold where F1 is highest, for a face to be above it, and F1 there. Both are absent without
    // references or outcomes.
    std::optional<double> best_threshold, best_f1;
    std::optional<double> landmark_error;  // mean over the hits on references with landmarks
};

Figures figures_of(const Tally& tally, float threshold);

}  // namespace featherface::tools
