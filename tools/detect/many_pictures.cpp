#include "tools/detect/many_pictures.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tools/cli/interrupt.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/streams.hpp"
#include "tools/detect/face_report.hpp"
#include "tools/detect/in_order.hpp"
#include "tools/detect/picture_worker.hpp"
#include "tools/detect/resumed_file.hpp"

namespace featherface::tools {

namespace {

// Results that wait for an earlier picture, for each thread: they are small.
constexpr std::size_t kPicturesAhead = 64;

// Where results go.
class Destination {
  public:
    Status open(const DetectOptions& options) {
        if (!options.resume) return {};
        auto file = ResumedFile::open(*options.resume);
        if (!file.ok()) return file.status();
        file_.emplace(std::move(file).value());
        return {};
    }
    bool has(const Picture& picture) { return file_ && file_->take(picture.name); }
    Status write(std::string_view text) { return file_ ? file_->write(text) : write_data(text); }

  private:
    std::optional<ResumedFile> file_;
};

// The pictures that are still to be looked at, by their places in the list.
std::vector<std::size_t> pictures_to_do(const PictureList& list, const DetectOptions& options,
                                        Destination& destination) {
    std::vector<std::size_t> to_do;
    for (std::size_t i = 0; i < list.pictures.size(); ++i) {
        if (!destination.has(list.pictures[i])) to_do.push_back(i);
    }
    if (to_do.size() < list.pictures.size()) {
        message(*options.resume + " has " + std::to_string(list.pictures.size() - to_do.size()) + " of " +
                std::to_string(list.pictures.size()) + " pictures already");
    }
    return to_do;
}

}  // namespace

ExitCode detect_in_pictures(const Model& model, const PictureList& list,
                            const std::vector<std::filesystem::path>& outputs, const DetectOptions& options) {
    Destination destination;
    if (Status status = destination.open(options); !status.ok()) return fail(status);
    ExitCode worst = kDone;
    for (const Status& error : list.errors) worst = fail(error);
    const std::vector<std::size_t> to_do = pictures_to_do(list, options, destination);

    std::optional<FaceReport> report;
    if (options.report) {
        auto created = FaceReport::create(*options.report, model);
        if (!created.ok()) return fail(created.status());
        report.emplace(std::move(created).value());
    }

    watch_interrupt();
    const auto format = make_format(options);
    if (Status status = destination.write(format->begin(model)); !status.ok()) return fail(status);

    PixelWindow window(options.threads * PictureWorker::kPixelsPerWorker);
    std::deque<PictureWorker> workers;
    for (int worker = 0; worker < options.threads; ++worker) workers.emplace_back(model, options, window);
    const Progress progress(to_do.size());
    std::size_t done = 0, failed = 0;
    std::optional<ExitCode> lost;
    const auto begin = [&](std::size_t job) {
        if (interrupted()) return false;
        progress.begun(job + 1, list.pictures[to_do[job]].name, done);
        return true;
    };
    const auto work = [&](const Turn& turn) {
        const std::size_t place = to_do[turn.job];
        return workers[static_cast<std::size_t>(turn.worker)].look(
            list.pictures[place], outputs.empty() ? std::filesystem::path() : outputs[place], turn.threads);
    };
    const auto deliver = [&](std::size_t, PictureOutcome outcome) {
        for (const std::string& text : outcome.messages) message(text);
        worst = std::max(worst, outcome.code);
        if (!outcome.result.error.empty()) ++failed;
        ++done;
        Status written = destination.write(format->picture(outcome.result));
        if (written.ok() && report) written = report->add(outcome.result, outcome.thumbnail);
        if (!written.ok()) lost = fail(written);
        return written.ok();
    };
    run_in_order<PictureOutcome>(to_do.size(), options.threads,
                                 static_cast<std::size_t>(options.threads) * kPicturesAhead, begin, work,
                                 deliver);
    if (lost) return *lost;
    if (Status status = destination.write(format->end()); !status.ok()) return fail(status);
    if (report) {
        if (Status status = report->finish(); !status.ok()) return fail(status);
    }
    if (failed > 0 && done > 1) {
        message(std::to_string(failed) + " of " + std::to_string(done) + " pictures failed");
    }
    if (done == to_do.size()) return worst;
    message("interrupted: " + std::to_string(done) + " of " + std::to_string(to_do.size()) +
            " pictures are done");
    return kInterrupted;
}

}  // namespace featherface::tools
