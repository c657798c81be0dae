#include "tools/bench/subject.hpp"

#include <random>
#include <utility>

#include "engine/detect/postprocess.hpp"
#include "engine/identity/identify.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

Image noise(int width, int height) {
    Image image{width, height, PixelFormat::bgr8, {}};
    image.pixels.resize(std::size_t{3} * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    std::minstd_rand random(1);
    for (std::uint8_t& value : image.pixels) value = static_cast<std::uint8_t>(random() >> 8);
    return image;
}

}  // namespace

std::string Case::name() const {
    return concat(network, "/", std::to_string(width), "x", std::to_string(height),
                  "/threads:", std::to_string(threads), "/", model.cpu_architecture(),
                  layerwise ? "/layerwise" : "/fused");
}

Phases::Phases(const Case& subject, std::unique_ptr<engine::ThreadPool> pool)
    : session_(subject.model, std::move(pool)), picture_(noise(subject.width, subject.height)) {}

void Phases::postprocess() {
    if (!engine::is_detector(session_.model().architecture())) return;
    [[maybe_unused]] const auto faces =
        engine::find_faces(session_.raw_outputs(), picture_.height, picture_.width, {});
}

}  // namespace featherface::tools
