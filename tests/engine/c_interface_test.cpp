// The C interface: what it says equals what the C++ one says, and it survives what C programs do wrong.
#include "featherface/featherface.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include "featherface/featherface.hpp"
#include "support/bytes.hpp"
#include "support/jpeg_writer.hpp"
#include "support/pictures.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_model.hpp"

namespace featherface::test {
namespace {

constexpr float kLow = 0.1f;  // seeded networks find noise there

struct CModel {
    explicit CModel(std::string_view network) {
        const ByteString file = make_torch_zip(seeded_checkpoint(network));
        REQUIRE(featherface_model_from_bytes(file.data(), file.size(), "seeded.pth", nullptr, &handle) ==
                FEATHERFACE_OK);
    }
    ~CModel() { featherface_model_free(handle); }
    featherface_model* handle = nullptr;
};

struct CDetector {
    CDetector(const featherface_model* model, const featherface_detector_options* options) {
        REQUIRE(featherface_detector_create(model, options, &handle) == FEATHERFACE_OK);
    }
    ~CDetector() { featherface_detector_free(handle); }
    featherface_detector* handle = nullptr;
};

featherface_detector_options low_options() {
    featherface_detector_options options = FEATHERFACE_DETECTOR_OPTIONS_INIT;
    options.score_threshold = kLow;
    return options;
}

featherface_image image_of(const Image& picture) {
    featherface_image image = FEATHERFACE_IMAGE_INIT;
    image.data = picture.pixels.data();
    image.width = picture.width;
    image.height = picture.height;
    image.row_stride = picture.width * 3;
    return image;
}

std::vector<float> floats_of(const featherface_result& result) {
    const float* first = reinterpret_cast<const float*>(result.faces);
    return {first, first + result.count * (sizeof(featherface_face) / sizeof(float))};
}

std::vector<float> floats_of(const std::vector<Face>& faces) {
    std::vector<float> floats;
    for (const Face& face : faces) {
        floats.insert(floats.end(), face.box.begin(), face.box.end());
        floats.push_back(face.score);
        for (const auto& point : face.landmarks) floats.insert(floats.end(), point.begin(), point.end());
    }
    return floats;
}

void check_error(featherface_status status, featherface_status expected, const std::string& part) {
    CHECK(status == expected);
    const std::string message = featherface_last_error();
    CHECK_MESSAGE(message.find(part) != std::string::npos, message);
}

TEST_CASE("C interface: faces, timings and the model's particulars are those of the C++ interface") {
    const CModel model("v2");
    const featherface_detector_options options = low_options();
    const CDetector detector(model.handle, &options);
    const Image picture = noise(120, 90);
    const featherface_image image = image_of(picture);
    featherface_result* result = nullptr;
    REQUIRE(featherface_detect(detector.handle, &image, &result) == FEATHERFACE_OK);

    auto own = Detector::create(seeded_model("v2"), {.score_threshold = kLow});
    REQUIRE(own.ok());
    const auto faces = own->detect(picture.view());
    REQUIRE(faces.ok());
    REQUIRE(!faces->empty());
    CHECK(floats_of(*result) == floats_of(faces.value()));
    CHECK(result->size == sizeof(featherface_result));
    CHECK(result->is_cut == 0);
    CHECK(result->scale == 1);
    CHECK(result->scales == 1);
    CHECK(result->network_ms > 0);
    featherface_result_free(result);

    CHECK(std::string(featherface_model_name(model.handle)) == "FeatherFace V2");
    CHECK(featherface_model_parameters(model.handle) == 256'156);
    CHECK(featherface_model_sha256(model.handle) == own->model().sha256());
    CHECK(featherface_model_cpu_architecture(model.handle) == own->model().cpu_architecture());
    CHECK(featherface_model_warning_count(model.handle) == own->model().warnings().size());
    CHECK(featherface_model_warning(model.handle, 1000) == nullptr);
    CHECK(std::string(featherface_version()) == FEATHERFACE_VERSION);
    CHECK(featherface_version_number() == FEATHERFACE_VERSION_NUMBER);
}

TEST_CASE("C interface: options change on a live detector, and a result says that it was cut") {
    const CModel model("v2");
    featherface_detector_options options = low_options();
    const CDetector detector(model.handle, &options);
    const Image picture = noise(120, 90);
    const featherface_image image = image_of(picture);
    options.max_faces = 2;
    REQUIRE(featherface_detector_set_options(detector.handle, &options) == FEATHERFACE_OK);
    featherface_result* result = nullptr;
    REQUIRE(featherface_detect(detector.handle, &image, &result) == FEATHERFACE_OK);
    CHECK(result->count == 2);
    CHECK(result->is_cut == 1);
    featherface_result_free(result);
    options.threads = 2;
    check_error(featherface_detector_set_options(detector.handle, &options), FEATHERFACE_INVALID_ARGUMENT,
                "threads is 2; allowed: the detector's 1");
}

TEST_CASE("C interface: every format and a negative stride are passed on") {
    const CModel model("v2");
    const featherface_detector_options options = low_options();
    const CDetector detector(model.handle, &options);
    auto own = Detector::create(seeded_model("v2"), {.score_threshold = kLow});
    const std::vector<std::uint8_t> bytes = noise(64, 3 * 48).pixels;
    const auto outputs = [&](const featherface_image& image) {
        featherface_raw_outputs raw = FEATHERFACE_RAW_OUTPUTS_INIT;
        REQUIRE(featherface_forward(detector.handle, &image, nullptr, nullptr, &raw) == FEATHERFACE_OK);
        return std::vector<float>(raw.conf, raw.conf + raw.anchors * 2);
    };
    const auto expected = [&](const ImageView& view) {
        const auto raw = own->forward(view);
        REQUIRE(raw.ok());
        return std::vector<float>(raw->conf.begin(), raw->conf.end());
    };
    constexpr PixelFormat kFormats[] = {PixelFormat::bgr8,  PixelFormat::rgb8,  PixelFormat::bgra8,
                                        PixelFormat::rgba8, PixelFormat::gray8, PixelFormat::nv12,
                                        PixelFormat::nv21,  PixelFormat::i420,  PixelFormat::yuyv};
    for (int format = FEATHERFACE_BGR; format <= FEATHERFACE_YUYV; ++format) {
        for (const bool is_full : {false, true}) {
            CAPTURE(format);
            featherface_image image = FEATHERFACE_IMAGE_INIT;
            image.data = bytes.data() + 47 * 256;
            image.width = 64;
            image.height = 48;
            image.row_stride = -256;
            image.format = format;
            image.chroma[0] = {bytes.data() + 48 * 256, 64};
            image.chroma[1] = {bytes.data() + 72 * 256, 64};
            image.bt709 = is_full;
            image.full_range = is_full;
            CHECK(outputs(image) ==
                  expected({.data = image.data,
                            .width = 64,
                            .height = 48,
                            .row_stride = -256,
                            .format = kFormats[format],
                            .chroma = {{image.chroma[0].data, 64}, {image.chroma[1].data, 64}},
                            .matrix = is_full ? YuvMatrix::bt709 : YuvMatrix::bt601,
                            .range = is_full ? YuvRange::full : YuvRange::video}));
        }
    }
    featherface_image odd = FEATHERFACE_IMAGE_INIT;
    odd.format = 77;
    featherface_result* result = nullptr;
    check_error(featherface_detect(detector.handle, &odd, &result), FEATHERFACE_INVALID_ARGUMENT,
                "image.format is 77");
}

TEST_CASE(
    "C interface: a struct of an older version counts as far as it goes, one without a size is refused") {
    const CModel model("v2");
    featherface_detector_options options = low_options();
    options.size = offsetof(featherface_detector_options, max_side);
    options.max_side = -5;  // not there in that version
    const CDetector detector(model.handle, &options);
    options.size = 0;
    featherface_detector* none = nullptr;
    check_error(featherface_detector_create(model.handle, &options, &none), FEATHERFACE_INVALID_ARGUMENT,
                "options.size is 0");
    CHECK(none == nullptr);

    // A picture's view is written as far as the caller's struct goes.
    const Image picture = noise(8, 4);
    std::string file = "P6 8 4 255\n";
    file.append(reinterpret_cast<const char*>(picture.pixels.data()), picture.pixels.size());
    featherface_picture* read = nullptr;
    REQUIRE(featherface_picture_decode(file.data(), file.size(), nullptr, 0, &read) == FEATHERFACE_OK);
    featherface_image image = FEATHERFACE_IMAGE_INIT;
    image.size = offsetof(featherface_image, chroma);
    image.bt709 = 99;
    CHECK(featherface_picture_view(read, &image) == FEATHERFACE_OK);
    CHECK(image.width == 8);
    CHECK(image.height == 4);
    CHECK(image.row_stride == 24);
    CHECK(image.size == offsetof(featherface_image, chroma));
    CHECK(image.bt709 == 99);
    featherface_picture_free(read);
}

TEST_CASE("C interface: failures have the library's code and message, and null pointers are named") {
    featherface_model* model = nullptr;
    check_error(featherface_model_load("no/such/file.pth", nullptr, &model), FEATHERFACE_IO_ERROR,
                "no/such/file.pth");
    check_error(featherface_model_load(nullptr, nullptr, &model), FEATHERFACE_INVALID_ARGUMENT,
                "path is NULL");
    check_error(featherface_model_from_bytes("no", 2, "x", nullptr, &model), FEATHERFACE_MALFORMED, "x: ");
    CHECK(model == nullptr);
    check_error(featherface_detector_create(nullptr, nullptr, nullptr), FEATHERFACE_INVALID_ARGUMENT,
                "model is NULL");
    const CModel classifier("classifier");
    featherface_detector* detector = nullptr;
    check_error(featherface_detector_create(classifier.handle, nullptr, &detector), FEATHERFACE_WRONG_MODEL,
                "no face detector");
    check_error(featherface_detect(nullptr, nullptr, nullptr), FEATHERFACE_INVALID_ARGUMENT,
                "detector is NULL");
    featherface_picture* picture = nullptr;
    check_error(featherface_picture_read("no/such/file.png", 0, &picture), FEATHERFACE_IO_ERROR, "file.png");
    check_error(featherface_picture_decode("P6 9 9 255\n", 11, "p", 10, &picture), FEATHERFACE_LIMIT_EXCEEDED,
                "9");
    featherface_model_free(nullptr);
    featherface_detector_free(nullptr);
    featherface_picture_free(nullptr);
    featherface_result_free(nullptr);
    featherface_detector_trim(nullptr);
    CHECK(std::string(featherface_model_name(nullptr)).empty());
}

TEST_CASE("C interface: faces are cut out as the C++ interface does it") {
    const Image picture = noise(200, 150);
    const featherface_image image = image_of(picture);
    featherface_face face = {{20, 30, 100, 120}, 0.9f, {{40, 60}, {80, 62}, {61, 80}, {45, 100}, {77, 99}}};
    const Face same{{20, 30, 100, 120}, 0.9f, {{{40, 60}, {80, 62}, {61, 80}, {45, 100}, {77, 99}}}};
    const auto check = [&](featherface_picture* made, const Image& expected) {
        featherface_image view = FEATHERFACE_IMAGE_INIT;
        REQUIRE(featherface_picture_view(made, &view) == FEATHERFACE_OK);
        REQUIRE(view.width == expected.width);
        REQUIRE(view.height == expected.height);
        CHECK(std::memcmp(view.data, expected.pixels.data(), expected.pixels.size()) == 0);
        featherface_picture_free(made);
    };
    featherface_picture *aligned = nullptr, *crop = nullptr;
    REQUIRE(featherface_align_face(&image, &face, &aligned) == FEATHERFACE_OK);
    check(aligned, align_face(picture.view(), same).value());
    REQUIRE(featherface_crop_face(&image, &face, 0.25f, &crop) == FEATHERFACE_OK);
    check(crop, crop_face(picture.view(), same, 0.25f).value());

    check_error(featherface_crop_face(&image, &face, -1, &crop), FEATHERFACE_INVALID_ARGUMENT, "margin");
    check_error(featherface_align_face(&image, nullptr, &aligned), FEATHERFACE_INVALID_ARGUMENT,
                "face is NULL");
    check_error(featherface_align_face(nullptr, &face, &aligned), FEATHERFACE_INVALID_ARGUMENT,
                "image is NULL");
    check_error(featherface_align_face(&image, &face, nullptr), FEATHERFACE_INVALID_ARGUMENT,
                "picture is NULL");
}

TEST_CASE("C interface: no more of a JPEG is read than a detector with these options looks at") {
    const ByteString file = make_jpeg({.width = 256, .height = 192, .grey = [](int x, int y) {
                                           return (x * 37 + y * 91 + x * y * 13) % 256;
                                       }});
    const Image whole = decoded(file);
    const CModel model("v2");
    featherface_detector_options options = low_options();
    const auto check = [&](const featherface_detector_options* given, const ImageReadOptions& reading) {
        featherface_picture* read = nullptr;
        featherface_image view = FEATHERFACE_IMAGE_INIT;
        REQUIRE(featherface_picture_decode_for(given, file.data(), file.size(), "p", 0, &read) ==
                FEATHERFACE_OK);
        REQUIRE(featherface_picture_view(read, &view) == FEATHERFACE_OK);
        const Image expected = decode(file, reading).value();
        CHECK(view.width == expected.width);
        CHECK(view.full_width == expected.full_width);
        CHECK(view.full_height == expected.full_height);
        CHECK(std::memcmp(view.data, expected.pixels.data(), expected.pixels.size()) == 0);

        // Its faces are the whole picture's.
        const CDetector detector(model.handle, &options);
        featherface_result* result = nullptr;
        REQUIRE(featherface_detect(detector.handle, &view, &result) == FEATHERFACE_OK);
        const DetectorOptions same{
            .score_threshold = kLow, .max_side = options.max_side, .scales = options.scales};
        const auto faces = Detector::create(seeded_model("v2"), same)->detect(expected.view());
        CHECK(floats_of(*result) == floats_of(faces.value()));
        CHECK(result->count > 0);
        featherface_result_free(result);
        featherface_picture_free(read);
        return expected.full_width == whole.width;
    };
    CHECK_FALSE(check(nullptr, {}));
    CHECK_FALSE(check(&options, {}));
    options.scales = kAutoScales;
    CHECK_FALSE(check(&options, {}));
    options.scales = 1 << 1 | 1 << 2;
    CHECK(check(&options, {.needed_halvings = 1}));
    options.scales = kOwnScale;
    options.max_side = whole.width / 4;
    CHECK(check(&options, {.needed_side = options.max_side}));

    featherface_picture* picture = nullptr;
    check_error(featherface_picture_read_for(&options, "no/such/file.jpg", 0, &picture), FEATHERFACE_IO_ERROR,
                "file.jpg");
    check_error(featherface_picture_read_for(&options, nullptr, 0, &picture), FEATHERFACE_INVALID_ARGUMENT,
                "path is NULL");
    check_error(featherface_picture_decode_for(&options, file.data(), file.size(), "p", 10, &picture),
                FEATHERFACE_LIMIT_EXCEEDED, "at most 10 pixels");
    options.size = 0;
    check_error(featherface_picture_read_for(&options, "p", 0, &picture), FEATHERFACE_INVALID_ARGUMENT,
                "options.size is 0");
}

TEST_CASE("C interface: layers are told of, the classifier runs, memory is asked for and given back") {
    const CModel model("v2");
    const CDetector detector(model.handle, nullptr);
    const Image picture = noise(96, 64);
    const featherface_image image = image_of(picture);
    std::vector<std::string> names;
    featherface_raw_outputs raw = FEATHERFACE_RAW_OUTPUTS_INIT;
    const auto note = [](const featherface_layer* layer, void* user) {
        static_cast<std::vector<std::string>*>(user)->push_back(layer->name);
    };
    REQUIRE(featherface_forward(detector.handle, &image, note, &names, &raw) == FEATHERFACE_OK);
    CHECK(names.size() > 10);
    CHECK(raw.anchors == 2 * (12 * 8 + 6 * 4 + 3 * 2));

    std::size_t small = 0, large = 0;
    CHECK(featherface_detector_memory(detector.handle, 96, 64, &small) == FEATHERFACE_OK);
    CHECK(featherface_detector_memory(detector.handle, 960, 640, &large) == FEATHERFACE_OK);
    CHECK(small > 96 * 64);
    CHECK(large > 10 * small);
    check_error(featherface_detector_memory(detector.handle, 0, 640, &large), FEATHERFACE_INVALID_ARGUMENT,
                "0 x 640");
    featherface_detector_trim(detector.handle);
    CHECK(featherface_forward(detector.handle, &image, nullptr, nullptr, &raw) == FEATHERFACE_OK);

    const CModel classifier("classifier");
    std::vector<float> classes(1000);
    CHECK(featherface_classify(classifier.handle, &image, 1, classes.data(), classes.size()) ==
          FEATHERFACE_OK);
    CHECK(classes == featherface::classify(seeded_model("classifier"), picture.view()).value());
    check_error(featherface_classify(classifier.handle, &image, 1, classes.data(), 10),
                FEATHERFACE_INVALID_ARGUMENT, "room for 10");
}

TEST_CASE("an empty Model or Detector is refused, also one moved from") {
    Model model;
    CHECK(model.empty());
    CHECK(Detector::create(model).status().code() == StatusCode::invalid_argument);
    CHECK(classify(model, noise(8, 8).view()).status().code() == StatusCode::invalid_argument);
    model = seeded_model("v2");
    auto made = Detector::create(model);
    REQUIRE(made.ok());
    Detector first = std::move(made).value();
    Detector detector;
    CHECK(detector.empty());
    detector = std::move(first);
    CHECK(!detector.empty());
    CHECK(first.empty());
    for (Detector* none : {&first}) {
        CHECK(none->detect(noise(8, 8).view()).status().code() == StatusCode::invalid_argument);
        CHECK(none->forward(noise(8, 8).view()).status().code() == StatusCode::invalid_argument);
        CHECK(none->set_options({}).code() == StatusCode::invalid_argument);
        CHECK(none->memory_for(8, 8).status().code() == StatusCode::invalid_argument);
        none->trim();
        CHECK(none->threads() == 0);
        CHECK(none->model().empty());
    }
    CHECK(detector.detect(noise(8, 8).view()).ok());
}

}  // namespace
}  // namespace featherface::test
