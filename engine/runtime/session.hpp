// A program with the memory and threads that one running call needs: what Detector, the classifier and the
// tools run on.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "engine/runtime/executor.hpp"
#include "engine/runtime/plan.hpp"
#include "engine/system/thread_pool.hpp"
#include "featherface/image.hpp"
#include "featherface/raw_outputs.hpp"

namespace featherface::engine {

class Session {
  public:
    // `threads` >= 1.
    Session(std::shared_ptr<const Program> program, int threads);
    // It runs on a pool of the caller's making, which sessions that run one after the other may share.
    Session(std::shared_ptr<const Program> program, std::shared_ptr<ThreadPool> pool);

    // Runs the program on a picture (a valid view), or on floats as PyTorch lays them out, 3 * height * width
    // of them. Lays memory out first when the size is another than the last one; throws std::bad_alloc where
    // there is not enough, and may be run on another size then.
    void run(const ImageView& picture, Observer* observer = nullptr);
    void run_nchw(std::span<const float> nchw, int height, int width, Observer* observer = nullptr);

    // Lays memory out for inputs of this size (at least 1x1) ahead of run().
    void prepare(int height, int width);

    // An output by name ("loc", "logits"), valid until the next prepare() or run(); height x channels for
    // anchors.
    ConstMap output(std::string_view name) const;

    // The outputs of a detector, valid as long.
    RawOutputs raw_outputs() const;

    ThreadPool& pool() { return *pool_; }
    const Program& program() const { return *program_; }
    const Plan& plan() const { return plan_; }
    int height() const { return height_; }
    int width() const { return width_; }
    std::size_t workspace_bytes() const { return workspace_.size() * sizeof(float); }

  private:
    std::shared_ptr<const Program> program_;
    std::shared_ptr<ThreadPool> pool_;
    Plan plan_;
    AlignedBuffer workspace_;
    int height_ = 0, width_ = 0;
};

}  // namespace featherface::engine
