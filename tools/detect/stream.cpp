#include "tools/detect/stream.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "featherface/image_file.hpp"
#include "loaders/error.hpp"
#include "loaders/guarded.hpp"
#include "loaders/images/pnm.hpp"
#include "tools/cli/interrupt.hpp"
#include "tools/cli/scales.hpp"
#include "tools/cli/streams.hpp"
#include "tools/detect/face_files.hpp"
#include "tools/detect/face_formats.hpp"
#include "tools/text/text.hpp"
#include "tools/video/frame_reader.hpp"
#include "tools/video/tracker.hpp"

namespace featherface::tools {

namespace fs = std::filesystem;

namespace {

using StreamClock = std::chrono::steady_clock;

// Whether nobody can read standard output any more: a pipe or socket whose other end is closed.
bool output_is_gone() {
    pollfd output{STDOUT_FILENO, 0, 0};
    return ::poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

// FOLDER/stdin-000012 for frame 12.
fs::path numbered(const fs::path& folder, std::int64_t frame) {
    constexpr std::size_t kDigits = 6;
    const std::string number = std::to_string(frame);
    return folder / concat("stdin-", std::string(kDigits - std::min(kDigits, number.size()), '0'), number);
}

class Stream {
  public:
    Stream(Detector& detector, const std::vector<fs::path>& outputs, const DetectOptions& options)
        : detector_(detector), options_(options) {
        if (!outputs.empty()) drawing_ = outputs.front();
        each_drawn_ = drawing_ && *drawing_ != fs::path(*options.output);
        result_.file = "-";
        result_.turns = options.turns;
    }

    // What there is to be said of the frame; what is wrong with it has been told.
    const PictureFaces& look(const Frame& frame) {
        result_.frame = frame.number;
        result_.error.clear();
        result_.faces.clear();
        result_.ids.clear();
        Status found = frame.error;
        const auto name = [&] { return called(frame); };
        if (found.ok()) found = loaders::guarded(name, [&] { return find_faces(frame); });
        if (!found.ok()) {
            result_.error = found.message();
            result_.faces.clear();
            worst_ = std::max(worst_, fail(found));
            return result_;
        }
        // Faces that could not be drawn have been found all the same.
        const Status written = loaders::guarded(name, [&] { return write_files(); });
        if (!written.ok()) worst_ = std::max(worst_, fail(written));
        return result_;
    }
    ExitCode worst() const { return worst_; }

  private:
    static std::string called(const Frame& frame) {
        return concat("standard input: frame ", std::to_string(frame.number));
    }

    // The frame's pixels: where they lie, if they are samples as they are, else decoded.
    Result<ImageView> view_of(const Frame& frame) {
        if (options_.frames) return options_.frames->view(frame.bytes);
        const std::span<const std::byte> bytes = std::as_bytes(std::span(frame.bytes));
        if (bytes[0] == std::byte{'P'}) {
            const auto layout = loaders::pnm_layout(bytes, options_.max_pixels);
            if (layout.ok() && layout->format && layout->bytes <= bytes.size()) {
                return ImageView{
                    .data = frame.bytes.data() + layout->header_bytes,
                    .width = layout->width,
                    .height = layout->height,
                    .row_stride = std::ptrdiff_t{layout->width} * bytes_per_pixel(*layout->format),
                    .format = *layout->format};
            }
        }
        auto image = decode_image(frame.bytes, called(frame), {.max_pixels = options_.max_pixels});
        if (!image.ok()) return image.status();
        decoded_ = std::move(image).value();
        return decoded_.view();
    }

    Status find_faces(const Frame& frame) {
        const auto start = StreamClock::now();
        const auto view = view_of(frame);
        if (!view.ok()) return view.status();
        view_ = view.value();
        result_.decode_ms = std::chrono::duration<double, std::milli>(StreamClock::now() - start).count();
        result_.width = view_.width;
        result_.height = view_.height;
        if (Status status = detector_.detect(view_, result_.faces); !status.ok())
            return loaders::in_file(called(frame), status);
        if (options_.track) tracker_.follow(result_.faces, result_.ids);
        result_.scale = detector_.last_scale();
        if (scales_ != detector_.last_scales()) {
            scales_ = detector_.last_scales();
            result_.scales = scale_list(scales_);
        }
        const Timings& timings = detector_.last_timings();
        result_.network_ms = timings.preprocess + timings.network;
        result_.post_ms = timings.postprocess;
        return {};
    }

    Status write_files() {
        const std::int64_t number = *result_.frame;
        if (options_.crops) {
            const Status status =
                write_crops(numbered(*options_.crops, number), view_, result_.faces, options_.margin);
            if (!status.ok()) return status;
        }
        if (!drawing_) return {};
        auto image = to_bgr(view_);
        if (!image.ok()) return image.status();
        fs::path path = *drawing_;
        if (each_drawn_)
            path = numbered(drawing_->parent_path(), number).concat(drawing_->extension().native());
        return write_drawing(path, std::move(image).value(), result_.faces);
    }

    Detector& detector_;
    const DetectOptions& options_;
    std::optional<fs::path> drawing_;
    bool each_drawn_ = false;
    Tracker tracker_;
    PictureFaces result_;
    std::uint32_t scales_ = kOwnScale;
    ImageView view_;
    Image decoded_;
    ExitCode worst_ = kDone;
};

// What a stream came to.
void tell(const FrameReader& reader, std::int64_t looked_at, double seconds) {
    if (reader.skipped_bytes() > 0)
        message(concat(std::to_string(reader.skipped_bytes()), " bytes between the JPEGs are no pictures"));
    if (reader.frames() < 2 || looked_at == 0) return;
    std::string text = concat(std::to_string(looked_at), " frames in ", fixed(seconds, 1),
                              " s: ", fixed(static_cast<double>(looked_at) / seconds, 1), " per second");
    if (reader.left_out() > 0)
        text += concat("; ", std::to_string(reader.left_out()), " more came too fast and were left out");
    message(text);
}

}  // namespace

ExitCode detect_in_stream(Detector& detector, const std::vector<fs::path>& outputs,
                          const DetectOptions& options) {
    watch_interrupt();
    Stream stream(detector, outputs, options);
    const auto format = make_format(options);
    const auto written = [](std::string_view text) {
        const Status status = write_data(text);
        return status.ok() || output_is_gone() ? Status() : status;
    };
    if (Status status = written(format->begin(detector.model())); !status.ok()) return fail(status);

    FrameReader reader(STDIN_FILENO,
                       {.raw = options.frames,
                        .every = options.every,
                        .live = options.live,
                        .max_pixels = options.max_pixels},
                       interrupted);
    std::int64_t looked_at = 0;
    StreamClock::time_point start;
    while (const Frame* frame = reader.next()) {
        if (looked_at == 0) start = StreamClock::now();
        ++looked_at;
        if (Status status = written(format->picture(stream.look(*frame))); !status.ok()) return fail(status);
        if (output_is_gone()) break;
    }
    if (Status status = written(format->end()); !status.ok()) return fail(status);
    tell(reader, looked_at, std::chrono::duration<double>(StreamClock::now() - start).count());
    return interrupted() ? kInterrupted : stream.worst();
}

}  // namespace featherface::tools
