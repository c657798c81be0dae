// featherface inspect FILE: everything a checkpoint holds, whatever network it is.
#include <algorithm>
#include <string>

#include "engine/identity/text.hpp"
#include "tools/model/checkpoint_json.hpp"
#include "tools/model/checkpoint_verb.hpp"
#include "tools/model/known_files.hpp"
#include "tools/model/packed_facts.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

using engine::grouped;
using engine::Identity;
using engine::type_text;

std::string joined(std::span<const std::string> names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "none" : printable(text);
}

std::string checksum_text(const loaders::Checkpoint& checkpoint) {
    if (checkpoint.packed()) return "one for each section, all right";
    if (has_checksums(checkpoint.container())) return "a CRC-32 for each entry, all right";
    if (!published_file(checkpoint.sha256()).empty())
        return "none in this container; the SHA-256 is that of the published file";
    return "none in this container: only the SHA-256, compared with that of the file's maker, tells whether "
           "a weight has changed";
}

std::string text(const loaders::Checkpoint& checkpoint, const Identity& identity) {
    const std::string path(checkpoint.state_dict_path());
    const auto count = static_cast<std::int64_t>(checkpoint.tensors().size());
    std::string lines = printable(checkpoint.file_name()) + "\n";
    const auto line = [&](const char* label, const std::string& what) {
        lines.append("  ").append(label).append(what).append("\n");
    };
    line("size        ", grouped(static_cast<std::int64_t>(checkpoint.file_size())) + " bytes");
    line("SHA-256     ", checkpoint.sha256());
    if (const auto known = published_file(checkpoint.sha256()); !known.empty())
        line("published   ", concat("this is ", known));
    line("container   ", std::string(checkpoint.container()));
    if (checkpoint.packed()) {
        const PackedFacts facts = packed_facts(*checkpoint.packed());
        line("packed from ", facts.source_text());
        line("packed for  ", facts.architectures_text());
        if (facts.int8_layers > 0)
            line("8 bits      ", "in " + std::to_string(facts.int8_layers) + " convolutions");
        line("licence     ", facts.licence_text());
    }
    line("checksums   ", checksum_text(checkpoint));
    const std::string form = checkpoint.form() == "state_dict" ? "" : ", a " + std::string(checkpoint.form());
    line("state_dict  ", (path.empty() ? "the whole file" : "under '" + printable(path) + "'") + form +
                             (checkpoint.prefix().empty()
                                  ? ""
                                  : ", names had the prefix '" + printable(checkpoint.prefix()) + "'"));
    line("other keys  ", joined(checkpoint.top_level_keys()));
    line("globals     ", joined(checkpoint.globals()));
    if (!checkpoint.classes().empty())
        line("classes     ", joined(checkpoint.classes()) + " (torch.load imports and builds them)");
    if (!checkpoint.calls().empty())
        line("torch.load  ", "would " + joined(checkpoint.calls()) + ": do not load the file with PyTorch");
    line("network     ", identity.name);
    line("parameters  ", grouped(identity.parameters));
    line("buffers     ", grouped(identity.buffers));
    line("debris      ", grouped(identity.debris));
    for (const std::string& warning : identity.warnings) line("warning     ", printable(warning));
    line("tensors     ", grouped(count));

    // A column is as wide as its widest entry, but an odd one out does not widen it for all.
    constexpr std::size_t kWidest = 60;
    std::size_t name_width = 0, type_width = 0;
    for (const loaders::CheckpointTensor& tensor : checkpoint.tensors()) {
        name_width = std::clamp(printable(tensor.name).size(), name_width, kWidest);
        type_width = std::clamp(printable(type_text(tensor)).size(), type_width, kWidest);
    }
    for (const loaders::CheckpointTensor& tensor : checkpoint.tensors()) {
        std::string name = printable(tensor.name), type = printable(type_text(tensor));
        name.resize(std::max(name.size(), name_width), ' ');
        type.resize(std::max(type.size(), type_width), ' ');
        lines.append("    ").append(name).append("  ").append(type).append("  ");
        lines.append(engine::shape_text(tensor.shape)).append("\n");
    }
    return lines;
}

void json(JsonWriter& json, const loaders::Checkpoint& checkpoint, const Identity& identity) {
    using Layout = JsonWriter::Layout;
    json.key("bytes").value(static_cast<std::int64_t>(checkpoint.file_size()));
    json.key("sha256").value(checkpoint.sha256());
    json.key("published").value(published_file(checkpoint.sha256()));
    json.key("container").value(checkpoint.container());
    json.key("checksums").value(has_checksums(checkpoint.container()));
    write_packed(json, checkpoint);
    json.key("form").value(checkpoint.form());
    json.key("state_dict").value(checkpoint.state_dict_path());
    json.key("prefix").value(checkpoint.prefix());
    json.key("top_level_keys");
    write_strings(json, checkpoint.top_level_keys(), Layout::in_line);
    json.key("globals");
    write_strings(json, checkpoint.globals(), Layout::in_line);
    json.key("classes");
    write_strings(json, checkpoint.classes(), Layout::in_line);
    json.key("calls");
    write_strings(json, checkpoint.calls(), Layout::in_line);
    write_identity(json, identity);
    json.key("tensors").begin_array(Layout::lines);
    for (const loaders::CheckpointTensor& tensor : checkpoint.tensors()) {
        json.begin_object();
        json.key("name").value(tensor.name);
        json.key("dtype").value(type_text(tensor));
        json.key("shape").numbers(tensor.shape);
        json.end_object();
    }
    json.end_array();
}

}  // namespace

ExitCode inspect(Words words) {
    Arguments arguments(
        "inspect",
        "Lists what a checkpoint holds: container, state_dict, tensors with type and shape, counts, and the "
        "globals its pickles refer to; or whether PyTorch could run code out of it. Nothing in the file is "
        "ever executed.",
        "FILE");
    arguments.note("Any readable checkpoint will do; `verify` says whether this program can run it.");
    arguments.note(
        "Exit code 3: not a checkpoint it can read, or one that asks PyTorch to call something that tensors "
        "do "
        "not need. With --safety 1: torch.load (weights_only=False) could run code, by calls that the "
        "pickles "
        "ask for, by the classes of a whole module, which are code of its owner's, or in a way that this "
        "program cannot follow. 0: it could not.");
    bool is_about_safety = false;
    arguments.flag("safety",
                   "say whether torch.load could run code: container, hash, opcodes, globals and why",
                   is_about_safety);
    return answer_about_checkpoint(arguments, words,
                                   {.text = text,
                                    .json = json,
                                    .if_not_ours = kDone,
                                    .ignore_calls = true,
                                    .is_about_safety = &is_about_safety});
}

}  // namespace featherface::tools
