#include "featherface/detector.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "engine/detect/finite.hpp"
#include "engine/detect/layer_times.hpp"
#include "engine/detect/merge.hpp"
#include "engine/detect/postprocess.hpp"
#include "engine/detect/resize.hpp"
#include "engine/detect/scales.hpp"
#include "engine/detect/turn.hpp"
#include "engine/identity/networks.hpp"
#include "engine/loaded_model.hpp"
#include "engine/runtime/session.hpp"
#include "engine/system/clock.hpp"
#include "loaders/guarded.hpp"

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

Status out_of_range(const char* option, const std::string& found, const std::string& allowed) {
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
    if (o.scales >> (kMostHalvings + 1) != 0) {
        return out_of_range("scales", "a set with a bit above " + std::to_string(kMostHalvings),
                            "bits 0 to " + std::to_string(kMostHalvings) + ", or kAutoScales");
    }
    if (o.threads < 1 || o.threads > engine::kMaxThreads)
        return out_of_range("threads", std::to_string(o.threads),
                            "1 to " + std::to_string(engine::kMaxThreads));
    return {};
}

}  // namespace

int DetectorOptions::halvings() const {
    return scales == kAutoScales ? 0 : std::countr_zero(scales);
}

namespace engine {

struct Size {
    int width = 0, height = 0;
};

// Of the picture that this one is, or is a smaller copy of.
Size full_size(const ImageView& image) {
    if (image.full_width == 0) return {image.width, image.height};
    return {image.full_width, image.full_height};
}

// No more than there are cores: threads that wait for one another's core make a picture slower.
int threads_for(const DetectorOptions& options) {
    if (options.threads == 1) return 1;
    const auto cores = static_cast<int>(std::thread::hardware_concurrency());
    return cores == 0 ? options.threads : std::min(options.threads, cores);  // 0: nobody knows
}

class DetectorState {
  public:
    DetectorState(Model its_model, const DetectorOptions& its_options)
        : model(std::move(its_model)),
          options(its_options),
          pool(std::make_shared<ThreadPool>(threads_for(options))) {
        session_at(0);
    }

    Model model;
    DetectorOptions options;
    std::shared_ptr<ThreadPool> pool;
    // There is one for each size that a call looks at, so that the next call finds the memory of all of them
    // laid out.
    std::vector<Session> sessions;
    float scale = 1;
    std::uint32_t scales = kOwnScale;
    bool is_cut = false;
    Timings timings;

    // Does `body`, if the view can be read and memory suffices; what is told of the last call starts anew.
    template <class Body>
    Status on(const ImageView& image, const Body& body) {
        const auto picture = [&] {
            return "a picture of " + size_text(image) + "; a smaller one, or a smaller max_side, takes less";
        };
        return loaders::guarded(picture, [&]() -> Status {
            scale = 1;
            scales = kOwnScale;
            is_cut = false;
            timings = {};
            if (Status status = validate(image); !status.ok()) return status;
            if (Status status = check_size(image.height, image.width); !status.ok()) return status;
            return body();
        });
    }

    Session& session_at(std::size_t place) {
        while (sessions.size() <= place) sessions.emplace_back(program_of(model), pool);
        return sessions[place];
    }

    RawOutputs forward(const ImageView& image, std::size_t place = 0, LayerObserver* observer = nullptr) {
        Stopwatch watch;
        Session& session = session_at(place);
        session.prepare(image.height, image.width);
        timings.preprocess += watch.lap();
        if (observer) {
            LayerTimes times(session, *observer);
            session.run(image, &times);
        } else {
            session.run(image);
        }
        timings.network += watch.lap();
        return session.raw_outputs();
    }

    // The picture at a size, unless it is no larger already; then it is `view` itself. What is made for the
    // `place`-th time in a call is valid until the next call does the same.
    ImageView shrunk(const ImageView& view, Size size, std::size_t place) {
        if (view.width <= size.width && view.height <= size.height) return view;
        Stopwatch watch;
        while (resizers.size() <= place) resizers.emplace_back();
        const ImageView smaller = resizers[place].resize(view, size.width, size.height).view();
        timings.preprocess += watch.lap();
        return smaller;
    }

