// featherface dump -m MODEL INPUT... -o OUT: the values of a run, as .npz files.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/loaded_model.hpp"
#include "featherface/image_file.hpp"
#include "featherface/model.hpp"
#include "tools/cli/streams.hpp"
#include "tools/crosscheck/dump.hpp"
#include "tools/files/output_file.hpp"
#include "tools/model/load_model.hpp"
#include "tools/pictures/output_paths.hpp"
#include "tools/pictures/pictures.hpp"
#include "tools/text/text.hpp"
#include "tools/verbs.hpp"

namespace featherface::tools {

namespace fs = std::filesystem;

namespace {

struct DumpOptions {
    std::optional<std::string> model, output;
    Reading reading;
    std::size_t layers = 0;
    std::optional<std::int64_t> threads;
    std::int64_t max_pixels = ImageReadOptions{}.max_pixels;
};

void declare(Arguments& arguments, DumpOptions& options) {
    arguments.text('m', "model", "FILE", "checkpoint (.pth, .tar)", options.model);
    declare_reading(arguments, options.reading);
    declare_precision(arguments, options.reading);
    arguments.text('o', "output", "OUT", "an .npz file for one input, a folder for several", options.output);
    arguments.choice("layers", "what to write", options.layers, {"outputs", "stages", "all", "teacher"});
    declare_max_pixels(arguments, options.max_pixels);
    declare_threads(arguments, options.threads);
    arguments.note(
        "An input is a picture, a folder of pictures, '-' for a picture on standard input, or an .npz file "
        "with "
        "`input` (1,3,H,W) or `image_bgr` (uint8 H,W,3). Pictures keep their size.");
    arguments.note(
        "Arrays are float32 in PyTorch's order (N,C,H,W), named by PyTorch's module paths; a module's later "
        "calls "
        "end in #1, #2, the parts of a tuple in @.0, @.1, @.2. outputs: input, loc, conf, landms (or "
        "logits), "
        "priors, dets. stages: these and the network's milestones. all: every module, run layer by layer. "
        "teacher: only logits, loc, landms and the maps that enter the heads. Always __meta__, JSON as "
        "bytes: "
        "numpy.load('OUT.npz')['__meta__'].tobytes().");
}

Result<NetworkInput> read(const Picture& picture, const DumpOptions& options, Architecture architecture) {
    if (fs::path(picture.name).extension() == ".npz") {
        const auto npz = NpzReader::open(picture.name);
        if (!npz.ok()) return npz.status();
        return read_input(npz.value(), picture.name, architecture);
    }
    auto image = read_picture(picture.name, {.max_pixels = options.max_pixels});
    if (!image.ok()) return image.status();
    return input_from(std::move(image).value(), architecture);
}

// The files to be written, one per input. Errors: invalid_argument.
Result<std::vector<fs::path>> plan_outputs(const DumpOptions& options, const PictureList& list,
                                           std::vector<std::string> inputs) {
    const fs::path output = *options.output;
    std::vector<fs::path> outputs = {output};
    if (is_output_folder(list, output)) outputs = paths_in_folder(list, output, ".npz");
    inputs.push_back(*options.model);
    return check_not_inputs(std::move(outputs), output, {std::move(inputs), list});
}

}  // namespace

ExitCode dump(Words words) {
    DumpOptions options;
    Arguments arguments("dump", "Writes the values of a run, layer by layer, to a file numpy.load() reads.",
                        "-m MODEL [OPTION...] INPUT... -o OUT");
    declare(arguments, options);
    if (const auto end = parse_or_end(arguments, words)) return *end;
    const auto threads = threads_or_default(options.threads);
    if (!threads.ok()) return fail(threads.status());
    if (!options.model) return usage_error(arguments, "give a checkpoint: -m MODEL");
    if (!options.output) return usage_error(arguments, "give a file to write: -o OUT.npz");
    if (Status status = check_inputs(arguments.positionals()); !status.ok())
        return usage_error(arguments, status.message());

    const PictureList list = list_pictures(arguments.positionals(), {*options.output});
    const auto outputs = plan_outputs(options, list, arguments.positionals());
    if (!outputs.ok()) return usage_error(arguments, outputs.status().message());

    const auto layers = static_cast<Layers>(options.layers);
    auto model = load_model(*options.model, options.reading.set_in(options_to_observe(layers)));
    if (!model.ok()) return fail(model.status());
    engine::Session session(engine::program_of(model.value()), threads.value());

    ExitCode worst = kDone;
    for (const Status& error : list.errors) worst = std::max(worst, fail(error));
    for (std::size_t i = 0; i < list.pictures.size(); ++i) {
        const fs::path& output = outputs.value()[i];
        progress(std::to_string(i + 1) + "/" + std::to_string(list.pictures.size()) + " " +
                 list.pictures[i].name);
        const auto input = read(list.pictures[i], options, model->architecture());
        if (!input.ok()) {
            worst = std::max(worst, fail(input.status()));
            continue;
        }
        Status status;
        if (output.has_parent_path()) status = make_folder(output.parent_path());
        if (status.ok()) status = write_dump(session, model.value(), input.value(), layers, output);
        if (!status.ok()) return std::max(worst, fail(status));  // the others would fail alike
    }
    progress("");
    return worst;
}

}  // namespace featherface::tools
