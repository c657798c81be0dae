// Writes the named values of a run to an .npz file, each as soon as it is computed: memory does not grow with
// their number.
#pragma once

#include <filesystem>

#include "engine/runtime/session.hpp"
#include "featherface/status.hpp"
#include "tools/crosscheck/layers.hpp"
#include "tools/crosscheck/network_input.hpp"

namespace featherface::tools {

// What is written is float32 in PyTorch's order under the names of PyTorch's modules, of those values that
// the session's graph has; besides, as `layers` wants them: input, image_bgr (uint8 H,W,3; where there is a
// picture), priors (A,4) and dets (K,15: x1 y1 x2 y2 score, five landmark pairs) of a detector. __meta__ is
// always there: JSON as uint8, what made the dump and of what. Errors: output_error; wrong_model when
// Layers::teacher is asked of no detector.
Status write_dump(engine::Session& session, const Model& model, const NetworkInput& input, Layers layers,
                  const std::filesystem::path& path);

}  // namespace featherface::tools
