// Checkpoints that FeatherFace users come across and this engine does not run, told by their tensors' names.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "loaders/torch/checkpoint.hpp"

namespace featherface::engine {

struct KnownNetwork {
    std::string_view name;
    std::int64_t parameters;  // of the published file
    std::string_view remark;  // what it is, and what to do
    // Patterns of tensor names, where '*' stands for any run of characters: each of `has` matches some
    // tensor of such a checkpoint, each of `lacks` none.
    std::vector<std::string_view> has;
    std::vector<std::string_view> lacks;
};

// nullptr when the checkpoint is none of them, its names without `prefix`.
const KnownNetwork* find_known_network(const loaders::Checkpoint& checkpoint, std::string_view prefix);

}  // namespace featherface::engine
