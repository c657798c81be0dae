#include "tools/bench/baseline.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "loaders/little_endian.hpp"
#include "loaders/mapped_file.hpp"
#include "tools/bench/result.hpp"
#include "tools/text/json_reader.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

constexpr double kUnstatedNoise = 0.05;

double nanoseconds_of(std::string_view unit) {
    if (unit == "ns") return 1;
    if (unit == "us") return 1e3;
    if (unit == "ms") return 1e6;
    return unit == "s" ? 1e9 : 0;
}

}  // namespace

Result<std::vector<BaselineEntry>> parse_baseline(std::string_view json, std::string_view name) {
    const auto document = parse_json(json, name);
    if (!document.ok()) return document.status();
    const JsonValue::Array* benchmarks = document.value()["benchmarks"].array();
    if (!benchmarks) return Status(StatusCode::malformed, concat(name, ": no list of \"benchmarks\" in it"));
    std::vector<BaselineEntry> entries;
    std::map<std::string, std::vector<double>> times;
    for (const JsonValue& benchmark : *benchmarks) {
        const std::string* type = benchmark["run_type"].text();
        if (type && *type != "iteration") continue;
        const std::string* entry_name = benchmark["name"].text();
        const std::string* unit = benchmark["time_unit"].text();
        const double* time = benchmark["real_time"].number();
        const double scale = unit ? nanoseconds_of(*unit) : 0;
        if (!entry_name || !time || scale == 0 || *time < 0) {
            return Status(StatusCode::malformed,
                          concat(name, ": benchmark ", entry_name ? printable(*entry_name) : "without a name",
                                 " lacks a real_time with a time_unit of ns, us, ms or s"));
        }
        std::vector<double>& all = times[*entry_name];
        all.push_back(*time * scale);
        const double* noise = benchmark["noise"].number();
        if (all.size() == 1) entries.push_back({*entry_name, 0, noise ? *noise : kUnstatedNoise});
    }
    for (BaselineEntry& entry : entries) entry.time = median(times[entry.name]);
    return entries;
}

Result<std::vector<BaselineEntry>> read_baseline(const std::string& file) {
    constexpr std::uint64_t kLargestBaseline = std::uint64_t{8} << 20;
    const auto read = loaders::MappedFile::open(file, kLargestBaseline);
    if (!read.ok()) return read.status();
    return parse_baseline(loaders::as_text(read->bytes()), file);
}

std::vector<BaselineRow> compare_with_baseline(const std::vector<CaseResult>& cases,
                                               const std::vector<BaselineEntry>& baseline) {
    struct Pair {
        BaselineRow row;
        double noise_before, noise_after;
    };
    std::vector<Pair> pairs;
    std::size_t layers = 0;
    const auto add = [&](const std::string& name, bool is_layer, const Summary& time) {
        const auto found = std::find_if(baseline.begin(), baseline.end(),
                                        [&](const BaselineEntry& entry) { return entry.name == name; });
        if (found == baseline.end()) return;
        pairs.push_back({{name, is_layer, found->time, time.median, {}}, found->noise, time.noise});
        layers += is_layer ? 1 : 0;
    };
    for (const CaseResult& c : cases) {
        add(c.name, false, c.network_time);
        for (const LayerResult& layer : c.layers) add(c.layer_name(layer), true, layer.time);
    }
    std::vector<BaselineRow> rows;
    for (Pair& pair : pairs) {
        const std::size_t comparisons = pair.row.is_layer ? layers : pairs.size() - layers;
        pair.row.change =
            compare_times(pair.row.before, pair.noise_before, pair.row.after, pair.noise_after, comparisons);
        rows.push_back(std::move(pair.row));
    }
    return rows;
}

}  // namespace featherface::tools
