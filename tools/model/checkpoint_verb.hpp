// What the verbs that look at one checkpoint share: their command line, and their answer as text or JSON.
#pragma once

#include <string>

#include "engine/identity/identify.hpp"
#include "loaders/torch/checkpoint.hpp"
#include "tools/cli/verb.hpp"
#include "tools/text/json_writer.hpp"

namespace featherface::tools {

struct CheckpointAnswer {
    // The answer for people: whole lines.
    std::string (*text)(const loaders::Checkpoint& checkpoint, const engine::Identity& identity);
    // The answer for programs: the members of an object, after "schema" and "file".
    void (*json)(JsonWriter& json, const loaders::Checkpoint& checkpoint, const engine::Identity& identity);
    ExitCode if_not_ours;  // for a readable checkpoint of a network that does not run here
    // Whether to look into a file that asks PyTorch to call something, too; the exit code is kBadInput then.
    bool ignore_calls = false;
    // Where it is set, this answers instead.
    const bool* is_about_safety = nullptr;
};

// Parses `words` and writes the answer about the one checkpoint they name. A file that cannot be read is an
// object too, with "valid": false and "error".
ExitCode answer_about_checkpoint(Arguments& arguments, Words words, const CheckpointAnswer& answer);

}  // namespace featherface::tools
