// Makes packed models out of checkpoints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/packed/input_ranges.hpp"
#include "featherface/model.hpp"
#include "loaders/torch/checkpoint.hpp"

namespace featherface::engine {

struct PackOptions {
    // Whose kernels find their weights ready; those that this CPU and build have can be named. Others pack
    // them at load.
    std::vector<std::string> cpu_architectures{};
    // Weights of two and more dimensions are rounded to float16, but for those that it cannot hold.
    bool half = false;
    std::string name{}, licence{};  // texts to go into the file
    // Whose convolutions are to be computed with 8 bits, and from which values; none: those that a packed
    // model has already.
    std::vector<InputRange> ranges{};
};

struct PackedModel {
    std::vector<std::byte> file;
    Architecture architecture{};
    std::int64_t parameters = 0;
    std::vector<std::string> warnings;
    std::size_t ranges = 0;    // convolutions that can be computed with 8 bits
    std::int64_t rounded = 0;  // elements that float16 changed,
    float largest_change = 0;  // and by how much at most, of the largest in their tensor
};

// A packed model is a checkpoint, too, and keeps the source that it has. Errors: wrong_model, unsupported;
// invalid_argument (an architecture that is not here);
// malformed (ranges that the network has no place for).
Result<PackedModel> pack(loaders::Checkpoint& checkpoint, const PackOptions& options);

}  // namespace featherface::engine
