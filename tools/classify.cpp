// featherface classify -m MODEL PICTURE: the five likeliest ImageNet classes, to see the backbone at work.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "featherface/classifier.hpp"
#include "featherface/image_file.hpp"
#include "tools/cli/streams.hpp"
#include "tools/model/load_model.hpp"
#include "tools/pictures/pictures.hpp"
#include "tools/text/text.hpp"
#include "tools/verbs.hpp"

namespace featherface::tools {

namespace {

constexpr std::size_t kShown = 5;

std::string text(const std::vector<float>& probabilities) {
    std::vector<std::size_t> classes(probabilities.size());
    std::iota(classes.begin(), classes.end(), std::size_t{0});
    std::stable_sort(classes.begin(), classes.end(),
                     [&](std::size_t a, std::size_t b) { return probabilities[a] > probabilities[b]; });
    std::string lines;
    for (std::size_t i = 0; i < std::min(kShown, classes.size()); ++i) {
        std::string index = std::to_string(classes[i]);
        index.insert(0, 3 - std::min<std::size_t>(3, index.size()), ' ');
        lines.append(index).append("  ").append(shortest(probabilities[classes[i]])).append("\n");
    }
    return lines;
}

}  // namespace

ExitCode classify(Words words) {
    std::optional<std::string> model_file;
    std::optional<std::int64_t> given_threads;
    std::int64_t max_pixels = ImageReadOptions{}.max_pixels;
    Reading reading;
    Arguments arguments(
        "classify",
        "Gives the five likeliest of ImageNet's 1000 classes, one per line: index (from 0, in the usual "
        "order) and probability.",
        "-m MODEL [OPTION...] PICTURE|-");
    arguments.text('m', "model", "FILE", "the backbone's checkpoint, mobilenetV1X0.25_pretrain.tar",
                   model_file);
    declare_reading(arguments, reading);
    declare_max_pixels(arguments, max_pixels);
    declare_threads(arguments, given_threads);
    arguments.note("The picture's shorter side is resized to 256 and the centre 224 x 224 is looked at.");
    if (const auto end = parse_or_end(arguments, words)) return *end;
    const auto threads = threads_or_default(given_threads);
    if (!threads.ok()) return fail(threads.status());
    if (!model_file) return usage_error(arguments, "give a checkpoint: -m MODEL");
    if (arguments.positionals().size() != 1) return usage_error(arguments, "give one picture");

    const auto model = load_model(*model_file, reading.set_in());
    if (!model.ok()) return fail(model.status());
    const auto image = read_picture(arguments.positionals().front(), {.max_pixels = max_pixels});
    if (!image.ok()) return fail(image.status());
    const auto probabilities = featherface::classify(model.value(), image->view(), threads.value());
    if (!probabilities.ok()) {
        return fail({probabilities.status().code(), *model_file + ": " + probabilities.status().message()});
    }
    Status status = write_data(text(probabilities.value()));
    return status.ok() ? kDone : fail(status);
}

}  // namespace featherface::tools
