#include "featherface/detector.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "engine/detect/layer_times.hpp"
#include "engine/detect/postprocess.hpp"
#include "engine/detect/resize.hpp"
#include "engine/guarded.hpp"
#include "engine/identity/identify.hpp"
#include "engine/loaded_model.hpp"
#include "engine/runtime/session.hpp"
#include "engine/system/clock.hpp"

namespace featherface {

namespace {

class Stopwatch {
  public:
    // Milliseconds since construction or the last call.
    double lap() {
        const std::int64_t now = engine::raw_nanoseconds();
        return static_cast<double>(now - std::exchange(last_, now)) * 1e-6;
    }

  private:
    std::int64_t last_ = engine::raw_nanoseconds();
};

Status out_of_range(const char* option, const std::string& found, const char* allowed) {
    return {StatusCode::invalid_argument,
            std::string("DetectorOptions::") + option + " is " + found + "; allowed: " + allowed};
}

std::string size_text(const ImageView& image) {
    return std::to_string(image.width) + " x " + std::to_string(image.height);
}

Status check(const DetectorOptions& o) {
    const auto is_fraction = [](float v) { return v >= 0 && v <= 1; };  // false for NaN
    if (!is_fraction(o.score_threshold))
        return out_of_range("score_threshold", std::to_string(o.score_threshold), "0 to 1");
    if (!is_fraction(o.nms_threshold))
        return out_of_range("nms_threshold", std::to_string(o.nms_threshold), "0 to 1");
    if (o.top_k < 1) return out_of_range("top_k", std::to_string(o.top_k), "1 and more");
    if (o.max_faces < 1) return out_of_range("max_faces", std::to_string(o.max_faces), "1 and more");
    if (o.max_side < 0)
        return out_of_range("max_side", std::to_string(o.max_side), "1 and more, or 0 for no limit");
    if (o.threads < 1 || o.threads > 1024)
        return out_of_range("threads", std::to_string(o.threads), "1 to 1024");
    return {};
}

}  // namespace

namespace engine {

class DetectorState {
  public:
    Model model;
    Session session;
    DetectorOptions options;
    float scale = 1;
    Timings timings;

    // What `body` returns, if the view can be read and memory suffices; what is told of the last call starts
    // anew.
    template <class Body>
    auto on(const ImageView& image, const Body& body) -> Result<decltype(body())> {
        const auto picture = [&] {
            return "a picture of " + size_text(image) + "; a smaller one, or a smaller max_side, takes less";
        };
        return guarded(picture, [&]() -> Result<decltype(body())> {
            scale = 1;
            timings = {};
            if (Status status = validate(image); !status.ok()) return status;
            return body();
        });
    }

    RawOutputs forward(const ImageView& image, LayerObserver* observer = nullptr) {
        Stopwatch watch;
        session.prepare(image.height, image.width);
        timings.preprocess += watch.lap();
        if (observer) {
            LayerTimes times(session, *observer);
            session.run(image, &times);
        } else {
            session.run(image);
        }
        timings.network = watch.lap();
        return session.raw_outputs();
    }

    // Shrinks the picture as max_side asks, and sets `scale`.
    Image shrink(const ImageView& image) {
        Stopwatch watch;
        scale =
            static_cast<float>(options.max_side) / static_cast<float>(std::max(image.width, image.height));
        const auto scaled = [&](int n) { return std::max(1, static_cast<int>(std::lround(n * scale))); };
        Image shrunk = resize(image, scaled(image.width), scaled(image.height));
        timings.preprocess = watch.lap();
        return shrunk;
    }

    std::vector<Face> detect(const ImageView& image) {
        Image shrunk;
        ImageView view = image;
        if (options.max_side > 0 && std::max(image.width, image.height) > options.max_side) {
            shrunk = shrink(image);
            view = shrunk.view();
        }
        const RawOutputs raw = forward(view);

        Stopwatch watch;
        std::vector<Face> faces = find_faces(raw, view.height, view.width,
                                             {.score_threshold = options.score_threshold,
                                              .nms_threshold = options.nms_threshold,
                                              .top_k = options.top_k,
                                              .max_faces = options.max_faces});
        if (scale != 1) {
            const float x_scale = static_cast<float>(image.width) / static_cast<float>(view.width);
            const float y_scale = static_cast<float>(image.height) / static_cast<float>(view.height);
            for (Face& face : faces) {
                face.box = {face.box[0] * x_scale, face.box[1] * y_scale, face.box[2] * x_scale,
                            face.box[3] * y_scale};
                for (auto& [x, y] : face.landmarks) x *= x_scale, y *= y_scale;
            }
        }
        timings.postprocess = watch.lap();
        return faces;
    }
};

}  // namespace engine

Detector::Detector(std::unique_ptr<engine::DetectorState> state) : state_(std::move(state)) {}
Detector::Detector(Detector&&) noexcept = default;
Detector& Detector::operator=(Detector&&) noexcept = default;
Detector::~Detector() = default;

Result<Detector> Detector::create(Model model, const DetectorOptions& options) {
    const auto detector = [] { return std::string("a detector"); };
    return engine::guarded(detector, [&]() -> Result<Detector> {
        if (Status status = check(options); !status.ok()) return status;
        if (!engine::is_detector(model.architecture())) {
            return Status(StatusCode::wrong_model,
                          std::string(name_of(model.architecture())) +
                              " is no face detector; load a FeatherFace V1 or V2 checkpoint");
        }
        engine::Session session(engine::program_of(model), options.threads);
        return Detector(std::unique_ptr<engine::DetectorState>(
            new engine::DetectorState{std::move(model), std::move(session), options, 1, {}}));
    });
}

Result<RawOutputs> Detector::forward(const ImageView& image, LayerObserver* observer) {
    return state_->on(image, [&] { return state_->forward(image, observer); });
}

Result<std::vector<Face>> Detector::detect(const ImageView& image) {
    return state_->on(image, [&] { return state_->detect(image); });
}

int Detector::threads() const {
    return state_->session.pool().threads();
}
float Detector::last_scale() const {
    return state_->scale;
}
const Timings& Detector::last_timings() const {
    return state_->timings;
}
const Model& Detector::model() const {
    return state_->model;
}

}  // namespace featherface
