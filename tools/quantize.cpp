// featherface quantize -m MODEL --images DIR -o OUT.ffm: a packed model that computes with 8 bits, judged
// before it is written.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/detect/finite.hpp"
#include "engine/identity/identify.hpp"
#include "engine/identity/networks.hpp"
#include "engine/identity/text.hpp"
#include "engine/packed/pack.hpp"
#include "engine/runtime/session.hpp"
#include "featherface/detector.hpp"
#include "kernels/select.hpp"
#include "loaders/error.hpp"
#include "tools/cli/streams.hpp"
#include "tools/cli/verb.hpp"
#include "tools/eval/figures.hpp"
#include "tools/eval/variant.hpp"
#include "tools/files/output_file.hpp"
#include "tools/model/load_model.hpp"
#include "tools/model/packing.hpp"
#include "tools/pictures/output_paths.hpp"
#include "tools/pictures/pictures.hpp"
#include "tools/quantize/calibration.hpp"
#include "tools/text/text.hpp"
#include "tools/verbs.hpp"

namespace featherface::tools {

namespace {

constexpr std::size_t kEvery = 5;  // of the pictures the last of so many judges, and is not calibrated with
constexpr double kLeastF1 = 0.985;
constexpr float kLeastOverlap = 0.5f;

struct QuantizeCommand {
    std::optional<std::string> model, images, output, architectures, licence;
    Reading reading;
    std::int64_t side = 640;
    std::int64_t max_pixels = ImageReadOptions{}.max_pixels;
    std::optional<std::int64_t> given_threads;
    int threads = 1;
    bool half = false, force = false;
};

void declare(Arguments& arguments, QuantizeCommand& options) {
    constexpr std::int64_t kMostSide = 10'000;
    arguments.text('m', "model", "FILE", "a detector's checkpoint (.pth, .tar), or a packed model",
                   options.model);
    declare_reading(arguments, options.reading);
    arguments.text(0, "images", "DIR", "folder of photos such as the model is to see, with faces",
                   options.images);
    arguments.text('o', "output", "OUT.ffm", "the file to write", options.output);
    arguments.flag("force", "write it also where it finds other faces than the model in float32",
                   options.force);
    arguments.number("side", "resize pictures so that their longer side is this; 0: never", options.side, 0,
                     kMostSide);
    arguments.flag("half", "round the weights that are kept to float16, as `pack` does", options.half);
    arguments.text(0, "architectures", "LIST", "whose kernels find their weights ready, as for `pack`",
                   options.architectures);
    arguments.text(0, "licence", "FILE", "a text to put into the file, as for `pack`", options.licence);
    declare_max_pixels(arguments, options.max_pixels);
    declare_threads(arguments, options.given_threads);
    arguments.note(
        "The pictures are run through the model to see between what the values lie that its pointwise "
        "convolutions read; these then compute with 8 bits a number, which is faster, all else in float32. "
        "Every "
        "fifth picture is left out of that, and both ways of computing are compared on it: an F1 below "
        "0.985, "
        "the faces found in float32 being the references, is refused with exit code 1 and nothing written, "
        "unless with --force.");
    arguments.note(
        "The file is a packed model (see `pack`), and used with 8 bits wherever a model is taken; "
        "--precision "
        "float32 has the same file computed as the checkpoint is. `eval` compares the two on pictures of "
        "yours: "
        "featherface eval -m OUT.ffm --reference MODEL --images DIR.");
}

Result<Image> read_resized(const std::string& file, const QuantizeCommand& options) {
    auto image =
        read_picture(file, {.max_pixels = options.max_pixels, .needed_side = static_cast<int>(options.side)});
    if (!image.ok() || options.side == 0) return image;
    const double factor = static_cast<double>(options.side) / std::ranges::max(whole_size(image.value()));
    auto resized = varied(std::move(image).value(), {Variant::Kind::enlarged, factor});
    if (!resized.ok()) return loaders::in_file(file, resized.status());
    return std::move(resized->image);
}

// Calls see(i, image) for every picture for which wanted(i) holds. Errors: those of pictures, and see()'s.
template <class Wanted, class See>
Status for_each_image(const PictureList& list, const QuantizeCommand& options, const char* doing,
                      const Wanted& wanted, const See& see) {
    for (std::size_t i = 0; i < list.pictures.size(); ++i) {
        if (!wanted(i)) continue;
        const std::string& file = list.pictures[i].name;
        progress(
            concat(doing, " ", std::to_string(i + 1), "/", std::to_string(list.pictures.size()), " ", file));
        const auto image = read_resized(file, options);
        if (!image.ok()) return image.status();
        if (Status status = see(image.value()); !status.ok()) return loaders::in_file(file, status);
    }
    progress("");
    return {};
}

bool is_held_out(std::size_t i) {
    return i % kEvery == kEvery - 1;
}

// What the convolutions of the network read, as the pictures that are not held out show it.
Result<std::vector<engine::InputRange>> calibrate(engine::Graph graph, const PictureList& list,
                                                  const QuantizeCommand& options) {
    const auto table = kernels::default_table();
    if (!table.ok()) return table.status();
    const auto program = std::make_shared<const engine::Program>(compile(std::move(graph), *table.value()));
    engine::Session session(program, options.threads);
    Calibration calibration(program->graph);
    Status status = for_each_image(
        list, options, "calibrating", [](std::size_t i) { return !is_held_out(i); },
        [&](const Image& image) {
            session.run(image.view(), &calibration);
            if (calibration.all_finite()) return Status();
            return engine::not_finite(
                session, [&](engine::Observer& observer) { session.run(image.view(), &observer); });
        });
    if (!status.ok()) return status;
    return calibration.ranges();
}

Result<Detector> detector_of(Result<Model> model, int threads) {
    if (!model.ok()) return model.status();
    return Detector::create(std::move(model).value(), {.threads = threads});
}

// How well the packed file finds, with 8 bits, the faces that the model finds in float32, in the pictures
// that are held out.
Result<Figures> judge(const std::vector<std::byte>& file, const PictureList& list,
                      const QuantizeCommand& options) {
    const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(file.data()),
                                              file.size());
    auto exact =
        detector_of(Model::load(*options.model, options.reading.set_in({.precision = Precision::float32})),
                    options.threads);
    if (!exact.ok()) return exact.status();
    auto fast = detector_of(Model::from_bytes(bytes, "the packed model", {.precision = Precision::int8}),
                            options.threads);
    if (!fast.ok()) return fast.status();
    Tally tally;
    Status status = for_each_image(list, options, "judging", is_held_out, [&](const Image& image) {
        const auto wanted = exact->detect(image.view());
        if (!wanted.ok()) return wanted.status();
        const auto found = fast->detect(image.view());
        if (!found.ok()) return found.status();
        std::vector<Reference> references;
        for (const Face& face : wanted.value())
            references.push_back({.box = face.box, .landmarks = face.landmarks});
        tally.add(match(found.value(), references, kLeastOverlap), references);
        return Status();
    });
    if (!status.ok()) return status;
    return figures_of(tally, 0);
}

std::string verdict_text(const engine::PackedModel& packed, const Figures& figures) {
    char f1[32] = "none";
    if (figures.f1) std::snprintf(f1, sizeof f1, "%.4f", *figures.f1);
    return concat(name_of(packed.architecture), ", 8 bits in ", std::to_string(packed.ranges),
                  " convolutions; in the pictures held out float32 finds ",
                  std::to_string(figures.references), " faces, 8 bits ", std::to_string(figures.faces),
                  ", the same ones ", std::to_string(figures.hits), ": F1 ", f1);
}

}  // namespace

