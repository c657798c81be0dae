// What `detect` does with one picture, on one thread of several: reads it, finds its faces, writes its files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "featherface/detector.hpp"
#include "tools/cli/exit_codes.hpp"
#include "tools/detect/face_formats.hpp"
#include "tools/detect/options.hpp"
#include "tools/detect/pixel_window.hpp"
#include "tools/pictures/pictures.hpp"

namespace featherface::tools {

struct PictureOutcome {
    PictureFaces result;
    std::string thumbnail;              // where there is to be a report
    std::vector<std::string> messages;  // to be shown
    ExitCode code = kDone;
};

class PictureWorker {
  public:
    // A detector that keeps the memory of pictures of more pixels would hold more than its part of the
    // window.
    static constexpr std::int64_t kPixelsPerWorker = 25'000'000;

    // All must outlive it; `window` is shared with other workers.
    PictureWorker(const Model& model, const DetectOptions& options, PixelWindow& window)
        : model_(model), options_(options), window_(window) {}

    // On so many threads. `output` is the file to write, empty for none.
    PictureOutcome look(const Picture& picture, const std::filesystem::path& output, int threads);

  private:
    Status find_faces(const Picture& picture, const ImageReadOptions& reading, int threads,
                      TakenPixels& taken, Image& image, PictureFaces& result);
    Status write_files(const Picture& picture, const std::filesystem::path& output,
                       const PictureFaces& result, Image image);

    const Model& model_;
    const DetectOptions& options_;
    PixelWindow& window_;
    std::optional<Detector> detector_;
};

}  // namespace featherface::tools
