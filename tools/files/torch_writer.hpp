// Checkpoints being written, as torch.save() writes a state_dict: what torch.load() reads with weights_only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/torch/dtype.hpp"

namespace featherface::tools {

// A dense tensor in row-major order, little-endian.
struct StateTensor {
    std::string name;
    loaders::DType dtype = loaders::DType::f32;  // f32, f16 or i64
    std::vector<std::int64_t> shape;             // empty: a scalar
    std::vector<std::byte> bytes;                // as many as type and shape say
};

// A file whose pickle is a plain dict of these tensors, in order and each with a storage of its own, in the
// zip container. Whoever loads it runs no code but torch's own that makes tensors. Errors: output_error.
Status write_state_dict(const std::filesystem::path& path, std::span<const StateTensor> tensors);

}  // namespace featherface::tools
