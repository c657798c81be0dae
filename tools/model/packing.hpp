// What the verbs that make packed models have in common.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/torch/checkpoint.hpp"

namespace featherface::tools {

// Those of the list, "avx2,avx512" or "none"; without one all that this CPU has, of small models none.
// Errors: invalid_argument (one that is not here).
Result<std::vector<std::string>> wanted_architectures(const std::optional<std::string>& list, bool half);

// The text in the file, else of the packed model that is packed again. Errors: as MappedFile::open().
Result<std::string> licence_text(const std::optional<std::string>& file,
                                 const loaders::Checkpoint& checkpoint);

// The name of the file that a model comes from at first.
std::string name_of_source(const std::string& file, const loaders::Checkpoint& checkpoint);

}  // namespace featherface::tools
