// Whether loading a file with PyTorch could run code: what its pickles ask for, and whether this program can
// follow them at all. Nothing is run to find out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "featherface/status.hpp"

namespace featherface::loaders {

struct SafetyReport {
    std::string container;  // "torch zip", "torch legacy", "TorchScript zip", "safetensors", "pickle"
    std::vector<std::pair<std::string_view, std::uint64_t>> opcodes;  // of all pickles; how often, by name
    std::vector<std::string> globals;                                 // sorted
    // Why torch.load(FILE, weights_only=False) could run code; none: it could not.
    std::vector<std::string> reasons;
};

// Errors: malformed, of a file that torch.load would not begin to unpickle.
Result<SafetyReport> report_safety(std::span<const std::byte> bytes);

}  // namespace featherface::loaders
