// featherface compare -m MODEL REFERENCE.npz, or A.npz B.npz: the first layer that differs.
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/loaded_model.hpp"
#include "featherface/model.hpp"
#include "tools/cli/streams.hpp"
#include "tools/crosscheck/comparison.hpp"
#include "tools/crosscheck/conclusion.hpp"
#include "tools/crosscheck/formats.hpp"
#include "tools/crosscheck/report.hpp"
#include "tools/files/output_file.hpp"
#include "tools/model/load_model.hpp"
#include "tools/pictures/output_paths.hpp"
#include "tools/text/text.hpp"
#include "tools/verbs.hpp"

namespace featherface::tools {

namespace {

enum CompareMode : std::size_t { kCompareLayerwise, kCompareFused };
enum CompareFormat : std::size_t { kCompareTable, kCompareJson, kCompareCsv };

struct CompareCommand {
    Reading reading;
    std::optional<std::string> model, report;
    std::optional<float> atol, rtol;
    std::size_t layers = static_cast<std::size_t>(Layers::all), mode = kCompareLayerwise,
                format = kCompareTable;
    bool fail_fast = false;
    std::optional<std::int64_t> given_threads;
    int threads = 1;

    CompareOptions compare() const {
        CompareOptions options;
        options.layers = static_cast<Layers>(layers);
        options.fail_fast = fail_fast;
        if (atol || rtol)
            options.tolerance = Tolerance{.absolute = atol.value_or(1e-4f), .relative = rtol.value_or(0)};
        return options;
    }
};

void declare(Arguments& arguments, CompareCommand& options) {
    constexpr float kMost = 1e30f;
    arguments.text('m', "model", "FILE", "checkpoint to run on the reference's input", options.model);
    declare_reading(arguments, options.reading);
    declare_precision(arguments, options.reading);
    arguments.number("atol", "absolute tolerance, for all layers (1e-4 where only --rtol is given)",
                     options.atol, 0, kMost);
    arguments.number("rtol", "relative tolerance, for all layers (0 where only --atol is given)",
                     options.rtol, 0, kMost);
    arguments.choice("layers", "what to compare", options.layers, {"outputs", "stages", "all"});
    arguments.choice("mode", "how to run the network: every module for itself, or as detect does",
                     options.mode, {"layerwise", "fused"});
    arguments.flag("fail-fast", "stop at the first layer that differs", options.fail_fast);
    arguments.choice("format", "how to show it", options.format, {"table", "json", "csv"});
    declare_threads(arguments, options.given_threads);
    arguments.text(0, "report", "OUT.html", "write a page to look at: chart, faces, heat maps and table",
                   options.report);
    arguments.note(
        "A reference is an .npz file of `featherface dump`, of tools/python/export_reference.py, or your "
        "own: arrays "
        "named by PyTorch's module paths, and `input` (1,3,H,W) or `image_bgr` (uint8 H,W,3) to run the "
        "network on. "
        "Two dumps are compared without a model, the second being the reference.");
    arguments.note(
        "Values a and reference b agree when |a - b| <= atol + rtol * |b|; unless told otherwise 1e-4 for "
        "loc, conf "
        "and landms, and 1e-4 * max(1, |b|) for all others. NaN and infinity never agree. dets agree when "
        "the faces "
        "match one to one (IoU above 0.999, scores within 1e-4), ties aside.");
    arguments.note(
        "max rel is the largest |a - b| / |b|, worst the index of the value farthest outside its tolerance. "
        "With "
        "--mode fused a step stands under the name of the last module it computes; the modules dissolved in "
        "it are "
        "shown as fused. The milestones of the network (--layers stages) are always compared.");
    arguments.note(
        "Where values differ, the usual mistakes are tried one by one, and one under which everything agrees "
        "is "
        "named: RGB for BGR, the mean not subtracted, the image in [0,1], ImageNet's normalisation, the "
        "image "
        "resized, mean and maximum of the spatial gates swapped, another eps of BatchNorm, softmax missing "
        "or "
        "applied twice, classes, boxes, landmarks or outputs in another order. Two dumps alone tell only "
        "those of "
        "the input and of the outputs.");
    arguments.note("Exit code 0: all that was compared agrees. 1: something differs.");
}

Result<NpzReader> open(const std::string& file) {
    return NpzReader::open(file);
}

Status write_report(const CompareCommand& options, const Findings& findings,
                    const Result<Evidence>& evidence) {
    if (!evidence.ok()) return evidence.status();
    const auto report = comparison_report(findings, evidence.value());
    return report.ok() ? write_file(*options.report, report.value()) : report.status();
}

// Sets everything in `findings` but the files.
Status compare_with_model(const CompareCommand& options, Findings& findings) {
    const auto reference = open(findings.reference);
    if (!reference.ok()) return reference.status();
    ModelOptions model_options = options.reading.set_in(options_to_observe(Layers::stages));
    model_options.layerwise = options.mode == kCompareLayerwise;
    auto model = load_model(*options.model, model_options);
    if (!model.ok()) return model.status();
    const Architecture architecture = model->architecture();
    const auto input = read_input(reference.value(), findings.reference, architecture);
    if (!input.ok()) return input.status();

    engine::Session session(engine::program_of(model.value()), options.threads);
    auto comparison = compare_run(session, architecture, input.value(), reference.value(), options.compare());
    if (!comparison.ok()) return comparison.status();
    findings.comparison = std::move(comparison).value();
    findings.model = std::move(model).value();
    findings.mode = options.mode == kCompareFused ? "fused" : "layerwise";
    if (!findings.comparison.agrees()) {
        progress("trying the usual mistakes");
        auto diagnosis = diagnose_run(*options.model, input.value(), reference.value(), options.compare(),
                                      options.threads, options.reading.set_in());
        progress("");
        if (!diagnosis.ok()) return diagnosis.status();
        findings.diagnosis = std::move(diagnosis).value();
    }
    if (!options.report) return {};
    return write_report(options, findings,
                        gather_from_run(session, architecture, input.value(), reference.value(),
                                        options.compare(), findings.comparison));
}

Status compare_two_dumps(const CompareCommand& options, Findings& findings) {
    const auto ours = open(findings.ours), reference = open(findings.reference);
    if (!ours.ok()) return ours.status();
    if (!reference.ok()) return reference.status();
    auto comparison = compare_dumps(ours.value(), reference.value(), options.compare());
    if (!comparison.ok()) return comparison.status();
    findings.comparison = std::move(comparison).value();
    if (!findings.comparison.agrees()) {
        auto diagnosis = diagnose_dumps(ours.value(), reference.value(), options.compare());
        if (!diagnosis.ok()) return diagnosis.status();
        findings.diagnosis = std::move(diagnosis).value();
    }
    if (!options.report) return {};
    return write_report(
        options, findings,
        gather_from_dumps(ours.value(), reference.value(), options.compare(), findings.comparison));
}

std::string shown(const Findings& findings, std::size_t format) {
    if (format == kCompareJson) return comparison_json(findings);
    if (format == kCompareCsv) return comparison_csv(findings);
    return comparison_table(findings);
}

}  // namespace

ExitCode compare(Words words) {
    CompareCommand options;
    Arguments arguments(
        "compare",
        "Runs a network on the input of a reference dump and says which layer is the first to "
        "differ from it, or compares two dumps.",
        "-m MODEL [OPTION...] REFERENCE.npz | A.npz B.npz");
    declare(arguments, options);
    if (const auto end = parse_or_end(arguments, words)) return *end;
    const auto threads = threads_or_default(options.given_threads);
    if (!threads.ok()) return fail(threads.status());
    options.threads = threads.value();
    const auto& files = arguments.positionals();
    if (files.size() != (options.model ? 1u : 2u))
        return usage_error(arguments, "give -m MODEL and one reference dump, or two dumps");

    if (options.report) {
        std::vector<std::string> read = files;
        if (options.model) read.push_back(*options.model);
        const auto output =
            check_not_inputs({*options.report}, *options.report, {std::move(read), PictureList{}});
        if (!output.ok()) return usage_error(arguments, output.status().message());
    }

    Findings findings;
    findings.ours = options.model.value_or(files.front());
    findings.reference = files.back();
    Status status =
        options.model ? compare_with_model(options, findings) : compare_two_dumps(options, findings);
    if (!status.ok()) return fail(status);
    const std::string text = shown(findings, options.format);
    status = options.format == kCompareTable ? write_text(text) : write_data(text);
    if (!status.ok()) return fail(status);
    // CSV has lines of data alone: the conclusion goes to people.
    if (options.format == kCompareCsv) {
        message(conclusion(findings.comparison));
        if (!findings.comparison.agrees()) message(diagnosis_text(findings));
    }
    return findings.comparison.agrees() ? kDone : kDiffers;
}

}  // namespace featherface::tools
