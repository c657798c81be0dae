// featherface bench -m MODEL...: how long networks take, whole and layer by layer.
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/identity/networks.hpp"
#include "engine/loaded_model.hpp"
#include "featherface/version.hpp"
#include "tools/bench/baseline.hpp"
#include "tools/bench/json.hpp"
#include "tools/bench/kernels.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/runner.hpp"
#include "tools/bench/tables.hpp"
#include "tools/bench/trace.hpp"
#include "tools/bench/warnings.hpp"
#include "tools/cli/picture_size.hpp"
#include "tools/cli/streams.hpp"
#include "tools/files/output_file.hpp"
#include "tools/measure/busy_cores.hpp"
#include "tools/measure/machine_peak.hpp"
#include "tools/measure/stopwatch.hpp"
#include "tools/model/builtin_model.hpp"
#include "tools/model/load_model.hpp"
#include "tools/pictures/output_paths.hpp"
#include "tools/text/text.hpp"
#include "tools/verbs.hpp"

namespace featherface::tools {

namespace {

enum BenchFormat : std::size_t { kTable, kCsv, kJson, kMarkdown };
enum BenchMode : std::size_t { kFused, kLayerwise, kBoth };

struct BenchOptions {
    Reading reading;
    std::vector<std::string> models, sizes, threads, archs;
    std::optional<std::string> trace, baseline, report;
    std::size_t mode = kFused, format = kTable;
    std::int64_t repeats = 0, busy = 0;
    std::optional<float> seconds;
    bool per_layer = false, no_peak = false, pin = false, list_kernels = false;
};

void declare(Arguments& arguments, BenchOptions& options) {
    constexpr float kMostSeconds = 86'400;
    constexpr std::int64_t kMostRepeats = 1'000'000;
    arguments.list('m', "model", "FILE",
                   "checkpoints (.pth, .tar); without one, the program's own FeatherFace V2", options.models);
    declare_reading(arguments, options.reading);
    declare_precision(arguments, options.reading);
    arguments.list(0, "size", "WxH", "picture sizes (default 640x640, for a classifier 224x224)",
                   options.sizes);
    arguments.list(0, "threads", "N", "numbers of threads (default 1)", options.threads);
    arguments.list(0, "arch", "NAME", "kernels: sse2, avx2, avx512, neon64 (default the best here)",
                   options.archs);
    arguments.choice("mode",
                     "the graph as it runs, every PyTorch module by itself, or both beside one another",
                     options.mode, {"fused", "layerwise", "both"});
    arguments.number("repeat", "runs per case; 0: as --seconds has it", options.repeats, 0, kMostRepeats);
    arguments.number("seconds", "measure for so long per case, at least ten runs; 2 if not given",
                     options.seconds, 0, kMostSeconds);
    arguments.flag("per-layer", "every step's time, work and roofline bound", options.per_layer);
    arguments.choice("format", "what to write", options.format, {"table", "csv", "json", "md"});
    arguments.text(0, "report", "FILE", "write an HTML page with charts; implies --per-layer",
                   options.report);
    arguments.text(0, "trace", "FILE", "write one run of each case as a trace for ui.perfetto.dev",
                   options.trace);
    arguments.text(0, "baseline", "FILE", "compare with what --format json wrote earlier", options.baseline);
    arguments.number("busy", "keep so many cores busy meanwhile, as other programs may", options.busy, 0,
                     kMostThreads);
    arguments.flag("no-peak", "do not measure the machine's peaks", options.no_peak);
    arguments.flag("pin", "keep each thread on one core", options.pin);
    arguments.flag("list-kernels", "say what would run for each layer and why, and time nothing",
                   options.list_kernels);
    arguments.note(
        "Models, sizes, threads and kernels are combined, and all cases run in turn, again and again, so "
        "that what "
        "disturbs one disturbs all. Lists are written '1 2' or '1,2'. The picture is noise.");
    arguments.note(
        "csv is the table of cases, with --per-layer that of their layers. json has Google Benchmark's "
        "fields. "
        "Against --baseline, a change is called one when it is larger than the noise of both measurements "
        "and 1%.");
}

// The parts of a list, which may be words or separated by commas.
std::vector<std::string> split(const std::vector<std::string>& words) {
    std::vector<std::string> parts;
    for (const std::string& word : words) {
        for (std::size_t begin = 0; begin <= word.size();) {
            const std::size_t end = std::min(word.find(',', begin), word.size());
            parts.push_back(word.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    return parts;
}

Result<std::vector<PictureSize>> parse_sizes(const std::vector<std::string>& words) {
    std::vector<PictureSize> sizes;
    for (const std::string& part : split(words)) {
        const auto size = parse_size("--size", part);
        if (!size.ok()) return size.status();
        sizes.push_back(size.value());
    }
    return sizes;
}

Result<std::vector<int>> parse_threads(const std::vector<std::string>& words) {
    std::vector<int> threads;
    for (const std::string& part : split(words)) {
        std::int64_t number = 0;
        if (Status status = parse_number("--threads", part, number, 1, kMostThreads); !status.ok())
            return status;
        threads.push_back(static_cast<int>(number));
    }
    if (threads.empty()) threads = {1};
    return threads;
}

// The cases of one loaded model: at every size, on every number of threads.
void add_cases(const Case& loaded, std::vector<PictureSize> sizes, const std::vector<int>& threads,
               std::vector<Case>& cases) {
    const int usual_side = engine::is_detector(loaded.model.architecture()) ? 640 : 224;
    if (sizes.empty()) sizes = {{usual_side, usual_side}};
    for (const PictureSize size : sizes) {
        for (const int count : threads) {
            cases.push_back(loaded);
            cases.back().width = size.width;
            cases.back().height = size.height;
            cases.back().threads = count;
        }
    }
}

// Every combination of what was asked for.
Result<std::vector<Case>> make_cases(const BenchOptions& options) {
    const auto sizes = parse_sizes(options.sizes);
    if (!sizes.ok()) return sizes.status();
    const auto threads = parse_threads(options.threads);
    if (!threads.ok()) return threads.status();
    std::vector<std::string> archs = split(options.archs);
    if (archs.empty()) archs = {""};
    std::vector<bool> modes;
    if (options.mode != kLayerwise) modes.push_back(false);
    if (options.mode != kFused) modes.push_back(true);

    std::vector<Case> cases;
    std::map<std::string, std::string> file_of;  // by network: two files of one are told apart by their names
    std::vector<std::optional<std::string>> models(options.models.begin(), options.models.end());
    if (models.empty()) models = {std::nullopt};
    for (const auto& given : models) {
        const std::string file = given.value_or(std::string(kBuiltinModelName));
        for (const std::string& arch : archs) {
            for (const bool layerwise : modes) {
                const Stopwatch watch;
                auto model = load_model_or_builtin(
                    given, options.reading.set_in({.layerwise = layerwise, .cpu_architecture = arch}));
                const double load = watch.nanoseconds();
                if (!model.ok()) return model.status();
                std::string network(name_of(model->architecture()));
                if (file_of.emplace(network, file).first->second != file) {
                    network += concat(" ", std::filesystem::path(file).filename().native());
                }
                add_cases({.model = std::move(model).value(),
                           .network = std::move(network),
                           .file = file,
                           .load = load,
                           .layerwise = layerwise},
                          sizes.value(), threads.value(), cases);
            }
        }
    }
    return cases;
}

BenchResult run(std::vector<Case> cases, const BenchOptions& options) {
    const bool per_layer = options.per_layer || options.report;
    BenchResult result;
    result.machine = this_machine();
    result.version = FEATHERFACE_VERSION;
    result.date = local_time("%Y-%m-%dT%H:%M:%S%z");
    std::optional<BusyCores> neighbours(std::in_place, static_cast<int>(options.busy));
    std::vector<std::unique_ptr<Runner>> runners;
    for (Case& subject : cases) runners.push_back(std::make_unique<Runner>(std::move(subject), options.pin));

    progress("measuring " + std::to_string(runners.size()) + (runners.size() == 1 ? " case" : " cases"));
    Disturbance disturbance;
    disturbance.before = cpu_times();
    const Stopwatch watch;
    disturbance.fixed_work = run_interleaved(
        runners, {.repeats = options.repeats, .seconds = options.seconds.value_or(2)}, per_layer);
    disturbance.seconds = watch.seconds();
    disturbance.after = cpu_times();
    neighbours.reset();

    unpin_thread();
    for (const auto& runner : runners) {
        std::optional<Peaks> peaks;
        if (!options.no_peak) {
            progress("measuring the machine's peaks");
            const Case& subject = runner->subject();
            peaks = {peak_flops(subject.model.cpu_architecture(), subject.threads),
                     peak_bandwidth(runner->memory_bytes(), subject.threads)};
        }
        result.cases.push_back(runner->result(peaks));
    }
    result.warnings = find_warnings(result.machine, result.cases, disturbance);
    return result;
}

Status write_outputs(const std::vector<Case>& cases, const BenchResult& result, const BenchOptions& options) {
    if (options.trace) {
        std::vector<Trace> traces;
        for (const Case& subject : cases) traces.push_back(trace_case(subject, options.pin));
        if (Status status = write_file(*options.trace, trace_json(traces)); !status.ok()) return status;
    }
    if (options.report) {
        if (Status status = write_file(*options.report, bench_report(result)); !status.ok()) return status;
    }
    const bool per_layer = options.per_layer || options.report;
    switch (options.format) {
        case kCsv:
            for (const std::string& warning : result.warnings) message("warning: " + warning);
            return write_data(csv_text(per_layer ? all_layers_table(result.cases) : cases_table(result)));
        case kJson: return write_data(bench_json(result));
        case kMarkdown: return write_text(bench_text(result, markdown_text));
        default: return write_text(bench_text(result, plain_text));
    }
}

Status list_kernels(const std::vector<Case>& cases) {
    std::string text;
    const engine::Program* last = nullptr;
    for (const Case& subject : cases) {
        const engine::Program& program = *engine::program_of(subject.model);
        if (&program == last) continue;  // it is the same for every size and number of threads
        last = &program;
        text += concat(text.empty() ? "" : "\n", plain_text(kernels_table(program)));
    }
    return write_data(text);
}

// What is wrong with the options together; empty when nothing is.
std::string contradiction(const BenchOptions& options) {
    if (options.models.empty() && builtin_model().empty()) return std::string(kNoBuiltinModel);
    if (options.repeats > 0 && options.seconds) return "give --repeat or --seconds, not both";
    if (options.baseline && options.format == kCsv)
        return "--baseline has no place in csv; take table, md or json";
    std::vector<std::string> read = options.models;
    if (options.baseline) read.push_back(*options.baseline);
    for (const auto& output : {options.trace, options.report}) {
        if (!output) continue;
        const auto checked = check_not_inputs({}, *output, {read, PictureList{}});
        if (!checked.ok()) return checked.status().message();
    }
    return "";
}

}  // namespace

ExitCode bench(Words words) {
    BenchOptions options;
    Arguments arguments("bench",
                        "Times networks: percentiles of whole runs, and on request of every layer, against "
                        "what this machine could do "
                        "at best.",
                        "[-m MODEL...] [OPTION...]");
    declare(arguments, options);
    if (const auto end = parse_or_end(arguments, words)) return *end;
    if (!arguments.positionals().empty()) {
        return usage_error(arguments, concat("what is '", printable(arguments.positionals().front()),
                                             "'? Models are given with -m"));
    }
    if (const std::string wrong = contradiction(options); !wrong.empty())
        return usage_error(arguments, wrong);
    std::vector<BaselineEntry> baseline;
    if (options.baseline) {
        auto read = read_baseline(*options.baseline);
        if (!read.ok()) return fail(read.status());
        baseline = std::move(read).value();
    }
    if (options.models.empty()) message(kUsingBuiltinModel);
    auto cases = make_cases(options);
    if (!cases.ok()) return fail(cases.status());
    if (options.list_kernels) {
        Status status = list_kernels(cases.value());
        return status.ok() ? kDone : fail(status);
    }
    BenchResult result = run(cases.value(), options);
    if (options.baseline) result.baseline = compare_with_baseline(result.cases, baseline);
    Status status = write_outputs(cases.value(), result, options);
    return status.ok() ? kDone : fail(status);
}

}  // namespace featherface::tools
