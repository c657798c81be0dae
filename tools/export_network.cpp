// featherface export -m MODEL -o OUT.onnx: a checkpoint's network for other runtimes.
#include <optional>
#include <string>

#include "loaders/torch/checkpoint.hpp"
#include "tools/cli/picture_size.hpp"
#include "tools/cli/streams.hpp"
#include "tools/files/output_file.hpp"
#include "tools/model/load_model.hpp"
#include "tools/onnx/export.hpp"
#include "tools/pictures/output_paths.hpp"
#include "tools/text/text.hpp"
#include "tools/verbs.hpp"

namespace featherface::tools {

ExitCode export_network(Words words) {
    std::optional<std::string> model, size, output;
    Reading reading;
    bool onnx = false;
    Arguments arguments("export", "Writes a checkpoint's network as ONNX, which other runtimes run.",
                        "-m MODEL [--onnx] [OPTION...] -o OUT.onnx");
    arguments.text('m', "model", "FILE", "checkpoint (.pth, .tar), or a packed model", model);
    declare_reading(arguments, reading);
    arguments.flag("onnx", "the format, which is the only one", onnx);
    arguments.text(0, "size", "WxH", "for pictures of this size only (default: of any)", size);
    arguments.text('o', "output", "OUT.onnx", "the file to write", output);
    arguments.note(
        "The model takes `input`: float32 1,3,height,width, blue, green and red minus 104, 117 and 123 (a "
        "classifier: red, green and blue as ImageNet's have it), and gives `loc`, `conf` and `landms` as the "
        "network does, for every anchor; prior boxes, decoding and NMS are the reader's. Opset 19, standard "
        "operators only.");
    if (const auto end = parse_or_end(arguments, words)) return *end;
    if (!model) return usage_error(arguments, "give a checkpoint: -m MODEL");
    if (!output) return usage_error(arguments, "give a file to write: -o OUT.onnx");
    if (!arguments.positionals().empty()) {
        return usage_error(arguments, concat("what is '", printable(arguments.positionals().front()),
                                             "'? The checkpoint is given with -m"));
    }
    std::optional<OnnxSize> fixed;
    if (size) {
        const auto parsed = parse_size("--size", *size);
        if (!parsed.ok()) return usage_error(arguments, parsed.status().message());
        fixed = OnnxSize{parsed->height, parsed->width};
    }
    const auto outputs = check_not_inputs({*output}, *output, {{*model}, PictureList{}});
    if (!outputs.ok()) return usage_error(arguments, outputs.status().message());

    auto checkpoint = loaders::Checkpoint::open(
        *model, {.key = reading.key.value_or(""), .ignore_calls = reading.ignore_calls});
    if (!checkpoint.ok()) return fail(checkpoint.status());
    const auto file = export_onnx(checkpoint.value(), fixed);
    if (!file.ok()) return fail(file.status());
    const Status written = write_file(*output, file.value());
    return written.ok() ? kDone : fail(written);
}

}  // namespace featherface::tools
