#include "engine/runtime/session.hpp"

#include <utility>

namespace featherface::engine {

Session::Session(std::shared_ptr<const Program> program, int threads)
    : Session(std::move(program), std::make_shared<ThreadPool>(threads)) {}

Session::Session(std::shared_ptr<const Program> program, std::shared_ptr<ThreadPool> pool)
    : program_(std::move(program)), pool_(std::move(pool)) {}

void Session::run(const ImageView& picture, Observer* observer) {
    prepare(picture.height, picture.width);
    execute(*program_, plan_, workspace_, *pool_, {picture, {}}, observer);
}

void Session::run_nchw(std::span<const float> nchw, int height, int width, Observer* observer) {
    prepare(height, width);
    execute(*program_, plan_, workspace_, *pool_, {{}, nchw}, observer);
}

void Session::prepare(int height, int width) {
    if (height == height_ && width == width_) return;
    Plan plan = make_plan(*program_, height, width, pool_->threads());
    if (plan.workspace_floats > workspace_.size()) {
        // Memory is freed first and then allocated: two are never held. If that fails, nothing is laid out.
        height_ = width_ = 0;
        workspace_ = {};
        workspace_ = AlignedBuffer(plan.workspace_floats);
    }
    plan_ = std::move(plan);
    height_ = height;
    width_ = width;
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
    for (const Output& output : program_->graph.outputs) {
        if (output.name == name) return as_const(value_map(plan_, workspace_, output.value));
    }
    return {};
}

}  // namespace featherface::engine
