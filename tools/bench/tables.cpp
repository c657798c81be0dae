#include "tools/bench/tables.hpp"

#include <algorithm>
#include <utility>

#include "engine/identity/text.hpp"
#include "tools/bench/fusion.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

using Kind = Table::Kind;

std::string milliseconds(double nanoseconds) {
    return fixed(nanoseconds * 1e-6, 3);
}
std::string microseconds(double nanoseconds) {
    return fixed(nanoseconds * 1e-3, 1);
}
std::string mebibytes(std::size_t bytes) {
    return fixed(static_cast<double>(bytes) / (1 << 20), 1);
}
std::string percent(double fraction) {
    return fixed(fraction * 100, 1);
}
std::string million(std::int64_t count) {
    return fixed(static_cast<double>(count) * 1e-6, 3);
}
std::string gflops(const engine::Work& work, double time) {
    return work.flops() > 0 && time > 0 ? fixed(static_cast<double>(work.flops()) / time, 2) : "";
}
std::string counted(int count, const char* what) {
    return concat(std::to_string(count), " ", what, count == 1 ? "" : "s");
}

std::string joined(const std::vector<std::string>& texts, const char* separator) {
    std::string all;
    for (const std::string& text : texts) all += concat(all.empty() ? "" : separator, text);
    return all;
}

// Every module of a computation but the one that is its title.
std::string further_modules(const Computation& computation) {
    std::vector<std::string> modules = computation.names;
    modules.insert(modules.end(), computation.contains.begin(), computation.contains.end());
    if (!modules.empty()) modules.erase(modules.begin());
    return joined(modules, ", ");
}

const char* text_of(Change change) {
    switch (change) {
        case Change::faster: return "faster";
        case Change::slower: return "slower";
        case Change::none: break;
    }
    return "no significant change";
}

void append_once(std::vector<std::string>& lines, std::string line) {
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(std::move(line));
}

}  // namespace

std::string extents(std::span<const std::int64_t> shape) {
    std::string text;
    for (const std::int64_t extent : shape) text += concat(text.empty() ? "" : "x", std::to_string(extent));
    return text;
}

std::string case_title(const CaseResult& c) {
    return concat(c.network, ", ", std::to_string(c.width), "x", std::to_string(c.height), ", ",
                  counted(c.threads, "thread"), ", ", c.arch, ", ", c.layerwise ? "layerwise" : "fused");
}

Table cases_table(const BenchResult& result) {
    Table table{.caption = "Whole network",
                .columns = {{"network", Kind::text},
                            {"size", Kind::text},
                            {"threads"},
                            {"kernels", Kind::text},
                            {"graph", Kind::text},
                            {"median ms"},
                            {"p10 ms"},
                            {"p90 ms"},
                            {"p99 ms"},
                            {"min ms"},
                            {"noise %"},
                            {"runs"},
                            {"outliers"},
                            {"runs/s"},
                            {"GFLOP/s"},
                            {"of peak %"},
                            {"load ms"},
                            {"first run ms"},
                            {"memory MiB"},
                            {"pre ms"},
                            {"post ms"}},
                .lines = {}};
    for (const CaseResult& c : result.cases) {
        const Summary& time = c.network_time;
        table.add({c.network,
                   concat(std::to_string(c.width), "x", std::to_string(c.height)),
                   std::to_string(c.threads),
                   c.arch,
                   c.layerwise ? "layerwise" : "fused",
                   milliseconds(time.median),
                   milliseconds(time.p10),
                   milliseconds(time.p90),
                   milliseconds(time.p99),
                   milliseconds(time.minimum),
                   percent(time.noise),
                   std::to_string(time.count),
                   std::to_string(time.outliers),
                   fixed(1e9 / time.median, 1),
                   fixed(c.gflops(), 2),
                   c.peaks ? percent(c.gflops() * 1e9 / c.peaks->flops) : "",
                   milliseconds(c.load),
                   milliseconds(c.first),
                   mebibytes(c.memory_bytes),
                   milliseconds(c.pre.median),
                   milliseconds(c.post.median)});
    }
    return table;
}

