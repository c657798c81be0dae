#include "tools/model/packed_facts.hpp"

#include "loaders/packed/packed_ranges.hpp"
#include "tools/model/checkpoint_json.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

std::string PackedFacts::source_text() const {
    return concat(printable(name), ", SHA-256 ", sha256);
}

std::string PackedFacts::architectures_text() const {
    std::string text;
    for (const std::string& architecture : architectures)
        text.append(text.empty() ? "" : ", ").append(printable(architecture));
    return text.empty() ? "no architecture: that is done at load" : text;
}

std::string PackedFacts::licence_text() const {
    return printable(licence.substr(0, licence.find('\n')));
}

PackedFacts packed_facts(const loaders::PackedFile& file) {
    namespace section = loaders::packed_section;
    // The sections were checked when the file was opened, and so were its ranges, where its network runs
    // here.
    const auto text = [&](std::string_view name) {
        const auto found = file.text(name);
        return found.ok() ? std::string(found.value()) : std::string();
    };
    const auto ranges = loaders::read_packed_ranges(file);
    PackedFacts facts{.name = text(section::kName),
                      .sha256 = file.source_sha256(),
                      .licence = text(section::kLicence),
                      .architectures = {},
                      .int8_layers = ranges.ok() ? ranges->size() : 0};
    for (const auto& part : file.sections()) {
        if (part.name.starts_with(section::kPackedFor))
            facts.architectures.emplace_back(part.name.substr(section::kPackedFor.size()));
    }
    return facts;
}

void write_packed(JsonWriter& json, const loaders::Checkpoint& checkpoint) {
    if (!checkpoint.packed()) return;
    const PackedFacts facts = packed_facts(*checkpoint.packed());
    json.key("packed").begin_object();
    json.key("name").value(facts.name);
    json.key("sha256").value(facts.sha256);
    json.key("architectures");
    write_strings(json, facts.architectures, JsonWriter::Layout::in_line);
    json.key("int8_layers").value(static_cast<std::int64_t>(facts.int8_layers));
    json.key("licence").value(facts.licence);
    json.end_object();
}

}  // namespace featherface::tools
