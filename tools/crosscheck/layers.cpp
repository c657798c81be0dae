#include "tools/crosscheck/layers.hpp"

#include <iterator>
#include <utility>

#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

// Besides modules and outputs: what goes into a network, and what a detector's outputs are turned into.
constexpr const char* kAround[] = {"image_bgr", "input", "priors", "dets"};

void add_modules(const engine::LevelModules& modules, std::vector<std::string>& names) {
    for (int level = modules.first; level < modules.first + 3; ++level)
        names.push_back(concat(modules.before, std::to_string(level), modules.after));
}

std::vector<std::string> names_of(Layers layers, Architecture architecture) {
    if (layers == Layers::teacher) {
        if (!is_detector(architecture)) return {};
        std::vector<std::string> names = {"logits", "loc", "landms"};
        add_modules(engine::network_of(architecture).milestones.back(), names);
        return names;
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
    switch (engine::network_of(architecture).task) {
        case engine::Task::detection: return {"loc", "conf", "landms"};
        case engine::Task::classification: return {"logits"};
        case engine::Task::features: break;
    }
    return {"p3", "p4", "p5"};
}

std::vector<std::string> stage_names(Architecture architecture) {
    std::vector<std::string> names;
    for (const engine::LevelModules& modules : engine::network_of(architecture).milestones)
        add_modules(modules, names);
    return names;
}

LayerSelection::LayerSelection(Layers layers, Architecture architecture)
    : everything_(layers == Layers::all) {
    for (std::string& name : names_of(layers, architecture)) names_.insert(std::move(name));
}

LayerSelection::LayerSelection(Layers layers) : everything_(layers == Layers::all) {
    for (const engine::Network& network : engine::networks()) {
        for (std::string& name : names_of(layers, network.architecture)) names_.insert(std::move(name));
    }
}

ModelOptions options_to_observe(Layers layers) {
    ModelOptions options;
    options.layerwise = layers == Layers::all;
    for (const engine::Network& network : engine::networks()) {
        for (std::string& name : names_of(layers, network.architecture))
            options.unfused.push_back(std::move(name));
    }
    return options;
}

}  // namespace featherface::tools
