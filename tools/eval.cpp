// featherface eval -m MODEL --images DIR (--labels FILE | --reference MODEL2): how well a model finds faces.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "featherface/detector.hpp"
#include "featherface/image_file.hpp"
#include "featherface/model.hpp"
#include "loaders/error.hpp"
#include "tools/cli/scales.hpp"
#include "tools/cli/streams.hpp"
#include "tools/eval/evaluation.hpp"
#include "tools/eval/labels.hpp"
#include "tools/eval/landmarks.hpp"
#include "tools/eval/report.hpp"
#include "tools/eval/variant.hpp"
#include "tools/model/load_model.hpp"
#include "tools/pictures/pictures.hpp"
#include "tools/verbs.hpp"

namespace featherface::tools {

namespace fs = std::filesystem;

namespace {

constexpr float kLeastScore = 0.02f;  // of the faces that average precision looks at

struct EvalOptions {
    Reading reading;
    std::optional<std::string> reference_key;
    std::optional<std::string> model, images, labels, landmarks, reference, easy, medium, hard;
    float iou = 0.5f, score = 0.5f;
    std::int64_t side = 0, max_pixels = ImageReadOptions{}.max_pixels;
    std::optional<std::int64_t> given_threads;
    int threads = 1;
    bool kinds = false;
    std::optional<std::string> variant_text;
    Variant variant;
    std::optional<std::string> scales_text;
    std::uint32_t scales = kOwnScale;
    std::size_t format = 0;
};

void declare(Arguments& arguments, EvalOptions& options) {
    constexpr std::int64_t kMaxSide = 10'000;
    arguments.text('m', "model", "FILE", "the checkpoint to judge", options.model);
    declare_reading(arguments, options.reading);
    declare_precision(arguments, options.reading);
    arguments.text(0, "images", "DIR", "folder of pictures", options.images);
    arguments.text(0, "labels", "FILE",
                   "WIDER FACE's ground truth as text, or RetinaFace's label.txt, for the pictures in DIR",
                   options.labels);
    arguments.text(0, "landmarks", "FILE", "with --labels: JSON with the landmarks of the labelled faces",
                   options.landmarks);
    arguments.text(0, "reference", "FILE", "instead of labels: a checkpoint whose faces are to be found",
                   options.reference);
    arguments.text(0, "reference-key", "NAME", "what --key is for the model, for the reference",
                   options.reference_key);
    arguments.text(0, "easy", "FILE", "with --labels: the faces of the easy subset", options.easy);
    arguments.text(0, "medium", "FILE", "the medium one", options.medium);
    arguments.text(0, "hard", "FILE", "the hard one", options.hard);
    arguments.number("iou", "overlap from which a face is found", options.iou, 0, 1);
    arguments.number("score",
                     "faces with a score above this count for precision, recall and F1, and as faces "
                     "of the reference",
                     options.score, kLeastScore, 1);
    arguments.number("side", "resize pictures so that their longer side is this; 0: never", options.side, 0,
                     kMaxSide);
    arguments.text(0, "variant", "CHANGE",
                   "grey, turned=DEGREES or enlarged=FACTOR: the model sees the pictures so, and the "
                   "references move along",
                   options.variant_text);
    declare_scales(arguments, options.scales_text, "1");
    arguments.flag("kinds", "figures also for each kind of picture: its file name up to the first '_'",
                   options.kinds);
    arguments.choice("format", "what to write", options.format, {"table", "json"});
    declare_max_pixels(arguments, options.max_pixels);
    declare_threads(arguments, options.given_threads);
    arguments.note(
        "A found face goes to the reference it overlaps most. It is a hit if that is at least --iou and no "
        "face with a higher score was there before, else a false alarm. AP is the area under precision "
        "against recall over all scores above 0.02, precision being the highest at that or a higher "
        "recall. landmarks is the mean distance of the landmarks of hits from the reference's, where those "
        "are known, in widths of the reference.");
    arguments.note(
        "Sizes are the root of a box's area in pixels as the network saw the picture: the reference's for "
        "a hit, its own for a false alarm.");
    arguments.note(
        "Labels: for each picture a line with its path in DIR, a line with the number of faces, and 'x y w "
        "h ...' a face; faces whose eighth number, 'invalid', is not 0 are left out. Or, as in label.txt, "
        "a line '# path', and 'x y w h' a face, with five times 'x y flag' and a number more where it has "
        "landmarks. --landmarks: {path: [{\"points\": {\"left_eye\": [x, y], \"right_eye\": ..., \"nose\": "
        "..., \"mouth_left\": ..., \"mouth_right\": ...}}, ...]}, a face of the labels each or null; "
        "\"mouth\" may stand for the middle of its corners. A subset: the path, a number, and that many "
        "lines with the number of a face from 1; the other faces are left out.");
    arguments.note(
        "Turning is clockwise, on a ground of the mean colour. A model of --reference sees the pictures as "
        "they are: with the judged model as its own reference, recall is how many faces are found again.");
}

// What is wrong with the options, or nothing.
std::string mistake_in(const EvalOptions& options) {
    if (!options.model) return "give a checkpoint: -m MODEL";
    if (!options.images) return "give a folder of pictures: --images DIR";
    if (options.labels.has_value() == options.reference.has_value())
        return "give either --labels FILE or --reference MODEL2";
    if (!options.labels && (options.landmarks || options.easy || options.medium || options.hard))
        return "--landmarks, --easy, --medium and --hard need --labels";
    if (options.iou == 0) return "--iou must be above 0";
    return "";
}

Result<Detector> open_detector(const std::string& file, const Reading& reading, float score,
                               std::uint32_t scales, const EvalOptions& options) {
    auto model = load_model(file, reading.set_in());
    if (!model.ok()) return model.status();
    auto detector = Detector::create(
        std::move(model).value(), {.score_threshold = score, .scales = scales, .threads = options.threads});
    if (!detector.ok()) return Status(detector.status().code(), file + ": " + detector.status().message());
    return detector;
}

Result<std::vector<std::pair<std::string, Subset>>> read_subsets(const EvalOptions& options,
                                                                 const std::vector<LabelledPicture>& labels) {
    std::vector<std::pair<std::string, Subset>> subsets;
    for (const auto& [name, file] : {std::pair("easy", &options.easy), std::pair("medium", &options.medium),
                                     std::pair("hard", &options.hard)}) {
        if (!*file) continue;
        auto subset = read_subset(**file, labels);
        if (!subset.ok()) return subset.status();
        subsets.emplace_back(name, std::move(subset).value());
    }
    return subsets;
}

// The pictures of the labels, or those in the folder without references yet.
Result<std::vector<LabelledPicture>> pictures_of(const EvalOptions& options) {
    if (options.labels) {
        auto labelled = read_labels(*options.labels);
        if (!labelled.ok() || !options.landmarks) return labelled;
        if (Status status = add_landmarks(*options.landmarks, labelled.value()); !status.ok()) return status;
        return labelled;
    }
    std::error_code ignored;
    if (!fs::is_directory(*options.images, ignored))
        return Status(StatusCode::io_error, *options.images + ": no such folder");
    const PictureList list = list_pictures({&*options.images, 1});
    if (!list.errors.empty()) return list.errors.front();
    std::vector<LabelledPicture> pictures;
    for (const Picture& picture : list.pictures)
        pictures.push_back(
            {.name = fs::path(picture.name).lexically_relative(*options.images), .references = {}});
    return pictures;
}

// What --side does to a picture.
Variant to_side(const Image& image, std::int64_t side) {
    if (side == 0) return {};
    return {Variant::Kind::enlarged, static_cast<double>(side) / std::ranges::max(whole_size(image))};
}

// The picture changed, and its references moved along.
Result<Image> change(Image image, const Variant& variant, std::vector<Reference>& references) {
    auto made = varied(std::move(image), variant);
    if (!made.ok()) return made.status();
    for (Reference& reference : references) reference = placed(reference, made->placement);
    return std::move(made->image);
}

Status add_faces(const Image& image, Detector& reference, std::vector<Reference>& references) {
    const auto faces = reference.detect(image.view());
    if (!faces.ok()) return faces.status();
    for (const Face& face : faces.value())
        references.push_back({.box = face.box, .landmarks = face.landmarks});
    return {};
}

// Runs the model, and the reference model if there is one, on a picture.
Status judge(LabelledPicture picture, Image image, const EvalOptions& options, Detector& detector,
             Detector* reference, Evaluation& evaluation) {
    const Variant resized = to_side(image, options.side);
    auto seen = change(std::move(image), resized, picture.references);
    if (!seen.ok()) return seen.status();
    if (reference) {
        Status status = add_faces(seen.value(), *reference, picture.references);
        if (!status.ok()) return status;
    }
    seen = change(std::move(seen).value(), options.variant, picture.references);
    if (!seen.ok()) return seen.status();
    const auto faces = detector.detect(seen->view());
    if (!faces.ok()) return faces.status();
    evaluation.add(picture, faces.value());
    return {};
}

Status read_and_judge(const LabelledPicture& picture, const EvalOptions& options, Detector& detector,
                      Detector* reference, Evaluation& evaluation) {
    const std::string file = fs::path(*options.images) / picture.name;
    const int needed = static_cast<int>(options.side);  // of a JPEG no more is decoded, as `detect` does it
    auto image = read_picture(file, {.max_pixels = options.max_pixels, .needed_side = needed});
    if (!image.ok()) return image.status();
    Status status = judge(picture, std::move(image).value(), options, detector, reference, evaluation);
    return status.ok() ? status : loaders::in_file(file, status);
}

}  // namespace

ExitCode eval(Words words) {
    EvalOptions options;
    Arguments arguments(
        "eval",
        "Judges a detector: precision, recall, F1 and average precision against labels or another "
        "model's faces, over all and by the size of the faces.",
        "-m MODEL --images DIR (--labels FILE | --reference MODEL2) [OPTION...]");
    declare(arguments, options);
    if (const auto end = parse_or_end(arguments, words)) return *end;
    const auto threads = threads_or_default(options.given_threads);
    if (!threads.ok()) return fail(threads.status());
    options.threads = threads.value();
    if (const std::string mistake = mistake_in(options); !mistake.empty())
        return usage_error(arguments, mistake);
    if (!arguments.positionals().empty())
        return usage_error(arguments,
                           "'" + arguments.positionals().front() + "': pictures are given by --images");

    if (options.scales_text) {
        const auto scales = parse_scales(*options.scales_text);
        if (!scales.ok()) return usage_error(arguments, scales.status().message());
        options.scales = scales.value();
    }
    if (options.variant_text) {
        const auto variant = parse_variant(*options.variant_text);
        if (!variant.ok()) return usage_error(arguments, variant.status().message());
        options.variant = variant.value();
    }

    auto detector = open_detector(*options.model, options.reading, kLeastScore, options.scales, options);
    if (!detector.ok()) return fail(detector.status());
    std::optional<Detector> reference;
    if (options.reference) {
        Reading reading = options.reading;
        reading.key = options.reference_key;
        reading.precision = 0;
        auto opened = open_detector(*options.reference, reading, options.score, kOwnScale, options);
        if (!opened.ok()) return fail(opened.status());
        reference = std::move(opened).value();
    }
    const auto pictures = pictures_of(options);
    if (!pictures.ok()) return fail(pictures.status());
    auto subsets = read_subsets(options, pictures.value());
    if (!subsets.ok()) return fail(subsets.status());

    Evaluation evaluation(options.iou, std::move(subsets).value());
    Report report{.model = detector->model(),
                  .reference_model = {},
                  .labels = options.labels.value_or(""),
                  .iou = options.iou,
                  .threshold = options.score,
                  .side = options.side,
                  .variant = options.variant_text.value_or(""),
                  .rows = {}};
    if (reference) report.reference_model = reference->model();
    ExitCode worst = kDone;
    for (const LabelledPicture& picture : pictures.value()) {
        progress(std::to_string(report.pictures + report.failed + 1) + "/" +
                 std::to_string(pictures->size()) + " " + picture.name);
        Status status =
            read_and_judge(picture, options, detector.value(), reference ? &*reference : nullptr, evaluation);
        ++(status.ok() ? report.pictures : report.failed);
        if (!status.ok()) worst = std::max(worst, fail(status));
    }
    progress("");
    if (report.failed > 0)
        message(std::to_string(report.failed) + " of " + std::to_string(pictures->size()) +
                " pictures failed");
    report.rows = evaluation.rows(options.score, options.kinds);
    Status status = options.format == 0 ? write_text(report_table(report)) : write_data(report_json(report));
    return status.ok() ? worst : fail(status);
}

}  // namespace featherface::tools
