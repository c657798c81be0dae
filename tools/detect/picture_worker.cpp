#include "tools/detect/picture_worker.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "loaders/guarded.hpp"
#include "tools/cli/scales.hpp"
#include "tools/detect/face_files.hpp"
#include "tools/detect/face_report.hpp"
#include "tools/files/output_file.hpp"

namespace featherface::tools {

namespace fs = std::filesystem;

namespace {

std::string shrunk_text(const PictureFaces& result, std::int64_t max_side) {
    const auto side = [&](int n) {
        return std::to_string(std::max(1l, std::lround(static_cast<float>(n) * result.scale)));
    };
    return result.file + ": shrunk from " + std::to_string(result.width) + "x" +
           std::to_string(result.height) + " to " + side(result.width) + "x" + side(result.height) +
           " for the network (--max-side " + std::to_string(max_side) + ")";
}

// Memory that runs out fails what is done for one picture, and not the program.
template <class Work>
Status within_memory(const Picture& picture, const Work& work) {
    return loaders::guarded([&] { return picture.name; }, work);
}

}  // namespace

// Reads one picture into `image`, as much of it as `reading` needs, and finds its faces.
Status PictureWorker::find_faces(const Picture& picture, const ImageReadOptions& reading, int threads,
                                 TakenPixels& taken, Image& image, PictureFaces& result) {
    using Clock = std::chrono::steady_clock;
    auto start = Clock::now();
    auto decoded = read_picture(picture.name, reading, [&](std::int64_t pixels) {
        const auto wait = Clock::now();
        taken.take(pixels);
        start += Clock::now() - wait;
    });
    if (!decoded.ok()) return decoded.status();
    image = std::move(decoded).value();
    result.decode_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    const bool is_whole = image.full_width == 0;
    result.width = is_whole ? image.width : image.full_width;
    result.height = is_whole ? image.height : image.full_height;

    if (!detector_ || detector_->options().threads != threads) {
        detector_.reset();
        auto detector = Detector::create(model_, options_.detector(threads));
        if (!detector.ok()) return detector.status();
        detector_ = std::move(detector).value();
    }
    auto faces = detector_->detect(image.view());
    if (!faces.ok()) return {faces.status().code(), picture.name + ": " + faces.status().message()};
    result.faces = std::move(faces).value();
    result.scale = detector_->last_scale();
    result.scales = scale_list(detector_->last_scales());
    result.turns = options_.turns;
    const Timings& timings = detector_->last_timings();
    result.network_ms = timings.preprocess + timings.network;
    result.post_ms = timings.postprocess;
    if (taken.pixels() > kPixelsPerWorker) detector_->trim();
    return {};
}

Status PictureWorker::write_files(const Picture& picture, const fs::path& output, const PictureFaces& result,
                                  Image image) {
    if (options_.crops) {
        const Status status = write_crops(fs::path(*options_.crops) / picture.stem, image.view(),
                                          result.faces, options_.margin);
        if (!status.ok()) return status;
    }
    if (output.empty()) return {};
    if (options_.format != kDetectWiderface) return write_drawing(output, std::move(image), result.faces);
    if (output.has_parent_path()) {
        if (Status status = make_folder(output.parent_path()); !status.ok()) return status;
    }
    return write_file(output, widerface_text(result));
}

PictureOutcome PictureWorker::look(const Picture& picture, const fs::path& output, int threads) {
    PictureOutcome outcome;
    const auto add_failure = [&](const Status& status) {
        outcome.messages.push_back(status.message());
        outcome.code = std::max(outcome.code, exit_code(status.code()));
    };
    outcome.result.file = picture.name;
    TakenPixels taken(window_);  // until the picture is written
    Image image;
    const bool draws = (!output.empty() && options_.format != kDetectWiderface) || options_.crops;
    const ImageReadOptions reading = draws ? options_.reading_whole() : options_.reading_to_look();
    const Status found = within_memory(
        picture, [&] { return find_faces(picture, reading, threads, taken, image, outcome.result); });
    if (!found.ok()) {
        outcome.result.error = found.message();
        add_failure(found);
        return outcome;
    }
    if (outcome.result.scale != 1) outcome.messages.push_back(shrunk_text(outcome.result, options_.max_side));
    if (options_.report) {
        const Status made = within_memory(picture, [&]() -> Status {
            auto thumbnail = thumbnail_of(image.view());
            if (!thumbnail.ok()) return thumbnail.status();
            outcome.thumbnail = std::move(thumbnail).value();
            return {};
        });
        if (!made.ok()) add_failure(made);
    }
    // The faces still go to standard output, and the other pictures are still looked at.
    const Status written = within_memory(
        picture, [&] { return write_files(picture, output, outcome.result, std::move(image)); });
    if (!written.ok()) add_failure(written);
    return outcome;
}

}  // namespace featherface::tools
