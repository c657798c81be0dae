// featherface detect -m MODEL PICTURE...: the faces in pictures.
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "featherface/detector.hpp"
#include "featherface/model.hpp"
#include "tools/cli/streams.hpp"
#include "tools/detect/many_pictures.hpp"
#include "tools/detect/options.hpp"
#include "tools/detect/stream.hpp"
#include "tools/model/builtin_model.hpp"
#include "tools/model/load_model.hpp"
#include "tools/pictures/image_write.hpp"
#include "tools/pictures/output_paths.hpp"
#include "tools/pictures/pictures.hpp"
#include "tools/verbs.hpp"

namespace featherface::tools {

namespace fs = std::filesystem;

namespace {

// The files to be written, one per picture, or none. Errors: invalid_argument, also for the file of --resume.
Result<std::vector<fs::path>> plan_outputs(const DetectOptions& options, const PictureList& list) {
    std::vector<std::string> read = options.inputs;
    if (options.model) read.push_back(*options.model);
    if (options.files_from) read.push_back(*options.files_from);
    const ReadFiles all_read{std::move(read), list};
    if (options.resume) {
        const auto checked = check_not_inputs({}, *options.resume, all_read);
        if (!checked.ok()) return checked.status();
    }
    if (options.report) {
        const auto checked = check_not_inputs({}, *options.report, all_read);
        if (!checked.ok()) return checked.status();
    }
    if (options.crops) {
        const auto checked = check_not_inputs({}, *options.crops, all_read);
        if (!checked.ok()) return checked.status();
        if (Status status = check_apart(*options.crops, list); !status.ok()) return status;
    }
    std::vector<fs::path> outputs;
    if (!options.output) {
        if (options.format != kDetectWiderface) return outputs;
        return Status(StatusCode::invalid_argument, "--format widerface needs a folder: -o FOLDER");
    }
    const fs::path output = *options.output;
    if (options.format == kDetectWiderface) {
        outputs = paths_in_folder(list, output, ".txt");
    } else if (is_output_folder(list, output)) {
        outputs = paths_in_folder(list, output, ".png");
    } else if (const auto picture_kind = picture_format(output); picture_kind.ok()) {
        outputs = {output};
    } else {
        return picture_kind.status();
    }
    return check_not_inputs(std::move(outputs), output, all_read);
}

}  // namespace

ExitCode detect(Words words) {
    DetectOptions options;
    Arguments arguments("detect", "Finds faces in pictures: box, score and five landmarks each.",
                        "[-m MODEL] [OPTION...] PICTURE|FOLDER|- ...");
    declare(arguments, options);
    if (const auto end = parse_or_end(arguments, words)) return *end;
    if (!options.model && builtin_model().empty()) return usage_error(arguments, kNoBuiltinModel);
    options.inputs = arguments.positionals();
    if (options.files_from) {
        if (Status status = add_listed(*options.files_from, options.inputs); !status.ok())
            return status.code() == StatusCode::invalid_argument ? usage_error(arguments, status.message())
                                                                 : fail(status);
    }
    if (Status status = check_inputs(options.inputs, options.files_from); !status.ok())
        return usage_error(arguments, status.message());
    if (Status status = settle(options); !status.ok()) return usage_error(arguments, status.message());

    std::vector<fs::path> written;
    for (const auto& path : {options.output, options.crops}) {
        if (path) written.emplace_back(*path);
    }
    PictureList list = list_pictures(options.inputs, written);
    if (options.files_from) list.is_one_file = false;
    const auto outputs = plan_outputs(options, list);
    if (!outputs.ok()) return usage_error(arguments, outputs.status().message());

    if (!options.model) message(kUsingBuiltinModel);
    auto model = load_model_or_builtin(options.model, options.reading.set_in());
    if (!model.ok()) return fail(model.status());
    // Whether it is a detector, and what memory there is, shows before any picture is read.
    auto detector =
        Detector::create(model.value(), options.detector(options.is_stream ? options.threads : 1));
    if (!detector.ok()) {
        const std::string name = options.model.value_or(std::string(kBuiltinModelName));
        return fail({detector.status().code(), name + ": " + detector.status().message()});
    }
    if (options.is_stream) return detect_in_stream(detector.value(), outputs.value(), options);
    return detect_in_pictures(model.value(), list, outputs.value(), options);
}

}  // namespace featherface::tools
