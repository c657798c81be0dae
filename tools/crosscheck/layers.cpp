#include "tools/crosscheck/layers.hpp"

#include <iterator>
#include <utility>

namespace featherface::tools {

namespace {

constexpr Architecture kArchitectures[] = {Architecture::featherface_v1, Architecture::featherface_v2,
                                           Architecture::mobilenet_classifier,
                                           Architecture::mobilenet_backbone};

// Besides modules and outputs: what goes into a network, and what a detector's outputs are turned into.
constexpr const char* kAround[] = {"image_bgr", "input", "priors", "dets"};

std::vector<std::string> names_of(Layers layers, Architecture architecture) {
    if (layers == Layers::teacher) {
        if (!is_detector(architecture)) return {};
        return {"logits", "loc", "landms", "ssh1_cs", "ssh2_cs", "ssh3_cs"};
    }
    std::vector<std::string> names = output_names(architecture);
    names.insert(names.end(), std::begin(kAround), std::end(kAround));
    if (layers == Layers::stages) {
        const std::vector<std::string> stages = stage_names(architecture);
        names.insert(names.end(), stages.begin(), stages.end());
    }
    return names;
}

}  // namespace

std::vector<std::string> output_names(Architecture architecture) {
    if (is_detector(architecture)) return {"loc", "conf", "landms"};
    if (architecture == Architecture::mobilenet_classifier) return {"logits"};
    return {"p3", "p4", "p5"};
}

std::vector<std::string> stage_names(Architecture architecture) {
    if (!is_detector(architecture)) return {"stage1", "stage2", "stage3"};
    std::vector<std::string> names;
    const auto add_levels = [&](const std::string& before, int first, const std::string& after = "") {
        for (int level = first; level < first + 3; ++level)
            names.push_back(before + std::to_string(level) + after);
    };
    const bool v1 = architecture == Architecture::featherface_v1;
    add_levels("body.stage", 1);
    if (v1) add_levels("relu_", 0);
    for (int cell = 0; cell < (v1 ? 3 : 2); ++cell) add_levels("bifpn." + std::to_string(cell) + "@.", 0);
    if (v1) add_levels("bif_relu_", 0);
    add_levels("ssh", 1);
    add_levels("ssh", 1, "_cs");
    return names;
}

LayerSelection::LayerSelection(Layers layers, Architecture architecture)
    : everything_(layers == Layers::all) {
    for (std::string& name : names_of(layers, architecture)) names_.insert(std::move(name));
}

LayerSelection::LayerSelection(Layers layers) : everything_(layers == Layers::all) {
    for (const Architecture architecture : kArchitectures) {
        for (std::string& name : names_of(layers, architecture)) names_.insert(std::move(name));
    }
}

ModelOptions options_to_observe(Layers layers) {
    ModelOptions options;
    options.layerwise = layers == Layers::all;
    for (const Architecture architecture : kArchitectures) {
        for (std::string& name : names_of(layers, architecture)) options.keep.push_back(std::move(name));
    }
    return options;
}

}  // namespace featherface::tools
