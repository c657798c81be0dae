// Checkpoints and dumps as the oracle takes them.
#pragma once

#include <string_view>

#include "loaders/torch/checkpoint.hpp"
#include "support/oracle/oracle.hpp"
#include "tools/files/npz.hpp"

namespace featherface::test {

// Every floating-point tensor of a checkpoint.
oracle::Weights oracle_weights(const loaders::Checkpoint& checkpoint);

// One array of a dump; throws when it cannot be read.
oracle::Tensor oracle_tensor(const tools::NpzReader& dump, std::string_view name);

// A detector's input (1,3,H,W) for a picture (H,W,3, blue first).
oracle::Tensor oracle_input(const oracle::Tensor& image_bgr);

}  // namespace featherface::test
