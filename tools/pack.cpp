// featherface pack -m MODEL -o OUT.ffm: a checkpoint as a packed model.
#include "engine/packed/pack.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/identity/text.hpp"
#include "kernels/select.hpp"
#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/mapped_file.hpp"
#include "tools/cli/streams.hpp"
#include "tools/files/output_file.hpp"
#include "tools/model/load_model.hpp"
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

// "" has none, and so has "none".
std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    while (!list.empty() && list != "none") {
        const std::size_t end = std::min(list.find(','), list.size());
        parts.emplace_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return parts;
}

std::vector<std::string> wanted_architectures(const PackCommand& options) {
    if (options.architectures) return split(*options.architectures);
    std::vector<std::string> all;
    if (options.half) return all;
    for (const kernels::KernelTable* table : kernels::available_tables()) all.emplace_back(table->arch);
    return all;
}

// Of the packed model that is packed again, or as the command line has it.
Result<std::string> licence_text(const PackCommand& options, const loaders::Checkpoint& checkpoint) {
    if (options.licence) {
        const auto file = loaders::MappedFile::open(*options.licence);
        if (!file.ok()) return file.status();
        return std::string(loaders::as_text(file->bytes()));
    }
    if (const loaders::PackedFile* packed = checkpoint.packed()) {
        const auto text = packed->text(loaders::packed_section::kLicence);
        if (!text.ok()) return text.status();
        return std::string(text.value());
    }
    return std::string("No licence was given with these weights: ask whoever made the checkpoint.\n");
}

std::string name_of_source(const std::string& file, const loaders::Checkpoint& checkpoint) {
    if (const loaders::PackedFile* packed = checkpoint.packed()) {
        if (const auto name = packed->text(loaders::packed_section::kName); name.ok())
            return std::string(name.value());
    }
    return std::filesystem::path(file).filename().string();
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
    auto licence = licence_text(options, checkpoint.value());
    if (!licence.ok()) return fail(licence.status());
    const std::vector<std::string> architectures = wanted_architectures(options);
    const auto packed =
        engine::pack(checkpoint.value(), {.cpu_architectures = architectures,
                                          .half = options.half,
                                          .name = name_of_source(*options.model, checkpoint.value()),
                                          .licence = std::move(licence).value()});
    if (!packed.ok()) return fail(packed.status());
    for (const std::string& warning : packed->warnings)
        message(concat("warning: ", *options.model, ": ", warning));
    if (Status status = write_file(*options.output, loaders::as_text(packed->file)); !status.ok())
        return fail(status);
    message(summary(packed.value(), architectures));
    return kDone;
}

}  // namespace featherface::tools
