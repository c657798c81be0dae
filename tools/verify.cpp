// featherface verify FILE: is this a checkpoint the program can use, and which?
#include <string>

#include "engine/identify.hpp"
#include "engine/text.hpp"
#include "loaders/checkpoint.hpp"
#include "tools/checkpoint_json.hpp"
#include "tools/streams.hpp"
#include "tools/text.hpp"
#include "tools/verbs.hpp"

namespace featherface::tools {

namespace {

using engine::grouped;
using engine::Identity;

// The classifier is told as what FeatherFace uses it for.
std::string title(Architecture architecture) {
    if (architecture == Architecture::mobilenet_classifier) {
        return std::string(name_of(Architecture::mobilenet_backbone)) + " model with its ImageNet classifier";
    }
    return std::string(name_of(architecture)) + " model";
}

std::string text(const loaders::Checkpoint& checkpoint, const Identity& identity) {
    if (!identity.architecture)
        return "Not a model this program runs: " + printable(identity.explanation) + "\n";
    std::string lines = "Valid " + title(*identity.architecture) + "\n";
    lines += "  parameters       " + grouped(identity.parameters) + "\n";
    lines += "  BatchNorm values " + grouped(identity.buffers) + "\n";
    if (identity.debris > 0) lines += "  profiler debris  " + grouped(identity.debris) + " (ignored)\n";
    lines += "  SHA-256          " + checkpoint.sha256() + "\n";
    lines += "  usual file name  " + std::string(engine::usual_file_name(*identity.architecture)) +
             " (a custom: the tensors decide)\n";
    for (const std::string& warning : identity.warnings) lines += "  warning: " + printable(warning) + "\n";
    return lines;
}

std::string json(const loaders::Checkpoint& checkpoint, const Identity& identity) {
    std::string document;
    JsonWriter json(document);
    json.begin_object(JsonWriter::Layout::lines);
    json.key("schema").value(1);
    json.key("file").value(checkpoint.file_name());
    write_identity(json, identity);
    json.key("sha256").value(checkpoint.sha256());
    json.end_object();
    return document + "\n";
}

std::string json_error(const std::string& file, const Status& status) {
    std::string document;
    JsonWriter json(document);
    json.begin_object(JsonWriter::Layout::lines);
    json.key("schema").value(1);
    json.key("file").value(file);
    json.key("valid").value(false);
    json.key("error").value(status.message());
    json.end_object();
    return document + "\n";
}

}  // namespace

ExitCode verify(Words words) {
    enum Format : std::size_t { kText, kJson };
    std::size_t format = kText;
    Arguments arguments(
        "verify",
        "Says what a PyTorch checkpoint is, by its tensors and never by its name: FeatherFace V1 or V2, "
        "their MobileNetV1-0.25 backbone, or the nearest known thing.",
        "FILE");
    arguments.choice("format", "how to answer", format, {"text", "json"});
    arguments.note(
        "Exit code 0: a model this program runs. 4: something else. 3: not a checkpoint it can read.");
    if (const auto end = parse_or_end(arguments, words)) return *end;
    if (arguments.positionals().size() != 1) return usage_error(arguments, "give one checkpoint file");

    const std::string& file = arguments.positionals().front();
    const auto checkpoint = loaders::Checkpoint::open(file);
    if (!checkpoint.ok()) {
        if (format == kJson) {
            if (Status status = write_data(json_error(file, checkpoint.status())); !status.ok())
                return fail(status);
        }
        return fail(checkpoint.status());
    }
    const Identity identity = engine::identify(checkpoint.value());
    const auto answer = format == kJson ? json : text;
    if (Status status = write_data(answer(checkpoint.value(), identity)); !status.ok()) return fail(status);
    return identity.architecture ? kDone : kWrongModel;
}

}  // namespace featherface::tools
