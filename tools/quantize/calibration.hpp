// Between what the values lie that a network's convolutions read: seen by running pictures through it.
#pragma once

#include <vector>

#include "engine/packed/input_ranges.hpp"
#include "engine/runtime/executor.hpp"

namespace featherface::tools {

// The observer of runs of a graph whose every value is there, layer by layer. It chooses the convolutions to
// be computed with 8 bits, the pointwise ones but for those with few inputs and the heads, and sees what they
// read.
class Calibration : public engine::Observer {
  public:
    explicit Calibration(const engine::Graph& graph);

    void value(const engine::Node& node, const engine::Shape& shape, kernels::ConstMap map) override;

    // Whether all values were so far.
    bool all_finite() const { return all_finite_; }

    // The lowest and highest value of each, or 0 where that is beyond.
    std::vector<engine::InputRange> ranges() const;

  private:
    struct Seen {
        float low = 0, high = 0;
        bool is_read = false;  // by one of those
    };
    const engine::Graph& graph_;
    std::vector<Seen> seen_;       // by value
    std::vector<bool> is_chosen_;  // by node
    bool all_finite_ = true;
};

}  // namespace featherface::tools
