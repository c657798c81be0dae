#include "tools/model/checkpoint_json.hpp"

namespace featherface::tools {

void write_strings(JsonWriter& json, std::span<const std::string> strings, JsonWriter::Layout layout) {
    json.begin_array(layout);
    for (const std::string& text : strings) json.value(text);
    json.end_array();
}

void write_identity(JsonWriter& json, const engine::Identity& identity) {
    json.key("valid").value(identity.architecture.has_value());
    if (identity.architecture) json.key("architecture").value(engine::network_of(*identity.architecture).id);
    json.key("name").value(identity.name);
    json.key("parameters").value(identity.parameters);
    json.key("buffers").value(identity.buffers);
    json.key("debris").value(identity.debris);
    json.key("warnings");
    write_strings(json, identity.warnings, JsonWriter::Layout::in_line);
    if (identity.architecture) return;
    json.key("explanation").value(identity.explanation);
    json.key("difference_count").value(static_cast<std::int64_t>(identity.difference_count));
    json.key("differences");
    write_strings(json, identity.differences, JsonWriter::Layout::lines);
}

void write_model(JsonWriter& json, const Model& model) {
    json.begin_object();
    json.key("name").value(name_of(model.architecture()));
    json.key("parameters").value(model.parameters());
    json.key("sha256").value(model.sha256());
    json.key("precision").value(model.precision() == Precision::int8 ? "int8" : "float32");
    json.end_object();
}

}  // namespace featherface::tools