ExitCode quantize(Words words) {
    QuantizeCommand options;
    Arguments arguments(
        "quantize",
        "Makes a packed model whose pointwise convolutions compute with 8 bits, by the values that "
        "pictures show, and compares it with float32.",
        "-m MODEL --images DIR [OPTION...] -o OUT.ffm");
    declare(arguments, options);
    if (const auto end = parse_or_end(arguments, words)) return *end;
    const auto threads = threads_or_default(options.given_threads);
    if (!threads.ok()) return fail(threads.status());
    options.threads = threads.value();
    if (!options.model) return usage_error(arguments, "give a checkpoint: -m MODEL");
    if (!options.images) return usage_error(arguments, "give a folder of pictures: --images DIR");
    if (!options.output) return usage_error(arguments, "give a file to write: -o OUT.ffm");
    if (!arguments.positionals().empty())
        return usage_error(arguments, concat("'", printable(arguments.positionals().front()),
                                             "': pictures are given by --images"));
    std::error_code ignored;
    if (!std::filesystem::is_directory(*options.images, ignored))
        return fail({StatusCode::io_error, *options.images + ": no such folder"});
    const PictureList list = list_pictures({&*options.images, 1});
    if (!list.errors.empty()) return fail(list.errors.front());
    if (list.pictures.size() < kEvery)
        return usage_error(
            arguments, concat("--images: at least ", std::to_string(kEvery), " pictures are needed, found ",
                              std::to_string(list.pictures.size())));
    const auto outputs = check_not_inputs({*options.output}, *options.output, {{*options.model}, list});
    if (!outputs.ok()) return usage_error(arguments, outputs.status().message());
    const auto architectures = wanted_architectures(options.architectures, options.half);
    if (!architectures.ok()) return fail(architectures.status());

    auto checkpoint = loaders::Checkpoint::open(
        *options.model,
        {.key = options.reading.key.value_or(""), .ignore_calls = options.reading.ignore_calls});
    if (!checkpoint.ok()) return fail(checkpoint.status());
    engine::Identity identity = engine::identify(checkpoint.value());
    if (!identity.architecture ||
        engine::network_of(*identity.architecture).task != engine::Task::detection) {
        return fail({StatusCode::wrong_model,
                     *options.model + ": " +
                         (identity.architecture ? std::string("it is no detector") : identity.explanation)});
    }
    auto licence = licence_text(options.licence, checkpoint.value());
    if (!licence.ok()) return fail(licence.status());
    // The pictures take long: whether the file can be written shows before.
    auto output = OutputFile::create(*options.output);
    if (!output.ok()) return fail(output.status());

    auto ranges = calibrate(std::move(identity.graph), list, options);
    if (!ranges.ok()) return fail(ranges.status());
    const auto packed =
        engine::pack(checkpoint.value(), {.cpu_architectures = architectures.value(),
                                          .half = options.half,
                                          .name = name_of_source(*options.model, checkpoint.value()),
                                          .licence = std::move(licence).value(),
                                          .ranges = std::move(ranges).value()});
    if (!packed.ok()) return fail(packed.status());
    for (const std::string& warning : packed->warnings)
        message(concat("warning: ", *options.model, ": ", warning));

    const auto figures = judge(packed->file, list, options);
    if (!figures.ok()) return fail(figures.status());
    message(verdict_text(packed.value(), figures.value()));
    if (!options.force && figures->f1.value_or(0) < kLeastF1) {
        message(figures->f1
                    ? "that is less than 0.985: nothing is written without --force"
                    : "without faces there is nothing to judge by: nothing is written without --force");
        return kDiffers;
    }
    if (Status status = output->write(packed->file); !status.ok()) return fail(status);
    if (Status status = output->commit(); !status.ok()) return fail(status);
    message(concat("written: ", engine::grouped(static_cast<std::int64_t>(packed->file.size())), " bytes"));
    return kDone;
}

}  // namespace featherface::tools
