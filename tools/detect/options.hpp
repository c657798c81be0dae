// The options of `detect`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "featherface/detector.hpp"
#include "featherface/image_file.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/detect/face_formats.hpp"
#include "tools/model/load_model.hpp"
#include "tools/video/raw_format.hpp"

namespace featherface::tools {

enum DetectFormat : std::size_t {
    kDetectAuto,
    kDetectText,
    kDetectJson,
    kDetectJsonLines,
    kDetectCsv,
    kDetectWiderface
};

struct DetectOptions {
    std::optional<std::string> model, output, crops, report, files_from, resume;
    Reading reading;
    std::size_t format = kDetectAuto;  // settled: never auto
    std::optional<float> margin;
    float score = 0.5f, nms = 0.4f;
    std::int64_t top_k = 5000, keep = 750, max_side = 0;
    std::optional<std::string> scales_text;
    std::uint32_t scales = kAutoScales;
    bool turns = false;
    std::optional<std::int64_t> threads_given;
    int threads = 1;
    std::int64_t max_pixels = ImageReadOptions{}.max_pixels;
    std::vector<std::string> inputs;

    // Of a stream of frames on standard input, alone:
    bool is_stream = false;
    std::optional<std::string> frames_text;
    std::optional<RawFormat> frames;
    std::int64_t every = 1;
    bool live = false, track = false;

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
    // A picture whole, or as much of it as the detector looks at.
    ImageReadOptions reading_whole() const { return {.max_pixels = max_pixels}; }
    ImageReadOptions reading_to_look() const {
        const DetectorOptions options = detector(threads);
        return {
            .max_pixels = max_pixels, .needed_side = options.max_side, .needed_halvings = options.halvings()};
    }
};

// Declares them, and what the help says besides.
void declare(Arguments& arguments, DetectOptions& options);

// Settles what follows from several of them, `inputs` among them. Errors: invalid_argument.
Status settle(DetectOptions& options);

// What --format asks for; of widerface, which is no stream of text, one that writes nothing.
std::unique_ptr<FaceFormat> make_format(const DetectOptions& options);

}  // namespace featherface::tools
