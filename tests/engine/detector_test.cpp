// The public API on seeded networks: what a program that embeds the detector sees.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <thread>

#include "engine/allocations.hpp"
#include "engine/detect/postprocess.hpp"
#include "engine/detect/resize.hpp"
#include "engine/detect/turn.hpp"
#include "featherface/featherface.hpp"
#include "support/capture.hpp"
#include "support/oracle/postprocess.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_model.hpp"
#include "support/seeded_weights.hpp"
#include "support/yuv_picture.hpp"

namespace featherface {
namespace {

using test::noise;
using test::octets_of;
using test::seeded_model;

Detector make_detector(const Model& model, const DetectorOptions& options = {}) {
    auto detector = Detector::create(model, options);
    REQUIRE_MESSAGE(detector.ok(), detector.status().message());
    return std::move(detector).value();
}

std::vector<Face> detect(Detector& detector, const ImageView& image) {
    auto faces = detector.detect(image);
    REQUIRE_MESSAGE(faces.ok(), faces.status().message());
    return std::move(faces).value();
}

bool same(const Face& a, const Face& b) {
    return a.box == b.box && a.score == b.score && a.landmarks == b.landmarks;
}

bool same(const std::vector<Face>& a, const std::vector<Face>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Face& f, const Face& g) { return same(f, g); });
}

// A low threshold, so that seeded weights give plenty of faces to compare.
constexpr float kLow = 0.02f;

