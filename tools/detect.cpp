// featherface detect -m MODEL PICTURE...: the faces in pictures.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "featherface/detector.hpp"
#include "featherface/image_file.hpp"
#include "featherface/model.hpp"
#include "tools/cli/scales.hpp"
#include "tools/cli/streams.hpp"
#include "tools/detect/face_formats.hpp"
#include "tools/files/output_file.hpp"
#include "tools/model/builtin_model.hpp"
#include "tools/model/load_model.hpp"
#include "tools/pictures/draw.hpp"
#include "tools/pictures/image_write.hpp"
#include "tools/pictures/output_paths.hpp"
#include "tools/pictures/pictures.hpp"
#include "tools/verbs.hpp"

namespace featherface::tools {

namespace fs = std::filesystem;

namespace {

enum DetectFormat : std::size_t { kDetectText, kDetectJson, kDetectJsonLines, kDetectCsv, kDetectWiderface };

struct DetectOptions {
    std::optional<std::string> model, output;
    Reading reading;
    std::size_t format = kDetectText;
    float score = 0.5f, nms = 0.4f;
    std::int64_t top_k = 5000, keep = 750, max_side = 0;
    std::optional<std::string> scales_text;
    std::uint32_t scales = kAutoScales;
    bool turns = false;
    std::optional<std::int64_t> threads;
    std::int64_t max_pixels = ImageReadOptions{}.max_pixels;
    std::vector<std::string> inputs;

    DetectorOptions detector(int threads_to_use) const {
        return {.score_threshold = score,
                .nms_threshold = nms,
                .top_k = static_cast<int>(top_k),
                .max_faces = static_cast<int>(keep),
                .max_side = static_cast<int>(max_side),
                .scales = scales,
                .turns = turns,
                .threads = threads_to_use};
    }
};

void declare(Arguments& arguments, DetectOptions& options) {
    constexpr std::int64_t kMostFaces = 1'000'000, kMostSide = 100'000;
    arguments.text('m', "model", "FILE",
                   "a detector's checkpoint (.pth); without one, the program's own FeatherFace V2",
                   options.model);
    declare_reading(arguments, options.reading);
    arguments.text('o', "output", "OUT",
                   "draw the faces: a .png or .ppm file for one picture, a folder for several",
                   options.output);
    arguments.choice("format", "what to write", options.format,
                     {"text", "json", "jsonl", "csv", "widerface"});
    arguments.number("score", "faces with a score above this count", options.score, 0, 1);
    arguments.number("nms", "of two boxes that overlap more (IoU), the better stays", options.nms, 0, 1);
    arguments.number("top-k", "candidates looked at, best first", options.top_k, 1, kMostFaces);
    arguments.number("keep", "faces given at most", options.keep, 1, kMostFaces);
    arguments.number("max-side", "shrink pictures whose longer side is larger; 0: never", options.max_side, 0,
                     kMostSide);
    declare_scales(arguments, options.scales_text, "auto");
    arguments.flag("turns", "look for faces on their side and on their head too; takes four times as long",
                   options.turns);
    declare_max_pixels(arguments, options.max_pixels);
    declare_threads(arguments, options.threads);
    arguments.note(
        "A folder stands for the pictures in it and in the folders below, found by their extension and taken "
        "in order of name; '-' is a picture on standard input. JPEG, PNG, BMP and PNM are read. A picture "
        "that cannot be read is reported, the others are still run, and the exit code is 3.");
    arguments.note(
        "Boxes (x1 y1 x2 y2) and landmarks are in pixels of the picture as shown upright, also when it was "
        "shrunk, and are not clipped to it. Landmarks: left eye, right eye, nose, left and right corner of "
        "the mouth, as seen in the picture.");
    arguments.note(
        "--format json is one document, jsonl an object per line: a picture that failed has 'error' and no "
        "'faces', one that was shrunk its 'scale'; 'ms' are milliseconds. csv is a row per face. widerface "
        "writes a .txt per picture into the folder -o instead of drawing: name, count, 'x y w h score' per "
        "face.");
}

// The files to be written, one per picture, or none. Errors: invalid_argument.
Result<std::vector<fs::path>> plan_outputs(const DetectOptions& options, const PictureList& list) {
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
    std::vector<std::string> read = options.inputs;
    if (options.model) read.push_back(*options.model);
    return check_not_inputs(std::move(outputs), output, {std::move(read), list});
}

std::unique_ptr<FaceFormat> make_format(std::size_t format) {
    switch (format) {
        case kDetectJson: return json_format();
        case kDetectJsonLines: return jsonl_format();
        case kDetectCsv: return csv_format();
        case kDetectWiderface: return std::make_unique<FaceFormat>();
        default: return text_format();
    }
}

// Reads one picture into `image` and finds its faces.
Status find_faces(Detector& detector, const Picture& picture, const DetectOptions& options, Image& image,
                  PictureFaces& result) {
    const auto start = std::chrono::steady_clock::now();
    auto decoded = read_picture(picture.name, {.max_pixels = options.max_pixels});
    if (!decoded.ok()) return decoded.status();
    image = std::move(decoded).value();
    result.decode_ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    result.width = image.width;
    result.height = image.height;

    auto faces = detector.detect(image.view());
    if (!faces.ok()) return {faces.status().code(), picture.name + ": " + faces.status().message()};
    result.faces = std::move(faces).value();
    result.scale = detector.last_scale();
    result.scales = scale_list(detector.last_scales());
    result.turns = options.turns;
    const Timings& timings = detector.last_timings();
    result.network_ms = timings.preprocess + timings.network;
    result.post_ms = timings.postprocess;
    return {};
}

Status write_result_file(const fs::path& path, const PictureFaces& result, Image& image, std::size_t format) {
    if (path.has_parent_path()) {
        if (Status status = make_folder(path.parent_path()); !status.ok()) return status;
    }
    if (format == kDetectWiderface) return write_file(path, widerface_text(result));
    const std::vector<Face> best_last(result.faces.rbegin(), result.faces.rend());
    draw_faces(image, best_last);  // where faces overlap, the best is seen
    return write_image(path, image.view());
}

void tell_shrunk(const PictureFaces& result, int max_side) {
    const auto side = [&](int n) { return std::to_string(std::max(1l, std::lround(n * result.scale))); };
    message(result.file + ": shrunk from " + std::to_string(result.width) + "x" +
            std::to_string(result.height) + " to " + side(result.width) + "x" + side(result.height) +
            " for the network (--max-side " + std::to_string(max_side) + ")");
}

// Memory that runs out fails what is done for one picture, with this code, and not the program.
template <class Work>
Status within_memory(const Picture& picture, StatusCode code, const Work& work) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return {code, picture.name + ": not enough memory"};
    }
}

