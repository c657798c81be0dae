// The model a verb is to run.
#pragma once

#include <optional>
#include <string>

#include "featherface/model.hpp"
#include "tools/cli/arguments.hpp"

namespace featherface::tools {

// How a checkpoint is read.
struct Reading {
    std::optional<std::string> key;
    bool ignore_calls = false;
    std::size_t precision = 0;  // a Precision

    // `options` with these set.
    ModelOptions set_in(ModelOptions options = {}) const;
};

// --key, of every verb that takes a checkpoint.
void declare_key(Arguments& arguments, std::optional<std::string>& target);

// The options of every verb that runs a checkpoint.
void declare_reading(Arguments& arguments, Reading& reading);

// --precision, of those that run a packed model as it was made.
void declare_precision(Arguments& arguments, Reading& reading);

// Model::load(), but for a warning about its weights, which goes to stderr.
Result<Model> load_model(const std::string& file, const ModelOptions& options = {});

// The same for a verb that uses the model in the program when no file is given.
Result<Model> load_model_or_builtin(const std::optional<std::string>& file, const ModelOptions& options = {});

}  // namespace featherface::tools