TEST_CASE("model: recognised by content, with its parameter count") {
    CHECK(seeded_model("v1").architecture() == Architecture::featherface_v1);
    CHECK(seeded_model("v1").parameters() == 592'371);
    CHECK(seeded_model("v2").architecture() == Architecture::featherface_v2);
    CHECK(seeded_model("v2").parameters() == 256'156);
    CHECK(seeded_model("classifier").architecture() == Architecture::mobilenet_classifier);
    CHECK(seeded_model("v1").sha256().size() == 64);
    CHECK(seeded_model("v1").warnings().empty());
}

TEST_CASE("model: every warning about its weights is there to be read") {
    auto tensors = test::seeded_checkpoint("v2");
    const auto spoil = [&](std::string_view name, float value) {
        const auto tensor =
            std::find_if(tensors.begin(), tensors.end(), [&](const auto& t) { return t.name == name; });
        REQUIRE(tensor != tensors.end());
        std::memcpy(tensor->bytes.data(), &value, sizeof(value));
    };
    spoil("body.stage1.0.0.weight", NAN);
    spoil("body.stage1.0.1.running_var", -1);
    const auto file = test::make_torch_zip(tensors);
    const auto model = Model::from_bytes(octets_of(file), "odd.pth");
    REQUIRE_MESSAGE(model.ok(), model.status().message());
    REQUIRE(model->warnings().size() == 2);
    for (const std::string_view word : {"NaN", "running_var"}) {
        CHECK(std::count_if(model->warnings().begin(), model->warnings().end(),
                            [&](const std::string& w) { return w.find(word) != std::string::npos; }) == 1);
    }
}

TEST_CASE("detector: faces are the oracle's, in its order") {
    for (const std::string_view network : {"v1", "v2"}) {
        for (const auto& [height, width] : {std::pair{33, 47}, {128, 97}, {1, 1}}) {
            CAPTURE(network);
            FEATHERFACE_CAPTURE(height);
            const auto weights = test::seeded_oracle_weights(network);
            const auto input = test::seeded_input(network, height, width);
            const auto expected = test::oracle::detect(run_detector(network, weights, input), width, height);
            Detector detector = make_detector(seeded_model(network), {.score_threshold = kLow});
            const auto faces = detect(detector, noise(width, height).view());
            REQUIRE(faces.size() == expected.size());
            for (std::size_t i = 0; i < faces.size(); ++i) {
                CHECK(faces[i].score == doctest::Approx(expected[i].score).epsilon(1e-4));
                for (std::size_t k = 0; k < 4; ++k) {
                    CHECK(std::abs(faces[i].box[k] - expected[i].box[k]) < 2e-2);
                }
                for (std::size_t k = 0; k < 10; ++k) {
                    CHECK(std::abs(faces[i].landmarks[k / 2][k % 2] - expected[i].landmarks[k]) < 2e-2);
                }
            }
        }
    }
}

TEST_CASE("detector: every pixel format, and rows with a gap between them, give the same faces") {
    const Image bgr = noise(61, 50);
    Detector detector = make_detector(seeded_model("v2"), {.score_threshold = kLow});
    const auto expected = detect(detector, bgr.view());
    CHECK(!expected.empty());
    const std::size_t pixels = 61 * 50;
    Image rgb = bgr, bgra{61, 50, PixelFormat::bgra8, std::vector<std::uint8_t>(4 * pixels)}, rgba = bgra;
    rgb.format = PixelFormat::rgb8;
    rgba.format = PixelFormat::rgba8;
    for (std::size_t i = 0; i < pixels; ++i) {
        for (std::size_t c = 0; c < 3; ++c) {
            const std::uint8_t value = bgr.pixels[3 * i + c];
            rgb.pixels[3 * i + 2 - c] = bgra.pixels[4 * i + c] = rgba.pixels[4 * i + 2 - c] = value;
        }
    }
    for (const Image* image : {&rgb, &bgra, &rgba}) CHECK(same(detect(detector, image->view()), expected));

    std::vector<std::uint8_t> spaced(50 * 200, 77);
    for (std::size_t y = 0; y < 50; ++y) std::copy_n(&bgr.pixels[y * 183], 183, &spaced[y * 200]);
    CHECK(same(detect(detector, {spaced.data(), 61, 50, 200, PixelFormat::bgr8}), expected));

    const Image flipped = test::upside_down(bgr);
    CHECK(same(detect(detector, {&flipped.pixels[49 * 183], 61, 50, -183, PixelFormat::bgr8}), expected));

    Image gray{61, 50, PixelFormat::gray8, std::vector<std::uint8_t>(pixels)}, repeated = bgr;
    for (std::size_t i = 0; i < pixels; ++i) {
        gray.pixels[i] = repeated.pixels[3 * i] = repeated.pixels[3 * i + 1] = repeated.pixels[3 * i + 2] =
            bgr.pixels[3 * i];
    }
    CHECK(same(detect(detector, gray.view()), detect(detector, repeated.view())));
}

TEST_CASE("detector: cameras' pictures give the faces of the picture converted first, bit for bit") {
    const Model model = seeded_model("v2");
    Detector detector = make_detector(model, {.score_threshold = kLow});
    Detector shrinking = make_detector(model, {.score_threshold = kLow, .max_side = 40});
    for (const PixelFormat format :
         {PixelFormat::nv12, PixelFormat::nv21, PixelFormat::i420, PixelFormat::yuyv}) {
        for (const auto& [width, height] : {std::pair{64, 48}, {61, 51}, {1, 1}, {170, 3}}) {
            const test::YuvPicture picture(format, width, height);
            for (const auto matrix : {YuvMatrix::bt601, YuvMatrix::bt709}) {
                for (const auto range : {YuvRange::video, YuvRange::full}) {
                    const ImageView view = picture.view(matrix, range);
                    const Image bgr = to_bgr(view).value();
                    CHECK(same(detect(detector, view), detect(detector, bgr.view())));
                    CHECK(same(detect(shrinking, view), detect(shrinking, bgr.view())));
                }
            }
        }
    }
    Detector threaded = make_detector(model, {.score_threshold = kLow, .threads = 2});
    const test::YuvPicture large(PixelFormat::nv12, 448, 320);  // worth two threads
    CHECK(same(detect(threaded, large.view()), detect(threaded, to_bgr(large.view()).value().view())));

    ImageView broken = test::YuvPicture(PixelFormat::i420, 8, 8).view();
    broken.chroma[1].data = nullptr;
    CHECK(detector.detect(broken).status().code() == StatusCode::invalid_argument);
    CHECK(to_bgr(broken).status().code() == StatusCode::invalid_argument);
}

TEST_CASE("detector: a changing size gives what a fresh detector gives") {
    const Model model = seeded_model("v1");
    Detector reused = make_detector(model, {.score_threshold = kLow});
    for (const auto& [width, height] : {std::pair{90, 40}, {1, 1}, {40, 90}, {90, 40}, {33, 200}}) {
        const Image image = noise(width, height);
        Detector fresh = make_detector(model, {.score_threshold = kLow});
        CHECK(same(detect(reused, image.view()), detect(fresh, image.view())));
    }
}

TEST_CASE("detector: it has the threads asked for, but no more than there are cores") {
    const auto cores = static_cast<int>(std::thread::hardware_concurrency());
    const Model model = seeded_model("v2");
    for (const int threads : {1, 2, 3, cores, cores + 1, 1024}) {
        if (threads < 1) continue;
        const Detector detector = make_detector(model, {.threads = threads});
        CHECK(detector.threads() == (cores == 0 ? threads : std::min(threads, cores)));
        CHECK(detector.options().threads == threads);
    }
}

TEST_CASE("detector: once laid out, the network runs without allocating") {
    for (const std::string_view network : {"v1", "v2"}) {
        for (const int threads : {1, 3}) {
            const Image image = noise(448, 360);  // worth three threads
            Detector detector = make_detector(seeded_model(network), {.threads = threads});
            REQUIRE(detector.forward(image.view()).ok());
            const std::size_t here = test::allocations_here(), anywhere = test::allocations_anywhere();
            for (int i = 0; i < 3; ++i) {
                if (!detector.forward(image.view()).ok()) FAIL("forward");
            }
            CHECK(test::allocations_here() == here);
            CHECK(test::allocations_anywhere() == anywhere);
        }
    }
}

TEST_CASE("detector: from the second picture of a size on, faces are found without allocating") {
    const Model model = seeded_model("v2");
    const test::YuvPicture camera(PixelFormat::nv12, 96, 64);
    const Image photo = noise(96, 64);
    for (const ImageView& image : {photo.view(), camera.view()}) {
        for (const DetectorOptions& options :
             {DetectorOptions{.score_threshold = kLow},
              DetectorOptions{.score_threshold = kLow, .scales = 0b111, .turns = true, .threads = 2},
              DetectorOptions{.score_threshold = kLow, .max_side = 50, .scales = 0b11}}) {
            Detector detector = make_detector(model, options);
            std::vector<Face> faces;
            REQUIRE(detector.detect(image, faces).ok());
            REQUIRE_FALSE(faces.empty());
            const std::vector<Face> expected = faces;
            const std::size_t anywhere = test::allocations_anywhere();
            for (int i = 0; i < 3; ++i) {
                if (!detector.detect(image, faces).ok()) FAIL("detect");
            }
            CHECK(test::allocations_anywhere() == anywhere);
            CHECK(same(faces, expected));
            detector.trim();
            REQUIRE(detector.detect(image, faces).ok());
            CHECK(same(faces, expected));
        }
    }
}

TEST_CASE("detector: a vector for faces is empty after an error") {
    Detector detector = make_detector(seeded_model("v2"), {});
    std::vector<Face> faces(3);
    CHECK(detector.detect(ImageView{}, faces).code() == StatusCode::invalid_argument);
    CHECK(faces.empty());
}

TEST_CASE("detector: thresholds and limits do what they say") {
    const Model model = seeded_model("v2");
    const Image image = noise(128, 128);
    Detector all = make_detector(model, {.score_threshold = kLow});
    const auto faces = detect(all, image.view());
    REQUIRE(faces.size() > 10);
    CHECK(std::is_sorted(faces.begin(), faces.end(),
                         [](const Face& a, const Face& b) { return a.score > b.score; }));

    const float middle = faces[faces.size() / 2].score;
    Detector strict = make_detector(model, {.score_threshold = middle});
    const auto above =
        std::count_if(faces.begin(), faces.end(), [&](const Face& f) { return f.score > middle; });
    CHECK(detect(strict, image.view()).size() == static_cast<std::size_t>(above));

    Detector few = make_detector(model, {.score_threshold = kLow, .max_faces = 3});
    CHECK(same(detect(few, image.view()), {faces.begin(), faces.begin() + 3}));

    Detector one = make_detector(model, {.score_threshold = kLow, .top_k = 1});
    CHECK(same(detect(one, image.view()), {faces.begin(), faces.begin() + 1}));

    Detector overlapping = make_detector(model, {.score_threshold = kLow, .nms_threshold = 1});
    CHECK(detect(overlapping, image.view()).size() > faces.size());
}

// From pixels of a smaller picture to those of the original.
void stretch(std::vector<Face>& faces, float x_scale, float y_scale) {
    for (Face& face : faces) {
        face.box = {face.box[0] * x_scale, face.box[1] * y_scale, face.box[2] * x_scale,
                    face.box[3] * y_scale};
        for (auto& point : face.landmarks) point = {point[0] * x_scale, point[1] * y_scale};
    }
}

TEST_CASE("detector: max_side finds what is in the shrunk picture, in pixels of the original") {
    const Model model = seeded_model("v2");
    const Image image = noise(201, 100), small = engine::resize(image.view(), 50, 25);
    Detector full = make_detector(model, {.score_threshold = kLow});
    auto expected = detect(full, small.view());
    REQUIRE(expected.size() > 3);
    stretch(expected, 201.0f / 50, 100.0f / 25);
    Detector limited = make_detector(model, {.score_threshold = kLow, .max_side = 50});
    CHECK(same(detect(limited, image.view()), expected));
    CHECK(limited.last_scale() == 50.0f / 201);
    CHECK(limited.last_timings().postprocess > 0);

    Detector roomy = make_detector(model, {.score_threshold = kLow, .max_side = 201});
    CHECK(same(detect(roomy, image.view()), detect(full, image.view())));
    CHECK(roomy.last_scale() == 1.0f);
}

TEST_CASE("detector: a smaller copy is looked at for the picture it is a copy of") {
    const Model model = seeded_model("v2");
    const Image copy = noise(50, 30);
    Image image = copy;
    image.full_width = 200;
    image.full_height = 119;
    Detector plain = make_detector(model, {.score_threshold = kLow});
    const auto expected = [&](const Image& seen) {
        auto faces = detect(plain, seen.view());
        REQUIRE(!faces.empty());
        stretch(faces, 200.0f / static_cast<float>(seen.width), 119.0f / static_cast<float>(seen.height));
        return faces;
    };
    CHECK(same(detect(plain, image.view()), expected(copy)));
    CHECK(plain.last_scale() == 1.0f);
    CHECK(same(detect(plain, to_bgr(image.view())->view()), expected(copy)));

    const auto check = [&](const DetectorOptions& options, const Image& seen, float scale) {
        Detector detector = make_detector(model, options);
        CHECK(same(detect(detector, image.view()), expected(seen)));
        CHECK(detector.last_scale() == scale);
    };
    // Sizes that are asked for are the whole picture's; the copy is shrunk further, but never enlarged.
    check({.score_threshold = kLow, .max_side = 50}, copy, 0.25f);
    check({.score_threshold = kLow, .max_side = 40}, engine::resize(copy.view(), 40, 24), 0.2f);
    check({.score_threshold = kLow, .max_side = 100}, copy, 0.5f);
    check({.score_threshold = kLow, .scales = 1u << 2}, copy, 1);
    check({.score_threshold = kLow, .scales = 1u << 3}, engine::resize(copy.view(), 25, 15), 1);
}

TEST_CASE("detector: a single scale is the picture halved so often, in pixels of the original") {
    const Model model = seeded_model("v2");
    const Image image = noise(201, 100), half = engine::resize(image.view(), 101, 50),
                quarter = engine::resize(half.view(), 51, 25);
    Detector own = make_detector(model, {.score_threshold = kLow});
    auto expected = detect(own, quarter.view());
    REQUIRE(expected.size() > 3);
    stretch(expected, 201.0f / 51, 100.0f / 25);
    Detector halved = make_detector(model, {.score_threshold = kLow, .scales = 0b100});
    CHECK(same(detect(halved, image.view()), expected));
    CHECK(halved.last_scales() == 0b100);
    CHECK(halved.last_scale() == 1.0f);
    CHECK(own.last_scales() == kOwnScale);
}

TEST_CASE("detector: left to itself it looks at small pictures once, at larger ones and their halves") {
    const Model model = seeded_model("v2");
    Detector own = make_detector(model, {.score_threshold = kLow});
    Detector automatic = make_detector(model, {.score_threshold = kLow, .scales = kAutoScales});
    const Image small = noise(90, 70), large = noise(2 * kAutoScalesSide + 2, 40);
    CHECK(same(detect(automatic, small.view()), detect(own, small.view())));
    CHECK(automatic.last_scales() == kOwnScale);
    detect(automatic, large.view());
    CHECK(automatic.last_scales() == 0b111);
    REQUIRE(automatic.forward(large.view()).ok());
    CHECK(automatic.last_scales() == kOwnScale);
    // The sizes are those of what max_side leaves.
    Detector limited = make_detector(
        model, {.score_threshold = kLow, .max_side = kAutoScalesSide + 1, .scales = kAutoScales});
    detect(limited, large.view());
    CHECK(limited.last_scales() == 0b11);
}

TEST_CASE("detector: several scales and turns find their memory laid out by the call before") {
    // Beyond it a call allocates pictures (45 KB at the most here) and lists of faces. The smallest of the
    // networks' memories is larger.
    constexpr std::int64_t kLargest = 100'000;
    const Image image = noise(150, 90);
    for (const bool turns : {false, true}) {
        Detector detector =
            make_detector(seeded_model("v1"), {.score_threshold = 0.9f, .scales = 0b111, .turns = turns});
        {
            const test::MemoryLimit limit(test::MemoryLimit::kAny, kLargest);
            CHECK(detector.detect(image.view()).status().code() == StatusCode::out_of_memory);
        }
        const auto expected = detect(detector, image.view());
        const test::MemoryLimit limit(test::MemoryLimit::kAny, kLargest);
        const auto again = detector.detect(image.view());
        REQUIRE(again.ok());
        CHECK(same(again.value(), expected));
    }
}

TEST_CASE("detector: with turns it finds in a turned picture what it finds in the picture") {
    const Model model = seeded_model("v2");
    const Image image = noise(64, 64);  // square: the others' anchors lie elsewhere when turned
    Detector detector = make_detector(model, {.score_threshold = kLow, .turns = true});
    const auto faces = detect(detector, image.view());
    REQUIRE(faces.size() > 3);
    for (const int quarters : {1, 2, 3}) {
        auto turned = detect(detector, engine::turned(image.view(), quarters).view());
        REQUIRE(turned.size() == faces.size());
        for (std::size_t i = 0; i < faces.size(); ++i) {
            const Face back = engine::turned_back(turned[i], quarters, 64, 64);
            CHECK(back.score == faces[i].score);
            // Turning back subtracts from 64 and rounds once more.
            for (std::size_t k = 0; k < 4; ++k) CHECK(std::abs(back.box[k] - faces[i].box[k]) < 1e-3f);
        }
    }
    Detector upright = make_detector(model, {.score_threshold = kLow});
    CHECK(!same(detect(upright, image.view()), faces));
}

TEST_CASE("detector: what it tells of the last call is of no call before") {
    Detector detector = make_detector(seeded_model("v2"), {.score_threshold = kLow, .max_side = 20});
    const Image image = noise(64, 48);
    detect(detector, image.view());
    CHECK(detector.last_scale() != 1.0f);
    REQUIRE(detector.forward(image.view()).ok());  // which never shrinks nor looks for faces
    CHECK(detector.last_scale() == 1.0f);
    CHECK(detector.last_timings().network > 0);
    CHECK(detector.last_timings().postprocess == 0);

    detect(detector, image.view());
    CHECK(!detector.detect({}).ok());
    CHECK(detector.last_scale() == 1.0f);
    CHECK(detector.last_timings().network == 0);
}

TEST_CASE("detector: the layer-by-layer model finds the same faces") {
    for (const std::string_view network : {"v1", "v2"}) {
        const Image image = noise(75, 51);
        Detector fused = make_detector(seeded_model(network), {.score_threshold = kLow});
        Detector layers =
            make_detector(seeded_model(network, {.layerwise = true}), {.score_threshold = kLow});
        const auto a = detect(fused, image.view()), b = detect(layers, image.view());
        REQUIRE(a.size() == b.size());
        for (std::size_t i = 0; i < a.size(); ++i) {
            CHECK(std::abs(a[i].score - b[i].score) < 1e-4f);
            for (std::size_t k = 0; k < 4; ++k) CHECK(std::abs(a[i].box[k] - b[i].box[k]) < 2e-2f);
        }
    }
}

TEST_CASE("detector: options out of range, bad views and other networks are refused by name") {
    const Model model = seeded_model("v2");
    const auto refused = [&](const DetectorOptions& options, const char* name) {
        const auto detector = Detector::create(model, options);
        REQUIRE(!detector.ok());
        CHECK(detector.status().code() == StatusCode::invalid_argument);
        CHECK(detector.status().message().find(name) != std::string::npos);
    };
    refused({.score_threshold = -0.1f}, "score_threshold");
    refused({.score_threshold = NAN}, "score_threshold");
    refused({.nms_threshold = 1.5f}, "nms_threshold");
    refused({.top_k = 0}, "top_k");
    refused({.max_faces = -3}, "max_faces");
    refused({.max_side = -1}, "max_side");
    refused({.scales = 1u << (kMostHalvings + 1)}, "scales");
    refused({.threads = 0}, "threads");
    refused({.threads = 1025}, "threads");

    Detector detector = make_detector(model);
    CHECK(detector.detect({}).status().code() == StatusCode::invalid_argument);
    const std::uint8_t pixel[3] = {};
    CHECK(detector.forward({pixel, 1, 1, 2, PixelFormat::bgr8}).status().code() ==
          StatusCode::invalid_argument);

    const auto other = Detector::create(seeded_model("classifier"));
    CHECK(other.status().code() == StatusCode::wrong_model);
}

TEST_CASE("detector: any size from 1x1 works, long, tall and large ones too") {
    Detector v1 = make_detector(seeded_model("v1")), v2 = make_detector(seeded_model("v2"));
    for (const auto& [width, height] :
         {std::pair{1, 1}, {2, 1}, {1, 10000}, {10000, 1}, {31, 1}, {999, 1000}}) {
        FEATHERFACE_CAPTURE(width);
        FEATHERFACE_CAPTURE(height);
        const Image image = noise(width, height);
        for (Detector* detector : {&v1, &v2}) {
            const auto raw = detector->forward(image.view());
            REQUIRE(raw.ok());
            CHECK(raw.value().anchors == engine::Anchors(height, width).count());
            CHECK(std::all_of(raw.value().conf.begin(), raw.value().conf.end(),
                              [](float v) { return v >= 0 && v <= 1; }));
            for (const auto& values : {raw.value().loc, raw.value().landms}) {
                CHECK(std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }));
            }
        }
    }
}

}  // namespace
}  // namespace featherface
