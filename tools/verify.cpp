// featherface verify FILE: is this a checkpoint the program can use, and which?
#include <string>

#include "engine/identity/text.hpp"
#include "tools/model/checkpoint_json.hpp"
#include "tools/model/checkpoint_verb.hpp"
#include "tools/model/packed_facts.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

using engine::grouped;
using engine::Identity;

std::string verdict_text(const loaders::Checkpoint& checkpoint, const Identity& identity) {
    if (!identity.architecture)
        return "Not a model this program runs: " + printable(identity.explanation) + "\n";
    const engine::Network& network = engine::network_of(*identity.architecture);
    std::string lines = "Valid " + std::string(network.title) + "\n";
    lines += "  parameters       " + grouped(identity.parameters) + "\n";
    lines += "  BatchNorm values " + grouped(identity.buffers) + "\n";
    if (identity.debris > 0) lines += "  profiler debris  " + grouped(identity.debris) + " (ignored)\n";
    if (!checkpoint.prefix().empty())
        lines += "  prefix           '" + printable(checkpoint.prefix()) + "', before every name\n";
    lines += "  SHA-256          " + checkpoint.sha256() + "\n";
    lines += "  usual file name  " + std::string(network.usual_file_name) +
             " (only a habit: the tensors decide)\n";
    if (checkpoint.packed()) {
        const PackedFacts facts = packed_facts(*checkpoint.packed());
        lines += "  packed from      " + facts.source_text() + "\n";
        lines += "  packed for       " + facts.architectures_text() + "\n";
        if (facts.int8_layers > 0)
            lines += "  8 bits           in " + std::to_string(facts.int8_layers) + " convolutions\n";
        lines += "  licence          " + facts.licence_text() + "\n";
    }
    std::string classes;
    for (const std::string& name : checkpoint.classes())
        classes += (classes.empty() ? "" : ", ") + printable(name);
    if (!classes.empty())
        lines += "  classes          " + classes +
                 " (torch.load imports and builds them: code that is not in the file)\n";
    for (const std::string& warning : identity.warnings) lines += "  warning: " + printable(warning) + "\n";
    return lines;
}

void verdict_json(JsonWriter& json, const loaders::Checkpoint& checkpoint, const Identity& identity) {
    write_identity(json, identity);
    json.key("sha256").value(checkpoint.sha256());
    write_packed(json, checkpoint);
}

}  // namespace

ExitCode verify(Words words) {
    Arguments arguments(
        "verify",
        "Says what a checkpoint is, by its tensors and never by its name: one of the six detectors, "
        "their MobileNetV1-0.25 backbone, or the nearest known thing.",
        "FILE");
    arguments.note(
        "Exit code 0: a model this program runs. 4: something else. 3: not a checkpoint it can read, or one "
        "that "
        "asks PyTorch to call something that tensors do not need.");
    return answer_about_checkpoint(arguments, words,
                                   {.text = verdict_text, .json = verdict_json, .if_not_ours = kWrongModel});
}

}  // namespace featherface::tools
