// What several verbs say of a checkpoint or model in JSON.
#pragma once

#include <span>
#include <string>

#include "engine/identity/identify.hpp"
#include "featherface/model.hpp"
#include "loaders/torch/checkpoint.hpp"
#include "tools/text/json_writer.hpp"

namespace featherface::tools {

// Writes inside an object: "valid", "architecture", "name", the counts and "warnings"; for what cannot run
// here also "explanation" and "differences".
void write_identity(JsonWriter& json, const engine::Identity& identity);

void write_strings(JsonWriter& json, std::span<const std::string> strings, JsonWriter::Layout layout);

// A loaded model as an object: "name", "parameters", "sha256", "precision" ("float32" or "int8").
void write_model(JsonWriter& json, const Model& model);

}  // namespace featherface::tools
