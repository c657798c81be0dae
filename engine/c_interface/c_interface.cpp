// The C interface over the C++ one: it copies structs from one language to the other, keeps the message of
// the last failure, and lets no exception out.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "featherface/featherface.h"
#include "featherface/featherface.hpp"
#include "loaders/guarded.hpp"

struct featherface_model {
    featherface::Model model;
};
struct featherface_picture {
    featherface::Image image;
};

struct featherface_detector {
    featherface::Detector detector;
};

namespace featherface {

namespace {

thread_local std::string last_error;

static_assert(static_cast<int>(StatusCode::invalid_argument) == FEATHERFACE_INVALID_ARGUMENT);
static_assert(static_cast<int>(StatusCode::io_error) == FEATHERFACE_IO_ERROR);
static_assert(static_cast<int>(StatusCode::malformed) == FEATHERFACE_MALFORMED);
static_assert(static_cast<int>(StatusCode::unsupported) == FEATHERFACE_UNSUPPORTED);
static_assert(static_cast<int>(StatusCode::wrong_model) == FEATHERFACE_WRONG_MODEL);
static_assert(static_cast<int>(StatusCode::limit_exceeded) == FEATHERFACE_LIMIT_EXCEEDED);
static_assert(static_cast<int>(StatusCode::output_error) == FEATHERFACE_OUTPUT_ERROR);
static_assert(static_cast<int>(StatusCode::internal) == FEATHERFACE_INTERNAL);
static_assert(static_cast<int>(StatusCode::out_of_memory) == FEATHERFACE_OUT_OF_MEMORY);

// The C struct of a result with what it points to.
struct OwnedResult : featherface_result {
    std::vector<featherface_face> faces_of;
};

featherface_status told(const Status& status) {
    if (status.ok()) return FEATHERFACE_OK;
#if defined(__cpp_exceptions)
    try {
        last_error = status.message();
    } catch (const std::bad_alloc&) {
        last_error = "out of memory";  // so short that it takes none
    }
#else
    last_error = status.message();
#endif
    return static_cast<featherface_status>(status.code());
}

// What `body` returns, a Status, as C has it.
template <class Body>
featherface_status call(const char* what, const Body& body) {
    return told(loaders::guarded([&] { return std::string(what); }, body));
}

Status null_pointer(const char* name) {
    return {StatusCode::invalid_argument, std::string(name) + " is NULL"};
}

// A caller's struct of whatever version: what it has of the fields known here, the rest as `defaults` have
// it.
template <class Struct>
Result<Struct> as_known(const Struct* given, const Struct& defaults, const char* name) {
    Struct known = defaults;
    if (given == nullptr) return known;
    if (given->size < sizeof(given->size)) {
        return Status(StatusCode::invalid_argument, std::string(name) + ".size is " +
                                                        std::to_string(given->size) +
                                                        ": set the struct by its _INIT macro first");
    }
    std::memcpy(&known, given, std::min(given->size, sizeof known));
    return known;
}

// The other way round: `known` is written into a caller's struct, as far as that has room.
template <class Struct>
Status give(const Struct& known, Struct* to, const char* name) {
    if (to == nullptr) return null_pointer(name);
    const std::size_t size = to->size;
    if (size < sizeof size) {
        return {StatusCode::invalid_argument, std::string(name) + ".size is not set: use its _INIT macro"};
    }
    std::memcpy(to, &known, std::min(size, sizeof known));
    to->size = size;
    return {};
}

Result<ModelOptions> options_of(const featherface_model_options* given) {
    constexpr featherface_model_options kDefaults = FEATHERFACE_MODEL_OPTIONS_INIT;
    const auto known = as_known(given, kDefaults, "options");
    if (!known.ok()) return known.status();
    ModelOptions options;
    options.layerwise = known->layerwise != 0;
    if (known->precision < FEATHERFACE_PRECISION_AS_MADE || known->precision > FEATHERFACE_PRECISION_INT8) {
        return Status(StatusCode::invalid_argument,
                      "options.precision is " + std::to_string(known->precision) + ", which is none");
    }
    options.precision = static_cast<Precision>(known->precision);
    if (known->cpu_architecture != nullptr) options.cpu_architecture = known->cpu_architecture;
    if (known->unfused == nullptr && known->unfused_count > 0) return null_pointer("options.unfused");
    for (std::size_t i = 0; i < known->unfused_count; ++i) {
        if (known->unfused[i] == nullptr) return null_pointer("a name of options.unfused");
        options.unfused.emplace_back(known->unfused[i]);
    }
    return options;
}

Result<DetectorOptions> options_of(const featherface_detector_options* given) {
    constexpr featherface_detector_options kDefaults = FEATHERFACE_DETECTOR_OPTIONS_INIT;
    const auto known = as_known(given, kDefaults, "options");
    if (!known.ok()) return known.status();
    return DetectorOptions{.score_threshold = known->score_threshold,
                           .nms_threshold = known->nms_threshold,
                           .top_k = known->top_k,
                           .max_faces = known->max_faces,
                           .max_side = known->max_side,
                           .scales = known->scales,
                           .turns = known->turns != 0,
                           .threads = known->threads};
}

Result<ImageView> view_of(const featherface_image* given) {
    if (given == nullptr) return null_pointer("image");
    constexpr featherface_image kDefaults = FEATHERFACE_IMAGE_INIT;
    const auto known = as_known(given, kDefaults, "image");
    if (!known.ok()) return known.status();
    constexpr std::array kFormats = {PixelFormat::bgr8,  PixelFormat::rgb8,  PixelFormat::bgra8,
                                     PixelFormat::rgba8, PixelFormat::gray8, PixelFormat::nv12,
                                     PixelFormat::nv21,  PixelFormat::i420,  PixelFormat::yuyv};
    if (known->format < 0 || static_cast<std::size_t>(known->format) >= kFormats.size()) {
        return Status(StatusCode::invalid_argument, "image.format is " + std::to_string(known->format) +
                                                        ", which is no featherface_format");
    }
    return ImageView{.data = known->data,
                     .width = known->width,
                     .height = known->height,
                     .row_stride = known->row_stride,
                     .format = kFormats[static_cast<std::size_t>(known->format)],
                     .chroma = {{known->chroma[0].data, known->chroma[0].row_stride},
                                {known->chroma[1].data, known->chroma[1].row_stride}},
                     .matrix = known->bt709 != 0 ? YuvMatrix::bt709 : YuvMatrix::bt601,
                     .range = known->full_range != 0 ? YuvRange::full : YuvRange::video,
                     .full_width = known->full_width,
                     .full_height = known->full_height};
}

featherface_face as_c(const Face& face) {
    featherface_face c{};
    std::copy(face.box.begin(), face.box.end(), c.box);
    c.score = face.score;
    for (std::size_t i = 0; i < face.landmarks.size(); ++i) {
        c.landmarks[i][0] = face.landmarks[i][0];
        c.landmarks[i][1] = face.landmarks[i][1];
    }
    return c;
}

Face as_face(const featherface_face& c) {
    Face face{};
    std::copy_n(c.box, face.box.size(), face.box.begin());
    face.score = c.score;
    for (std::size_t i = 0; i < face.landmarks.size(); ++i)
        face.landmarks[i] = {c.landmarks[i][0], c.landmarks[i][1]};
    return face;
}

std::span<const std::uint8_t> octets(const void* bytes, std::size_t count) {
    return {static_cast<const std::uint8_t*>(bytes), count};
}

// The handle of what was loaded or read, where it was.
template <class Handle, class T>
Status keep(Result<T> made, Handle** handle) {
    if (!made.ok()) return made.status();
    *handle = new Handle{std::move(made).value()};
    return {};
}

// Model::from_bytes(), or in_place().
template <class Load>
featherface_status load_bytes(const Load& load, const void* bytes, std::size_t byte_count, const char* name,
                              const featherface_model_options* options, featherface_model** model) {
    return call("a model", [&]() -> Status {
        if (bytes == nullptr) return null_pointer("bytes");
        if (model == nullptr) return null_pointer("model");
        const auto known = options_of(options);
        if (!known.ok()) return known.status();
        return keep(load(octets(bytes, byte_count), name != nullptr ? name : "model", known.value()), model);
    });
}

// What `cut` makes of a picture and one of its faces.
template <class Cut>
featherface_status cut_face(const Cut& cut, const featherface_image* image, const featherface_face* face,
                            featherface_picture** picture) {
    return call("a face cut out", [&]() -> Status {
        if (face == nullptr) return null_pointer("face");
        if (picture == nullptr) return null_pointer("picture");
        const auto view = view_of(image);
        if (!view.ok()) return view.status();
        return keep(cut(view.value(), as_face(*face)), picture);
    });
}

#if !FEATHERFACE_MINIMAL
// What `read` gives for the options of a picture that a detector with these looks at.
template <class Read>
featherface_status read_for(const featherface_detector_options* options, std::int64_t max_pixels,
                            featherface_picture** picture, const Read& read) {
    return call("a picture", [&]() -> Status {
        if (picture == nullptr) return null_pointer("picture");
        const auto known = options_of(options);
        if (!known.ok()) return known.status();
        ImageReadOptions reading{.needed_side = known->max_side, .needed_halvings = known->halvings()};
        if (max_pixels > 0) reading.max_pixels = max_pixels;
        return keep(read(reading), picture);
    });
}
#endif

class CallbackObserver final : public LayerObserver {
  public:
    CallbackObserver(featherface_layer_callback callback, void* user) : callback_(callback), user_(user) {}

