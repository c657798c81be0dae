#include "engine/runtime/session.hpp"

#include <utility>

#include "engine/model_impl.hpp"

namespace featherface::engine {

Session::Session(Model model, int threads)
    : Session(std::move(model), std::make_unique<ThreadPool>(threads)) {}

Session::Session(Model model, std::unique_ptr<ThreadPool> pool)
    : model_(std::move(model)), pool_(std::move(pool)) {}

const Program& Session::program() const {
    return model_.impl().program;
}

void Session::prepare(int height, int width) {
    if (height == height_ && width == width_) return;
    Plan plan = make_plan(program(), height, width, pool_->threads());
    if (plan.workspace_floats > workspace_.size()) {
        // First free, then allocate: never hold two. If that fails, nothing is laid out.
        height_ = width_ = 0;
        workspace_ = {};
        workspace_ = AlignedBuffer(plan.workspace_floats);
    }
    plan_ = std::move(plan);
    height_ = height;
    width_ = width;
}

void Session::set_input(const ImageView& image) {
    source_ = {image, {}};
}

void Session::set_input_nchw(std::span<const float> nchw) {
    source_ = {{}, nchw};
}

void Session::run(Observer* observer) {
    execute(program(), plan_, workspace_, *pool_, source_, observer);
}

RawOutputs Session::raw_outputs() const {
    const auto values = [&](std::string_view name) {
        const ConstMap map = output(name);
        return std::span<const float>(
            map.data, static_cast<std::size_t>(map.height) * static_cast<std::size_t>(map.channels));
    };
    return {output("loc").height, values("loc"), values("conf"), values("landms")};
}

ConstMap Session::output(std::string_view name) const {
    for (const Output& output : program().graph.outputs) {
        if (output.name == name) return as_const(value_map(plan_, workspace_, output.value));
    }
    return {};
}

}  // namespace featherface::engine
