// A model with the memory and threads one running call needs: what Detector, the classifier and the tools run
// on.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/runtime/plan.hpp"
#include "engine/system/thread_pool.hpp"
#include "featherface/detector.hpp"
#include "featherface/image.hpp"
#include "featherface/model.hpp"

namespace featherface::engine {

class Session {
  public:
    // `threads` >= 1.
    Session(Model model, int threads);
    // On a pool of the caller's making.
    Session(Model model, std::unique_ptr<ThreadPool> pool);

    // Lays memory out for inputs of this size (at least 1x1); does nothing when it is laid out so already.
    // Throws std::bad_alloc where there is not enough; the session may be prepared for another size then.
    void prepare(int height, int width);

    // What the next run() reads; the memory stays the caller's and must live until then.
    void set_input(const ImageView& image);              // a valid view of the prepared size
    void set_input_nchw(std::span<const float> nchw);    // as PyTorch lays it out, 3 * height * width floats
    void set_input_nchw(std::vector<float>&&) = delete;  // would be gone before run()

    void run(Observer* observer = nullptr);

    // An output by name ("loc", "logits"), valid until the next prepare() or run(); height x channels for
    // anchors.
    ConstMap output(std::string_view name) const;

    // The outputs of a detector, valid as long.
    RawOutputs raw_outputs() const;

    const Model& model() const { return model_; }
    ThreadPool& pool() { return *pool_; }
    const Program& program() const;
    const Plan& plan() const { return plan_; }
    int height() const { return height_; }
    int width() const { return width_; }
    std::size_t workspace_bytes() const { return workspace_.size() * sizeof(float); }

  private:
    Model model_;
    std::unique_ptr<ThreadPool> pool_;
    Plan plan_;
    AlignedBuffer workspace_;
    InputSource source_;
    int height_ = 0, width_ = 0;
};

}  // namespace featherface::engine