    void layer(const LayerRun& run) override {
        const std::string name(run.name), kind(run.kind);
        const featherface_layer layer = {.size = sizeof layer,
                                         .index = run.index,
                                         .name = name.c_str(),
                                         .kind = kind.c_str(),
                                         .output_shape = run.output_shape.data(),
                                         .output_dimensions = run.output_shape.size(),
                                         .start_ms = run.start,
                                         .end_ms = run.end};
        callback_(&layer, user_);
    }

  private:
    featherface_layer_callback callback_;
    void* user_;
};

}  // namespace

}  // namespace featherface

using namespace featherface;

extern "C" {

const char* featherface_last_error(void) {
    return last_error.c_str();
}
const char* featherface_version(void) {
    return FEATHERFACE_VERSION;
}
int featherface_version_number(void) {
    return FEATHERFACE_VERSION_NUMBER;
}

#if !FEATHERFACE_MINIMAL
featherface_status featherface_model_load(const char* path, const featherface_model_options* options,
                                          featherface_model** model) {
    return call("a model", [&]() -> Status {
        if (path == nullptr) return null_pointer("path");
        if (model == nullptr) return null_pointer("model");
        const auto known = options_of(options);
        if (!known.ok()) return known.status();
        return keep(Model::load(path, known.value()), model);
    });
}
#endif

featherface_status featherface_model_from_bytes(const void* bytes, size_t byte_count, const char* name,
                                                const featherface_model_options* options,
                                                featherface_model** model) {
    return load_bytes(Model::from_bytes, bytes, byte_count, name, options, model);
}

featherface_status featherface_model_in_place(const void* bytes, size_t byte_count, const char* name,
                                              const featherface_model_options* options,
                                              featherface_model** model) {
    return load_bytes(Model::in_place, bytes, byte_count, name, options, model);
}

void featherface_model_free(featherface_model* model) {
    delete model;
}

const char* featherface_model_name(const featherface_model* model) {
    return model != nullptr ? name_of(model->model.architecture()).data() : "";
}
int64_t featherface_model_parameters(const featherface_model* model) {
    return model != nullptr ? model->model.parameters() : 0;
}
const char* featherface_model_sha256(const featherface_model* model) {
    return model != nullptr ? model->model.sha256().c_str() : "";
}
int32_t featherface_model_precision(const featherface_model* model) {
    return model != nullptr ? static_cast<int32_t>(model->model.precision()) : FEATHERFACE_PRECISION_AS_MADE;
}
const char* featherface_model_cpu_architecture(const featherface_model* model) {
    return model != nullptr ? model->model.cpu_architecture().data() : "";
}
size_t featherface_model_warning_count(const featherface_model* model) {
    return model != nullptr ? model->model.warnings().size() : 0;
}
const char* featherface_model_warning(const featherface_model* model, size_t index) {
    if (model == nullptr) return nullptr;
    const auto& warnings = model->model.warnings();
    return index < warnings.size() ? warnings[index].c_str() : nullptr;
}

#if !FEATHERFACE_MINIMAL
featherface_status featherface_picture_read(const char* path, int64_t max_pixels,
                                            featherface_picture** picture) {
    return featherface_picture_read_for(nullptr, path, max_pixels, picture);
}

featherface_status featherface_picture_decode(const void* bytes, size_t byte_count, const char* name,
                                              int64_t max_pixels, featherface_picture** picture) {
    return featherface_picture_decode_for(nullptr, bytes, byte_count, name, max_pixels, picture);
}

featherface_status featherface_picture_read_for(const featherface_detector_options* options, const char* path,
                                                int64_t max_pixels, featherface_picture** picture) {
    return read_for(options, max_pixels, picture, [&](const ImageReadOptions& reading) -> Result<Image> {
        if (path == nullptr) return null_pointer("path");
        return read_image(path, reading);
    });
}

featherface_status featherface_picture_decode_for(const featherface_detector_options* options,
                                                  const void* bytes, size_t byte_count, const char* name,
                                                  int64_t max_pixels, featherface_picture** picture) {
    return read_for(options, max_pixels, picture, [&](const ImageReadOptions& reading) -> Result<Image> {
        if (bytes == nullptr) return null_pointer("bytes");
        return decode_image(octets(bytes, byte_count), name != nullptr ? name : "picture", reading);
    });
}
#endif

void featherface_picture_free(featherface_picture* picture) {
    delete picture;
}

featherface_status featherface_picture_view(const featherface_picture* picture, featherface_image* image) {
    return call("a picture", [&]() -> Status {
        if (picture == nullptr) return null_pointer("picture");
        const ImageView view = picture->image.view();
        featherface_image known = FEATHERFACE_IMAGE_INIT;
        known.data = view.data;
        known.width = view.width;
        known.height = view.height;
        known.row_stride = view.row_stride;
        known.full_width = view.full_width;
        known.full_height = view.full_height;
        return give(known, image, "image");
    });
}

featherface_status featherface_detector_create(const featherface_model* model,
                                               const featherface_detector_options* options,
                                               featherface_detector** detector) {
    return call("a detector", [&]() -> Status {
        if (model == nullptr) return null_pointer("model");
        if (detector == nullptr) return null_pointer("detector");
        const auto known = options_of(options);
        if (!known.ok()) return known.status();
        return keep(Detector::create(model->model, known.value()), detector);
    });
}

void featherface_detector_free(featherface_detector* detector) {
    delete detector;
}

featherface_status featherface_detector_set_options(featherface_detector* detector,
                                                    const featherface_detector_options* options) {
    return call("a detector", [&]() -> Status {
        if (detector == nullptr) return null_pointer("detector");
        const auto known = options_of(options);
        if (!known.ok()) return known.status();
        return detector->detector.set_options(known.value());
    });
}

void featherface_detector_trim(featherface_detector* detector) {
    if (detector != nullptr) detector->detector.trim();
}

featherface_status featherface_detector_memory(const featherface_detector* detector, int32_t width,
                                               int32_t height, size_t* bytes) {
    return call("a detector", [&]() -> Status {
        if (detector == nullptr) return null_pointer("detector");
        if (bytes == nullptr) return null_pointer("bytes");
        const auto memory = detector->detector.memory_for(width, height);
        if (memory.ok()) *bytes = memory.value();
        return memory.status();
    });
}

featherface_status featherface_detect(featherface_detector* detector, const featherface_image* image,
                                      featherface_result** result) {
    return call("a detection", [&]() -> Status {
        if (detector == nullptr) return null_pointer("detector");
        if (result == nullptr) return null_pointer("result");
        const auto view = view_of(image);
        if (!view.ok()) return view.status();
        const auto faces = detector->detector.detect(view.value());
        if (!faces.ok()) return faces.status();
        const Timings& timings = detector->detector.last_timings();
        auto owned = std::make_unique<OwnedResult>();
        for (const Face& face : faces.value()) owned->faces_of.push_back(as_c(face));
        owned->size = sizeof(featherface_result);
        owned->faces = owned->faces_of.data();
        owned->count = owned->faces_of.size();
        owned->is_cut = detector->detector.last_is_cut() ? 1 : 0;
        owned->scale = detector->detector.last_scale();
        owned->scales = detector->detector.last_scales();
        owned->preprocess_ms = timings.preprocess;
        owned->network_ms = timings.network;
        owned->postprocess_ms = timings.postprocess;
        *result = owned.release();
        return {};
    });
}

void featherface_result_free(featherface_result* result) {
    delete static_cast<OwnedResult*>(result);
}

featherface_status featherface_align_face(const featherface_image* image, const featherface_face* face,
                                          featherface_picture** aligned) {
    return cut_face(align_face, image, face, aligned);
}

featherface_status featherface_crop_face(const featherface_image* image, const featherface_face* face,
                                         float margin, featherface_picture** crop) {
    const auto cut = [&](const ImageView& view, const Face& its) { return crop_face(view, its, margin); };
    return cut_face(cut, image, face, crop);
}

featherface_status featherface_forward(featherface_detector* detector, const featherface_image* image,
                                       featherface_layer_callback callback, void* user,
                                       featherface_raw_outputs* outputs) {
    return call("a run", [&]() -> Status {
        if (detector == nullptr) return null_pointer("detector");
        if (outputs == nullptr) return null_pointer("outputs");
        const auto view = view_of(image);
        if (!view.ok()) return view.status();
        CallbackObserver observer(callback, user);
        const auto raw = detector->detector.forward(view.value(), callback != nullptr ? &observer : nullptr);
        if (!raw.ok()) return raw.status();
        const featherface_raw_outputs known = {sizeof known, raw->anchors, raw->loc.data(), raw->conf.data(),
                                               raw->landms.data()};
        return give(known, outputs, "outputs");
    });
}

featherface_status featherface_classify(const featherface_model* model, const featherface_image* image,
                                        int32_t threads, float* probabilities, size_t count) {
    return call("classifying a picture", [&]() -> Status {
        if (model == nullptr) return null_pointer("model");
        if (probabilities == nullptr) return null_pointer("probabilities");
        const auto view = view_of(image);
        if (!view.ok()) return view.status();
        const auto classes = classify(model->model, view.value(), threads);
        if (!classes.ok()) return classes.status();
        if (count < classes->size()) {
            return {StatusCode::invalid_argument, "room for " + std::to_string(count) + " probabilities of " +
                                                      std::to_string(classes->size())};
        }
        std::copy(classes->begin(), classes->end(), probabilities);
        return {};
    });
}

}  // extern "C"
