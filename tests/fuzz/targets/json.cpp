// JSON, and the earlier benchmarks that it holds.
#include "tools/text/json_reader.hpp"

#include <cmath>
#include <string>
#include <variant>

#include "fuzz/target.hpp"
#include "loaders/little_endian.hpp"
#include "tools/bench/baseline.hpp"
#include "tools/text/json_writer.hpp"

namespace featherface::fuzz {

namespace {

// A number becomes a text, as a JsonWriter has not all its digits.
void write(tools::JsonWriter& to, const tools::JsonValue& value) {
    if (const auto* array = value.array()) {
        to.begin_array();
        for (const tools::JsonValue& item : *array) write(to, item);
        to.end_array();
    } else if (const auto* object = value.object()) {
        to.begin_object();
        for (const auto& [key, member] : *object) write(to.key(key), member);
        to.end_object();
    } else if (const bool* truth = std::get_if<bool>(&value.value)) {
        to.value(*truth);
    } else {
        const std::string* text = value.text();
        to.value(text ? std::string_view(*text) : "no text");
    }
}

std::string written(const tools::JsonValue& value) {
    std::string text;
    tools::JsonWriter writer(text);
    write(writer, value);
    return text;
}

void check_json(Bytes bytes) {
    const std::string_view text = loaders::as_text(bytes);
    const auto value = tools::parse_json(text, "fuzz");
    if (!value.ok()) return require(value.status().message().size() > 6);
    const double* number = value->number();
    require(!number || std::isfinite(*number));
    // What is written is read back as what it was.
    const std::string once = written(value.value());
    const auto again = tools::parse_json(once, "fuzz");
    require(again.ok() && written(again.value()) == once);
    const auto baseline = tools::parse_baseline(text, "fuzz");
    if (!baseline.ok()) return require(baseline.status().message().size() > 6);
    for (const tools::BaselineEntry& entry : baseline.value()) require(entry.time >= 0);
}

std::vector<ByteString> json_seeds() {
    return {R"([null, true, false, -0.5e-3, "a\u0041\udc80\ud83d\ude00\n", {"a": {}, "b": [1e308]}])",
            R"({"benchmarks": [{"name": "a", "run_type": "iteration", "real_time": 1.5, "time_unit": "ms"},
                {"name": "a", "real_time": 2, "time_unit": "us", "noise": 0.1},
                {"name": "b", "run_type": "aggregate"}]})",
            ByteString(70, '[')};
}

}  // namespace

Target json() {
    return {.name = "json", .check = check_json, .seeds = json_seeds};
}

}  // namespace featherface::fuzz
