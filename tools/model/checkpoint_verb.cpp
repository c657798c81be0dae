#include "tools/model/checkpoint_verb.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "engine/packed/input_ranges.hpp"
#include "loaders/error.hpp"
#include "tools/cli/streams.hpp"
#include "tools/model/load_model.hpp"
#include "tools/model/safety_answer.hpp"

namespace featherface::tools {

namespace {

template <class WriteMembers>
std::string document(std::string_view file, const WriteMembers& write_members) {
    std::string text;
    JsonWriter json(text);
    json.begin_object(JsonWriter::Layout::lines);
    json.key("schema").value(1);
    json.key("file").value(file);
    write_members(json);
    json.end_object();
    return text + "\n";
}

// Loading looks at a packed model's ranges only where it is to compute with 8 bits.
Status check_ranges(const loaders::Checkpoint& checkpoint, engine::Identity& identity) {
    if (!checkpoint.packed() || !identity.architecture) return {};
    Status status = engine::set_input_ranges(identity.graph, *checkpoint.packed());
    return status.ok() ? status : loaders::in_file(checkpoint.file_name(), status);
}

}  // namespace

ExitCode answer_about_checkpoint(Arguments& arguments, Words words, const CheckpointAnswer& answer) {
    enum Format : std::size_t { kText, kJson };
    std::size_t format = kText;
    arguments.choice("format", "how to answer", format, {"text", "json"});
    std::optional<std::string> key;
    declare_key(arguments, key);
    if (const auto end = parse_or_end(arguments, words)) return *end;
    if (arguments.positionals().size() != 1) return usage_error(arguments, "give one checkpoint file");

    const std::string& file = arguments.positionals().front();
    if (answer.is_about_safety && *answer.is_about_safety) return answer_about_safety(file, format == kJson);
    auto checkpoint =
        loaders::Checkpoint::open(file, {.key = key.value_or(""), .ignore_calls = answer.ignore_calls});
    Status status = checkpoint.status();
    engine::Identity identity;
    if (status.ok()) {
        identity = engine::identify(checkpoint.value());
        status = check_ranges(checkpoint.value(), identity);
    }
    ExitCode code = kDone;
    std::string shown;
    if (!status.ok()) {
        code = fail(status);
        if (format == kText) return code;
        shown = document(file, [&](JsonWriter& json) {
            json.key("valid").value(false);
            json.key("error").value(status.message());
        });
    } else {
        if (!identity.architecture) code = answer.if_not_ours;
        if (!checkpoint->calls().empty()) {
            code = fail(
                {StatusCode::malformed, file + ": PyTorch would " + checkpoint->calls()[0] +
                                            " (it was not done here); do not load the file with PyTorch"});
        }
        shown =
            format == kText
                ? answer.text(checkpoint.value(), identity)
                : document(file, [&](JsonWriter& json) { answer.json(json, checkpoint.value(), identity); });
    }
    const Status written = write_data(shown);
    return written.ok() ? code : std::max(code, fail(written));
}

}  // namespace featherface::tools
