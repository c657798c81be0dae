#include "tools/bench/json.hpp"

#include "tools/text/json_writer.hpp"

namespace featherface::tools {

namespace {

using Layout = JsonWriter::Layout;

void write_time(JsonWriter& json, const char* key, double nanoseconds) {
    json.key(key).value(nanoseconds * 1e-3, 4);
}

void write_strings(JsonWriter& json, const char* key, const std::vector<std::string>& texts) {
    json.key(key).begin_array();
    for (const std::string& text : texts) json.value(text);
    json.end_array();
}

// What Google Benchmark writes of every benchmark, and the percentiles.
void write_times(JsonWriter& json, const std::string& name, int threads, const Summary& time, double cpu) {
    json.key("name").value(name);
    json.key("run_name").value(name);
    json.key("run_type").value("iteration");
    json.key("repetitions").value(1);
    json.key("repetition_index").value(0);
    json.key("threads").value(threads);
    json.key("iterations").value(static_cast<std::int64_t>(time.count));
    write_time(json, "real_time", time.median);
    write_time(json, "cpu_time", cpu);
    json.key("time_unit").value("us");
    write_time(json, "p10", time.p10);
    write_time(json, "p90", time.p90);
    write_time(json, "p99", time.p99);
    write_time(json, "min", time.minimum);
    write_time(json, "max", time.maximum);
    json.key("outliers").value(static_cast<std::int64_t>(time.outliers));
    json.key("noise").value(time.noise, 6);
    json.key("drift").value(time.drift, 6);
}

void write_work(JsonWriter& json, const engine::Work& work, double time) {
    json.key("multiply_adds").value(work.multiply_adds);
    json.key("bytes").value(work.bytes());
    json.key("flop_per_byte").value(intensity_of(work), 4);
    json.key("gflops").value(time > 0 ? static_cast<double>(work.flops()) / time : 0, 4);
}

void write_computation(JsonWriter& json, const Computation& computation) {
    write_strings(json, "names", computation.names);
    write_strings(json, "contains", computation.contains);
    json.key("kind").value(computation.kind);
    json.key("kernel").value(computation.kernel);
    json.key("group").value(name_of(computation.group));
    json.key("output_shape").numbers(computation.output_shape);
}

void write_case(JsonWriter& json, const CaseResult& c) {
    json.begin_object(Layout::lines);
    write_times(json, c.name, c.threads, c.network_time, c.cpu);
    json.key("items_per_second").value(1e9 / c.network_time.median, 4);
    json.key("network").value(c.network);
    json.key("file").value(c.file);
    json.key("sha256").value(c.sha256);
    json.key("precision").value(c.precision == Precision::int8 ? "int8" : "float32");
    json.key("parameters").value(c.parameters);
    json.key("width").value(c.width).key("height").value(c.height);
    json.key("arch").value(c.arch);
    json.key("graph").value(c.layerwise ? "layerwise" : "fused");
    write_time(json, "load", c.load);
    write_time(json, "first_run", c.first);
    write_time(json, "pre", c.pre.median);
    write_time(json, "post", c.post.median);
    json.key("memory_bytes").value(static_cast<std::int64_t>(c.memory_bytes));
    write_work(json, c.work, c.network_time.median);
    if (c.peaks) {
        json.key("peak_gflops").value(c.peaks->flops * 1e-9, 4);
        json.key("peak_gbytes_per_second").value(c.peaks->bandwidth * 1e-9, 4);
        json.key("of_peak").value(c.gflops() * 1e9 / c.peaks->flops, 6);
    }
    if (!c.layers.empty()) {
        json.key("layer_sum").value(c.layer_sum, 6);
        json.key("overhead").value(c.overhead, 6);
        json.key("groups").begin_object(Layout::lines);
        for (const GroupResult& group : c.groups) {
            json.key(name_of(group.group)).begin_object();
            write_time(json, "real_time", group.time);
            json.key("multiply_adds").value(group.work.multiply_adds).end_object();
        }
        json.end_object();
    }
    json.end_object();
}

void write_layer(JsonWriter& json, const CaseResult& c, const LayerResult& layer) {
    json.begin_object(Layout::lines);
    write_times(json, c.layer_name(layer), c.threads, layer.time, layer.time.median);
    write_computation(json, layer);
    json.key("input_shapes").begin_array();
    for (const auto& shape : layer.input_shapes) json.numbers(shape);
    json.end_array();
    json.key("share").value(layer.time.median / c.sum_of_medians(), 6);
    write_work(json, layer.work, layer.time.median);
    if (c.peaks) {
        const Bound bound = bound_of(layer.work, *c.peaks);
        write_time(json, "bound", bound.time);
        json.key("bound_by").value(bound.by_memory ? "memory" : "compute");
    }
    if (!layer.stages.empty()) {
        json.key("stages").begin_array(Layout::lines);
        for (const StageResult& stage : layer.stages) {
            json.begin_object();
            write_computation(json, stage);
            write_time(json, "real_time", stage.time);
            json.key("multiply_adds").value(stage.work.multiply_adds).end_object();
        }
        json.end_array();
    }
    json.end_object();
}

void write_context(JsonWriter& json, const BenchResult& result) {
    const Machine& machine = result.machine;
    json.begin_object(Layout::lines);
    json.key("date").value(result.date);
    json.key("host_name").value(machine.host);
    json.key("executable").value("featherface");
    json.key("num_cpus").value(machine.cores);
    json.key("mhz_per_cpu").value(static_cast<std::int64_t>(machine.megahertz));
    json.key("cpu_scaling_enabled").value(!machine.governor.empty() && machine.governor != "performance");
    json.key("caches").begin_array().end_array();
    json.key("load_avg").begin_array().value(machine.load_average, 2).end_array();
    json.key("library_version").value(result.version);
    json.key("library_build_type").value(machine.optimised ? "release" : "debug");
    json.key("json_schema_version").value(1);
    json.key("cpu").value(machine.cpu);
    json.key("build").value(machine.build);
    json.key("warnings").begin_array(Layout::lines);
    for (const std::string& warning : result.warnings) json.value(warning);
    json.end_array().end_object();
}

}  // namespace

std::string bench_json(const BenchResult& result) {
    std::string document;
    JsonWriter json(document);
    json.begin_object(Layout::lines);
    json.key("context");
    write_context(json, result);
    json.key("benchmarks").begin_array(Layout::lines);
    for (const CaseResult& c : result.cases) {
        write_case(json, c);
        for (const LayerResult& layer : c.layers) write_layer(json, c, layer);
    }
    json.end_array();
    if (result.baseline) {
        json.key("comparison").begin_array(Layout::lines);
        for (const BaselineRow& row : *result.baseline) {
            json.begin_object().key("name").value(row.name);
            write_time(json, "before", row.before);
            write_time(json, "after", row.after);
            json.key("ratio").value(row.change.ratio, 6);
            json.key("threshold").value(row.change.threshold, 6);
            json.key("significant").value(row.change.change != Change::none).end_object();
        }
        json.end_array();
    }
    json.end_object();
    return document + "\n";
}

}  // namespace featherface::tools