    // What max_side leaves of the picture's size; sets `scale`.
    Size size_to_look_at(Size full) {
        const int longer = std::max(full.width, full.height);
        if (options.max_side == 0 || longer <= options.max_side) return full;
        scale = static_cast<float>(options.max_side) / static_cast<float>(longer);
        const auto scaled = [&](int n) { return std::max(1, static_cast<int>(std::lround(n * scale))); };
        return {scaled(full.width), scaled(full.height)};
    }

    // The faces of a picture of one size, in its pixels; one more than are given, if there are so many.
    Status look(const ImageView& view, std::size_t place, std::vector<Face>& faces) {
        const RawOutputs raw = forward(view, place);
        Stopwatch watch;
        if (!all_finite(raw.loc) || !all_finite(raw.conf) || !all_finite(raw.landms)) {
            Session& session = session_at(place);
            return not_finite(session, [&](Observer& observer) { session.run(view, &observer); });
        }
        finder.find(raw, view.height, view.width,
                    {.score_threshold = options.score_threshold,
                     .nms_threshold = options.nms_threshold,
                     .top_k = options.top_k,
                     .max_faces = options.max_faces + (options.max_faces < std::numeric_limits<int>::max())},
                    faces);
        timings.postprocess += watch.lap();
        return {};
    }

    // The same of the picture turned by so many quarters.
    Status look_turned(const ImageView& view, int quarters, std::size_t place, std::vector<Face>& faces) {
        Stopwatch watch;
        const Image& picture = turner.turn(view, quarters);
        timings.preprocess += watch.lap();
        Status status = look(picture.view(), place, faces);
        for (Face& face : faces) face = turned_back(face, quarters, view.width, view.height);
        return status;
    }

    // The faces of every size and turn, in pixels of the full size; those of the first `count` sightings.
    Status look_everywhere(ImageView view, Size full, std::size_t& count) {
        Size size = size_to_look_at(full);
        scales = options.scales == kAutoScales ? automatic_scales(size.width, size.height) : options.scales;
        std::size_t place = 0;
        for (int halvings = 0; scales >> halvings != 0; ++halvings) {
            if (halvings > 0) size = {half(size.width), half(size.height)};
            view = shrunk(view, size, static_cast<std::size_t>(halvings));
            if ((scales >> halvings & 1) == 0) continue;
            const float x_scale = static_cast<float>(full.width) / static_cast<float>(view.width);
            const float y_scale = static_cast<float>(full.height) / static_cast<float>(view.height);
            for (int quarters = 0; quarters < (options.turns ? 4 : 1); ++quarters) {
                // Pictures on their side have a size of their own.
                const std::size_t session = place + static_cast<std::size_t>(quarters % 2);
                if (sightings.size() == count) sightings.emplace_back();
                auto& [seen_at, faces] = sightings[count++];
                seen_at = 1 / x_scale;
                const Status status =
                    quarters == 0 ? look(view, session, faces) : look_turned(view, quarters, session, faces);
                if (!status.ok()) return status;
                if (view.width != full.width || view.height != full.height) {
                    for (Face& face : faces) {
                        face.box = {face.box[0] * x_scale, face.box[1] * y_scale, face.box[2] * x_scale,
                                    face.box[3] * y_scale};
                        for (auto& [x, y] : face.landmarks) x *= x_scale, y *= y_scale;
                    }
                }
            }
            place += 2;
        }
        return {};
    }

    Status detect(const ImageView& image, std::vector<Face>& faces) {
        std::size_t count = 0;
        Status status = look_everywhere(image, full_size(image), count);
        if (!status.ok()) return status;
        Stopwatch watch;
        merger.merge(std::span(sightings).first(count), options.nms_threshold, faces);
        is_cut = faces.size() > static_cast<std::size_t>(options.max_faces);
        if (is_cut) faces.resize(static_cast<std::size_t>(options.max_faces));
        timings.postprocess += watch.lap();
        return {};
    }

    // Gives back the memory that pictures took.
    void trim() {
        sessions.clear();
        resizers.clear();
        turner = {};
        finder = {};
        merger = {};
        sightings.clear();
    }