ExitCode run(Detector& detector, const PictureList& list, const std::vector<fs::path>& outputs,
             const DetectOptions& options) {
    ExitCode worst = kDone;
    for (const Status& error : list.errors) worst = fail(error);

    const auto format = make_format(options.format);
    if (Status status = write_data(format->begin(detector.model())); !status.ok()) return fail(status);
    std::size_t failed = 0;
    for (std::size_t i = 0; i < list.pictures.size(); ++i) {
        const Picture& picture = list.pictures[i];
        const std::string place = std::to_string(i + 1) + "/" + std::to_string(list.pictures.size());
        progress(place + " " + picture.name);
        PictureFaces result;
        result.file = picture.name;
        Image image;
        const Status status = within_memory(picture, StatusCode::limit_exceeded, [&] {
            return find_faces(detector, picture, options, image, result);
        });
        if (!status.ok()) {
            result.error = status.message();
            worst = std::max(worst, fail(status));
            ++failed;
        } else {
            if (result.scale != 1) tell_shrunk(result, static_cast<int>(options.max_side));
            if (!outputs.empty()) {
                // The faces still go to standard output, and the other pictures are still looked at.
                const Status written = within_memory(picture, StatusCode::output_error, [&] {
                    return write_result_file(outputs[i], result, image, options.format);
                });
                if (!written.ok()) worst = std::max(worst, fail(written));
            }
        }
        if (Status lost = write_data(format->picture(result)); !lost.ok()) return fail(lost);
    }
    if (Status status = write_data(format->end()); !status.ok()) return fail(status);
    if (failed > 0 && list.pictures.size() > 1) {
        message(std::to_string(failed) + " of " + std::to_string(list.pictures.size()) + " pictures failed");
    }
    return worst;
}

}  // namespace

ExitCode detect(Words words) {
    DetectOptions options;
    Arguments arguments("detect", "Finds faces in pictures: box, score and five landmarks each.",
                        "[-m MODEL] [OPTION...] PICTURE|FOLDER|- ...");
    declare(arguments, options);
    if (const auto end = parse_or_end(arguments, words)) return *end;
    const auto threads = threads_or_default(options.threads);
    if (!threads.ok()) return fail(threads.status());
    if (!options.model && builtin_model().empty()) return usage_error(arguments, kNoBuiltinModel);
    options.inputs = arguments.positionals();
    if (Status status = check_inputs(options.inputs); !status.ok())
        return usage_error(arguments, status.message());

    if (options.scales_text) {
        const auto scales = parse_scales(*options.scales_text);
        if (!scales.ok()) return usage_error(arguments, scales.status().message());
        options.scales = scales.value();
    }

    const PictureList list = list_pictures(options.inputs, options.output);
    const auto outputs = plan_outputs(options, list);
    if (!outputs.ok()) return usage_error(arguments, outputs.status().message());

    if (!options.model) message(kUsingBuiltinModel);
    auto model = load_model_or_builtin(options.model, options.reading.set_in());
    if (!model.ok()) return fail(model.status());
    auto detector = Detector::create(std::move(model).value(), options.detector(threads.value()));
    if (!detector.ok()) {
        const std::string name = options.model.value_or(std::string(kBuiltinModelName));
        return fail({detector.status().code(), name + ": " + detector.status().message()});
    }
    return run(detector.value(), list, outputs.value(), options);
}

}  // namespace featherface::tools
