// Serves a LayerObserver from the executor's steps.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/runtime/session.hpp"
#include "featherface/layer_observer.hpp"

namespace featherface::engine {

// It serves one run of a prepared session. Steps that compute nothing (views) are left out.
class LayerTimes final : public Observer {
  public:
    LayerTimes(const Session& session, LayerObserver& receiver);

    void before_step(std::size_t step) override;
    void after_step(std::size_t step) override;

  private:
    const Session& session_;
    LayerObserver& receiver_;
    int next_index_ = 0;
    std::int64_t run_start_ = 0, step_start_ = 0;
};

}  // namespace featherface::engine
