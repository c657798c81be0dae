// featherface pack -m MODEL -o OUT.ffm: a checkpoint as a packed model.
#include "engine/packed/pack.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/identity/text.hpp"
#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "tools/cli/streams.hpp"
#include "tools/files/output_file.hpp"
#include "tools/model/load_model.hpp"
#include "tools/model/packing.hpp"
#include "tools/pictures/output_paths.hpp"
#include "tools/text/text.hpp"
#include "tools/verbs.hpp"

namespace featherface::tools {

namespace {

struct PackCommand {
    std::optional<std::string> model, output, architectures, licence;
    Reading reading;
    bool half = false;
};

void declare(Arguments& arguments, PackCommand& options) {
    arguments.text('m', "model", "FILE", "checkpoint (.pth, .tar), or a packed model", options.model);
    declare_reading(arguments, options.reading);
    arguments.text('o', "output", "OUT.ffm", "the file to write", options.output);
    arguments.flag("half", "round weights to float16: half the size, and not the checkpoint's bits any more",
                   options.half);
    arguments.text(
        0, "architectures", "LIST",
        "whose kernels find their weights ready, such as avx2,avx512, or none (default: all that this "
        "CPU has; none with --half)",
        options.architectures);
    arguments.text(0, "licence", "FILE", "a text to put into the file: what may be done with the weights",
                   options.licence);
    arguments.note(
        "A packed model is taken wherever a checkpoint is, and computes the same bits. For the architectures "
        "it is "
        "packed for it is mapped and used as it lies; elsewhere, and by what runs layer by layer, its "
        "tensors are "
        "read as a checkpoint's are. Weights that are float16 already are kept so without --half, too.");
    arguments.note(
        "`inspect OUT.ffm` shows what is in it, `verify` whether all of it is as it was written; `compare` "
        "says what --half changes in the network's values. See docs/packed-models.md.");
}

std::string summary(const engine::PackedModel& packed, const std::vector<std::string>& architectures) {
    std::string text =
        concat(name_of(packed.architecture), ", ", engine::grouped(packed.parameters), " parameters, ",
               engine::grouped(static_cast<std::int64_t>(packed.file.size())), " bytes, ");
    std::string ready;
    for (const std::string& architecture : architectures)
        ready.append(ready.empty() ? "" : ", ").append(architecture);
    text += ready.empty() ? "packed for no architecture: that is done at load" : concat("packed for ", ready);
    if (packed.rounded > 0) {
        char change[32];
        std::snprintf(change, sizeof change, "%.1e", static_cast<double>(packed.largest_change));
        text += concat("; float16 changed ", engine::grouped(packed.rounded), " of them, by ", change,
                       " of the largest in their tensor at most");
    }
    return text;
}

}  // namespace

ExitCode pack(Words words) {
    PackCommand options;
    Arguments arguments(
        "pack", "Makes a checkpoint a packed model, which loads at once and is one file with its licence.",
        "-m MODEL [OPTION...] -o OUT.ffm");
    declare(arguments, options);
    if (const auto end = parse_or_end(arguments, words)) return *end;
    if (!options.model) return usage_error(arguments, "give a checkpoint: -m MODEL");
    if (!options.output) return usage_error(arguments, "give a file to write: -o OUT.ffm");
    if (!arguments.positionals().empty()) {
        return usage_error(arguments, concat("what is '", printable(arguments.positionals().front()),
                                             "'? The checkpoint is given with -m"));
    }
    const auto output =
        check_not_inputs({*options.output}, *options.output, {{*options.model}, PictureList{}});
    if (!output.ok()) return usage_error(arguments, output.status().message());

    auto checkpoint = loaders::Checkpoint::open(
        *options.model,
        {.key = options.reading.key.value_or(""), .ignore_calls = options.reading.ignore_calls});
    if (!checkpoint.ok()) return fail(checkpoint.status());
    auto licence = licence_text(options.licence, checkpoint.value());
    if (!licence.ok()) return fail(licence.status());
    const auto architectures = wanted_architectures(options.architectures, options.half);
    if (!architectures.ok()) return fail(architectures.status());
    const auto packed =
        engine::pack(checkpoint.value(), {.cpu_architectures = architectures.value(),
                                          .half = options.half,
                                          .name = name_of_source(*options.model, checkpoint.value()),
                                          .licence = std::move(licence).value()});
    if (!packed.ok()) return fail(packed.status());
    for (const std::string& warning : packed->warnings)
        message(concat("warning: ", *options.model, ": ", warning));
    if (Status status = write_file(*options.output, loaders::as_text(packed->file)); !status.ok())
        return fail(status);
    message(summary(packed.value(), architectures.value()));
    return kDone;
}

}  // namespace featherface::tools
