// When a mistake counts as the explanation of a difference.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tools/crosscheck/comparison.hpp"
#include "tools/crosscheck/diagnosis.hpp"
#include "tools/crosscheck/output_mistakes.hpp"
#include "tools/crosscheck/resizing.hpp"

namespace featherface::tools {

// How far the worst value is from its reference, in tolerances; infinite where that cannot be measured: other
// shapes, NaN, faces without a partner.
double badness(const Comparison& comparison);

// The badness of `ours` against the reference's value of that name, if they agree.
std::optional<double> agreement(const std::string& name, const NamedValue& ours, const NpzReader& reference,
                                const Tolerance& tolerance);

// The badness left when everything that differs was made with the mistake, of the right values, if then it
// agrees. `size` is the picture's, for `dets`.
std::optional<double> explained_by(const OutputMistake& mistake, const NamedValues& right, PictureSize size,
                                   const Comparison& now, const NpzReader& reference,
                                   const CompareOptions& options);

// Keeps the mistake that explains most.
class BestExplanation {
  public:
    // `now` is the badness that is to be explained.
    explicit BestExplanation(double now) : now_(now) {}

    // `explained` is the badness left when the mistake is assumed, if everything agrees then. That must be a
    // quarter of what it was at most: what differs by little more than the tolerance can get within it by
    // chance.
    void offer(std::string_view mistake, std::string text, std::optional<double> explained);

    const std::optional<Diagnosis>& get() const { return diagnosis_; }

  private:
    double now_, explained_ = 0;
    std::optional<Diagnosis> diagnosis_;
};

}  // namespace featherface::tools
