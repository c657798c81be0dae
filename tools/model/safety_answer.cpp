#include "tools/model/safety_answer.hpp"

#include <algorithm>

#include "loaders/error.hpp"
#include "loaders/mapped_file.hpp"
#include "loaders/torch/safety.hpp"
#include "loaders/torch/sha256.hpp"
#include "loaders/torch/torch_file.hpp"
#include "tools/cli/streams.hpp"
#include "tools/model/checkpoint_json.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

using loaders::SafetyReport;

std::string text(const std::string& file, const std::string& sha256, const SafetyReport& report) {
    std::string opcodes, globals;
    for (const auto& [name, count] : report.opcodes) {
        opcodes.append(opcodes.empty() ? "" : ", ").append(name).append(" ").append(std::to_string(count));
    }
    for (const std::string& name : report.globals) globals.append(globals.empty() ? "" : ", ").append(name);
    std::string lines = printable(file) + "\n";
    const auto line = [&](const char* label, const std::string& what) {
        lines.append("  ").append(label).append(what.empty() ? "none" : what).append("\n");
    };
    line("container   ", report.container);
    line("SHA-256     ", sha256);
    line("opcodes     ", opcodes);
    line("globals     ", printable(globals));
    if (report.reasons.empty()) {
        line("torch.load  ", "could not run code: all that the file asks for is data");
        return lines;
    }
    line("torch.load  ", "could run code:");
    for (const std::string& reason : report.reasons)
        lines.append("    ").append(printable(reason)).append("\n");
    return lines;
}

std::string json(const std::string& file, const std::string& sha256, const SafetyReport& report) {
    using Layout = JsonWriter::Layout;
    std::string text;
    JsonWriter json(text);
    json.begin_object(Layout::lines);
    json.key("schema").value(1);
    json.key("file").value(file);
    json.key("container").value(report.container);
    json.key("sha256").value(sha256);
    json.key("could_run_code").value(!report.reasons.empty());
    json.key("reasons");
    write_strings(json, report.reasons, Layout::lines);
    json.key("opcodes").begin_object();
    for (const auto& [name, count] : report.opcodes) json.key(name).value(static_cast<std::int64_t>(count));
    json.end_object();
    json.key("globals");
    write_strings(json, report.globals, Layout::in_line);
    json.end_object();
    return text + "\n";
}

}  // namespace

ExitCode answer_about_safety(const std::string& file, bool as_json) {
    const auto mapped =
        loaders::MappedFile::open(file, loaders::kLargestFileBytes, loaders::allowed_checkpoint);
    if (!mapped.ok()) return fail(mapped.status());
    const auto report = loaders::report_safety(mapped->bytes());
    if (!report.ok()) return fail(loaders::in_file(file, report.status()));
    const std::string sha256 = loaders::sha256_hex(mapped->bytes());
    const Status written =
        write_data(as_json ? json(file, sha256, report.value()) : text(file, sha256, report.value()));
    const ExitCode code = report->reasons.empty() ? kDone : kDiffers;
    return written.ok() ? code : std::max(code, fail(written));
}

}  // namespace featherface::tools