Table layers_table(const CaseResult& result, const std::string& row_id) {
    Table table{.caption = concat("Layers of ", case_title(result), "; together ", percent(result.layer_sum),
                                  "% of the plain run, to which taking their times adds ",
                                  percent(result.overhead), "%"),
                .columns = {{"#"},
                            {"layer", Kind::text},
                            {"part", Kind::keyed},
                            {"kind", Kind::text},
                            {"p10 us"},
                            {"p50 us"},
                            {"p90 us"},
                            {"share %"},
                            {"GFLOP/s"},
                            {"of bound %"},
                            {"bound by", Kind::text},
                            {"million MAC"},
                            {"KiB"},
                            {"FLOP/byte"},
                            {"input", Kind::text},
                            {"output", Kind::text},
                            {"kernel", Kind::text},
                            {"further modules", Kind::wide}},
                .lines = {}};
    const double whole = result.sum_of_medians();
    for (const LayerResult& layer : result.layers) {
        const double time = layer.time.median;
        std::vector<std::string> inputs;
        for (const auto& shape : layer.input_shapes) inputs.push_back(extents(shape));
        const Bound bound = result.peaks ? bound_of(layer.work, *result.peaks) : Bound{};
        table.lines.push_back(
            {{std::to_string(layer.index), layer.title(), std::string(name_of(layer.group)), layer.kind,
              microseconds(layer.time.p10), microseconds(time), microseconds(layer.time.p90),
              percent(time / whole), gflops(layer.work, time),
              result.peaks && time > 0 ? percent(bound.time / time) : "",
              result.peaks ? (bound.by_memory ? "memory" : "compute") : "", million(layer.work.multiply_adds),
              fixed(static_cast<double>(layer.work.bytes()) / 1024, 1), fixed(intensity_of(layer.work), 2),
              joined(inputs, " "), extents(layer.output_shape), layer.kernel,
              layer.stages.empty() ? further_modules(layer) : ""},
             false,
             concat(row_id, "-", std::to_string(layer.index))});
        for (const StageResult& stage : layer.stages) {
            const std::string number =
                concat(std::to_string(layer.index), ".", std::to_string(&stage - layer.stages.data()));
            table.lines.push_back(
                {{number, stage.title(), std::string(name_of(stage.group)), stage.kind, "",
                  microseconds(stage.time), "", percent(stage.time / whole), gflops(stage.work, stage.time),
                  "", "", million(stage.work.multiply_adds), "", "", "", extents(stage.output_shape),
                  stage.kernel, further_modules(stage)},
                 true});
        }
    }
    return table;
}

Table all_layers_table(const std::vector<CaseResult>& cases) {
    Table all;
    for (const CaseResult& c : cases) {
        Table table = layers_table(c);
        all.columns = std::move(table.columns);
        for (Table::Line& line : table.lines) {
            line.cells.insert(line.cells.begin(), c.name);
            all.lines.push_back(std::move(line));
        }
    }
    all.columns.insert(all.columns.begin(), {"case", Kind::text});
    return all;
}

Table groups_table(const CaseResult& result) {
    Table table{.caption = "Parts of " + case_title(result),
                .columns = {{"part", Kind::keyed}, {"p50 us"}, {"share %"}, {"million MAC"}, {"GFLOP/s"}},
                .lines = {}};
    double whole = 0;
    for (const GroupResult& group : result.groups) whole += group.time;
    for (const GroupResult& group : result.groups) {
        table.add({std::string(name_of(group.group)), microseconds(group.time), percent(group.time / whole),
                   million(group.work.multiply_adds), gflops(group.work, group.time)});
    }
    return table;
}

