// Which of a network's named values a dump holds or a comparison looks at. Names are PyTorch module paths.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/identity/networks.hpp"
#include "featherface/model.hpp"

namespace featherface::tools {

enum class Layers : std::size_t {
    outputs,  // what the network is given and returns, and what is made of that
    stages,   // these and its milestones
    all,      // every module
    teacher   // only what distilling another network from a detector needs
};

using engine::is_detector;

// loc, conf, landms; logits; or p3, p4, p5.
std::vector<std::string> output_names(Architecture architecture);

// The modules whose outputs are the network's milestones, in order.
std::vector<std::string> stage_names(Architecture architecture);

class LayerSelection {
  public:
    LayerSelection(Layers layers, Architecture architecture);
    explicit LayerSelection(Layers layers);  // of any network
    bool contains(std::string_view name) const { return everything_ || names_.contains(name); }

  private:
    bool everything_;
    std::set<std::string, std::less<>> names_;
};

// How to load a model of whatever network, so that a run has the values: for all of them layer by layer, else
// fused, but for them.
ModelOptions options_to_observe(Layers layers);

}  // namespace featherface::tools
