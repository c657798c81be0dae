#include "tools/bench/subject.hpp"

#include <utility>

#include "engine/identity/networks.hpp"
#include "engine/loaded_model.hpp"
#include "featherface/detector.hpp"
#include "tools/measure/noise.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

std::string Case::name() const {
    return concat(network, "/", std::to_string(width), "x", std::to_string(height),
                  "/threads:", std::to_string(threads), "/", model.cpu_architecture(),
                  layerwise ? "/layerwise" : "/fused");
}

Phases::Phases(const Case& subject, std::unique_ptr<engine::ThreadPool> pool)
    : is_detector_(engine::is_detector(subject.model.architecture())),
      session_(engine::program_of(subject.model), std::move(pool)),
      picture_(noise_picture(subject.width, subject.height)) {}

void Phases::postprocess() {
    if (!is_detector_) return;
    finder_.find(session_.raw_outputs(), picture_.height, picture_.width,
                 {.score_threshold = DetectorOptions{}.score_threshold}, faces_);
}

}  // namespace featherface::tools