Table fusion_table(const CaseResult& fused, const CaseResult& layerwise) {
    Table table{.caption = "What fusing gains in " + case_title(fused),
                .columns = {{"#"},
                            {"layer", Kind::text},
                            {"part", Kind::keyed},
                            {"layers"},
                            {"one by one us"},
                            {"fused us"},
                            {"gain"}},
                .lines = {}};
    const auto add = [&](std::string number, std::string layer, std::string part, int layers, double separate,
                         double together) {
        table.add({std::move(number), std::move(layer), std::move(part), std::to_string(layers),
                   microseconds(separate), microseconds(together),
                   together > 0 ? fixed(separate / together, 2) : ""});
    };
    int layers = 0;
    double separate = 0;
    for (const FusionRow& row : compare_fusion(fused, layerwise)) {
        add(std::to_string(row.step->index), row.step->title(), std::string(name_of(row.step->group)),
            row.layers, row.separate, row.step->time.median);
        layers += row.layers;
        separate += row.separate;
    }
    add("", "all", "", layers, separate, fused.sum_of_medians());
    return table;
}

Table baseline_table(const std::vector<BaselineRow>& rows) {
    Table table{.caption = "Against the baseline (a ratio below 1: faster now)",
                .columns = {{"benchmark", Kind::text},
                            {"before us"},
                            {"after us"},
                            {"ratio"},
                            {"noise +- %"},
                            {"change", Kind::text}},
                .lines = {}};
    if (rows.empty()) table.caption = "Nothing in the baseline has the name of anything measured now";
    const auto add = [&](const BaselineRow& row) {
        table.add({row.name, microseconds(row.before), microseconds(row.after), fixed(row.change.ratio, 3),
                   percent(row.change.threshold), text_of(row.change.change)});
    };
    int layers = 0, unchanged = 0;
    for (const BaselineRow& row : rows) {
        if (!row.is_layer) add(row);
    }
    for (const BaselineRow& row : rows) {
        if (!row.is_layer) continue;
        ++layers;
        if (row.change.change == Change::none) {
            ++unchanged;
        } else {
            add(row);
        }
    }
    if (layers > 0) {
        table.caption += concat("; no significant change in ", std::to_string(unchanged), " of ",
                                counted(layers, "layer"), ", which are left out");
    }
    return table;
}

std::vector<std::string> header_lines(const BenchResult& result) {
    const Machine& machine = result.machine;
    std::vector<std::string> lines = {
        concat("featherface ", result.version, ", ", machine.build, ", ", result.date),
        concat(machine.cpu, ", ", counted(machine.cores, "core"),
               machine.megahertz > 0 ? concat(", ", fixed(machine.megahertz, 0), " MHz stated") : "",
               ", load average ", fixed(machine.load_average, 2))};
    for (const CaseResult& c : result.cases) {
        std::string line = concat(c.arch, " kernels, ", counted(c.threads, "thread"));
        if (c.peaks) {
            line += concat(": peak ", fixed(c.peaks->flops * 1e-9, 1), " GFLOP/s, ",
                           fixed(c.peaks->bandwidth * 1e-9, 1), " GB/s inside ", mebibytes(c.memory_bytes),
                           " MiB");
        }
        append_once(lines, std::move(line));
    }
    for (const CaseResult& c : result.cases) {
        append_once(lines, concat(c.network, ": ", printable(c.file), ", ", engine::grouped(c.parameters),
                                  " parameters, SHA-256 ", c.sha256,
                                  c.precision == Precision::int8 ? ", with 8 bits" : ""));
    }
    return lines;
}

std::string bench_text(const BenchResult& result, std::string (*render)(const Table&)) {
    std::string text;
    for (const std::string& line : header_lines(result)) text += line + "\n";
    for (const std::string& warning : result.warnings) text += concat("warning: ", warning, "\n");
    const auto add = [&](const Table& table) { text += concat("\n", render(table)); };
    add(cases_table(result));
    for (const CaseResult& c : result.cases) {
        if (c.layers.empty()) continue;
        add(layers_table(c));
        add(groups_table(c));
        if (const CaseResult* layerwise = find_layerwise(c, result.cases)) add(fusion_table(c, *layerwise));
    }
    if (result.baseline) add(baseline_table(*result.baseline));
    return text;
}

}  // namespace featherface::tools