  private:
    // The first makes the picture as large as max_side lets it be, each further one halves it once more.
    std::vector<Resizer> resizers;
    Turner turner;
    FaceFinder finder;
    Merger merger;
    std::vector<Sighting> sightings;
};

}  // namespace engine

namespace {

Status empty_detector() {
    return {StatusCode::invalid_argument, "an empty Detector: make one with Detector::create()"};
}

}  // namespace

Detector::Detector() = default;
Detector::Detector(std::unique_ptr<engine::DetectorState> state) : state_(std::move(state)) {}
Detector::Detector(Detector&&) noexcept = default;
Detector& Detector::operator=(Detector&&) noexcept = default;
Detector::~Detector() = default;

Result<Detector> Detector::create(Model model, const DetectorOptions& options) {
    const auto detector = [] { return std::string("a detector"); };
    return loaders::guarded(detector, [&]() -> Result<Detector> {
        if (Status status = check(options); !status.ok()) return status;
        if (model.empty()) return Status(StatusCode::invalid_argument, "an empty Model");
        if (!engine::is_detector(model.architecture())) {
            return Status(StatusCode::wrong_model,
                          std::string(name_of(model.architecture())) +
                              " is no face detector; load FeatherFace V1, V2 or another of the detectors");
        }
        return Detector(
            std::unique_ptr<engine::DetectorState>(new engine::DetectorState(std::move(model), options)));
    });
}

bool Detector::empty() const {
    return state_ == nullptr;
}

Status Detector::set_options(const DetectorOptions& options) {
    if (empty()) return empty_detector();
    if (Status status = check(options); !status.ok()) return status;
    if (options.threads != state_->options.threads) {
        return out_of_range("threads", std::to_string(options.threads),
                            "the detector's " + std::to_string(state_->options.threads));
    }
    state_->options = options;
    return {};
}

DetectorOptions Detector::options() const {
    return empty() ? DetectorOptions{} : state_->options;
}

Result<std::size_t> Detector::memory_for(int width, int height) const {
    if (empty()) return empty_detector();
    const auto picture = [] { return std::string("a plan"); };
    return loaders::guarded(picture, [&]() -> Result<std::size_t> {
        if (width < 1 || height < 1) {
            return Status(StatusCode::invalid_argument, "a picture of " + std::to_string(width) + " x " +
                                                            std::to_string(height) + " pixels");
        }
        if (Status status = engine::check_size(height, width); !status.ok()) return status;
        const engine::Plan plan =
            engine::make_plan(*engine::program_of(state_->model), height, width, threads());
        return plan.workspace_floats * sizeof(float);
    });
}

void Detector::trim() {
    if (!empty()) state_->trim();
}

Result<RawOutputs> Detector::forward(const ImageView& image, LayerObserver* observer) {
    if (empty()) return empty_detector();
    RawOutputs outputs;
    Status status = state_->on(image, [&]() -> Status {
        outputs = state_->forward(image, 0, observer);
        return {};
    });
    if (!status.ok()) return status;
    return outputs;
}

Result<std::vector<Face>> Detector::detect(const ImageView& image) {
    std::vector<Face> faces;
    if (Status status = detect(image, faces); !status.ok()) return status;
    return faces;
}

Status Detector::detect(const ImageView& image, std::vector<Face>& faces) {
    faces.clear();
    if (empty()) return empty_detector();
    Status status = state_->on(image, [&] { return state_->detect(image, faces); });
    if (!status.ok()) faces.clear();
    return status;
}

int Detector::threads() const {
    return empty() ? 0 : state_->pool->threads();
}
float Detector::last_scale() const {
    return empty() ? 1.0f : state_->scale;
}
std::uint32_t Detector::last_scales() const {
    return empty() ? kOwnScale : state_->scales;
}
bool Detector::last_is_cut() const {
    return !empty() && state_->is_cut;
}
const Timings& Detector::last_timings() const {
    static const Timings none;
    return empty() ? none : state_->timings;
}
const Model& Detector::model() const {
    static const Model none;
    return empty() ? none : state_->model;
}

}  // namespace featherface
