// The model a verb is to run.
#pragma once

#include <optional>
#include <string>

#include "featherface/model.hpp"

namespace featherface::tools {

// Model::load(), but for a warning about its weights, which goes to stderr.
Result<Model> load_model(const std::string& file, const ModelOptions& options = {});

// The same for a verb that uses the model in the program when no file is given.
Result<Model> load_model_or_builtin(const std::optional<std::string>& file, const ModelOptions& options = {});

}  // namespace featherface::tools
