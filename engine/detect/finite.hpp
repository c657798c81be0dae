// Whether a network computes numbers. Weights that are finite each may be so large that what is computed with
// them is not, and comparisons with NaN, which are false, would read that as "no face".
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "engine/runtime/session.hpp"
#include "featherface/status.hpp"

namespace featherface::engine {

bool all_finite(std::span<const float> values);

// Of outputs that are not finite: malformed, with the first layer whose values are not. `run_again` runs the
// session once more, as it was, with the observer that it is given.
template <class RunAgain>
Status not_finite(const Session& session, const RunAgain& run_again);

// Notes the first value that is not finite.
class FiniteObserver final : public Observer {
  public:
    explicit FiniteObserver(const Program& program) : program_(program) {}

    void after_step(std::size_t step) override { step_ = step; }
    void value(const Node& node, const Shape& shape, ConstMap map) override;

    Status status() const;

  private:
    const Program& program_;
    std::size_t step_ = 0;
    bool found_ = false;
    std::string name_, first_inside_;
};

template <class RunAgain>
Status not_finite(const Session& session, const RunAgain& run_again) {
    FiniteObserver observer(session.program());
    run_again(observer);
    return observer.status();
}

}  // namespace featherface::engine
