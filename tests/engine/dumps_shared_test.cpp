// The engine against PyTorch's reference dumps: every name in them, in both modes, and the faces.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>

#include "engine/model_impl.hpp"
#include "engine/postprocess.hpp"
#include "engine/session.hpp"
#include "featherface/featherface.hpp"
#include "support/capture.hpp"
#include "support/npz.hpp"
#include "support/shared_data.hpp"
#include "support/shared_dumps.hpp"

namespace featherface::engine {
namespace {

Model load(const std::filesystem::path& path, bool layerwise) {
    auto model = Model::load(path, {.layerwise = layerwise});
    REQUIRE_MESSAGE(model.ok(), model.status().message());
    return std::move(model).value();
}

// Compares each value a run hands out with the dump's array of that name.
class DumpComparison final : public Observer {
  public:
    explicit DumpComparison(const loaders::NpzReader& dump) : dump_(dump) {}

    void after_step(const Node& node, const Shape& shape, ConstMap map) override {
        for (const std::string& name : node.names) {
            if (dump_.contains(name)) errors_[name] = error(name, shape, map);
        }
    }
    // Largest |a - b| / max(1, |b|) of each name compared.
    const std::map<std::string, double>& errors() const { return errors_; }

  private:
    double error(const std::string& name, const Shape& shape, ConstMap map) const {
        std::vector<std::int64_t> expected_shape;
        const std::vector<float> expected = test::read_f32(dump_, name, &expected_shape);
        if (expected_shape != shape.torch_shape()) return INFINITY;
        double largest = 0;
        for (int y = 0; y < map.height; ++y) {
            for (int x = 0; x < map.width; ++x) {
                for (int c = 0; c < map.channels; ++c) {
                    const std::size_t i = static_cast<std::size_t>(
                        shape.kind == Shape::Kind::map ? (c * map.height + y) * map.width + x
                                                       : (y * map.width + x) * map.channels + c);
                    const double difference = std::abs(double(map.pixel(y, x)[c]) - expected[i]);
                    const double error = difference / std::max(1.0, std::abs(double(expected[i])));
                    largest = std::max(largest, std::isfinite(error) ? error : INFINITY);
                }
            }
        }
        return largest;
    }

    const loaders::NpzReader& dump_;
    std::map<std::string, double> errors_;
};

bool is_value_of_a_module(const std::string& name) {
    return name != "image_bgr" && name != "priors" && name != "dets" && name != "__meta__";
}

TEST_CASE("dumps: layer by layer, every name in them is computed and within 1e-4") {
    for (const auto& [file, checkpoint] : test::kDetectorDumps) {
        FEATHERFACE_CAPTURE(file);
        FEATHERFACE_SHARED_FILE(path, file);
        FEATHERFACE_SHARED_FILE(weights, checkpoint);
        const loaders::NpzReader dump = test::open_npz(path);
        const loaders::NpzArray picture = dump.read("image_bgr").value();
        const int height = static_cast<int>(picture.shape[0]), width = static_cast<int>(picture.shape[1]);

        Session session(load(weights, true), 2);
        session.prepare(height, width);
        session.set_input({reinterpret_cast<const std::uint8_t*>(picture.bytes.data()), width, height,
                           width * 3, PixelFormat::bgr8});
        DumpComparison comparison(dump);
        session.run(&comparison);
        const auto names = dump.names();
        CHECK(comparison.errors().size() ==
              static_cast<std::size_t>(std::count_if(names.begin(), names.end(), is_value_of_a_module)));
        for (const auto& [name, error] : comparison.errors()) {
            FEATHERFACE_CAPTURE(name);
            CHECK(error <= 1e-4);
        }
    }
}

double largest_difference(std::span<const float> a, const std::vector<float>& b) {
    if (a.size() != b.size()) return INFINITY;
    double largest = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
        const double difference = std::abs(double(a[i]) - b[i]);
        largest = std::max(largest, std::isfinite(difference) ? difference : INFINITY);
    }
    return largest;
}

float iou(const Face& a, const float* b) {
    const float w = std::min(a.box[2], b[2]) - std::max(a.box[0], b[0]) + 1;
    const float h = std::min(a.box[3], b[3]) - std::max(a.box[1], b[1]) + 1;
    const float both = std::max(w, 0.0f) * std::max(h, 0.0f);
    const auto area = [](const float* box) { return (box[2] - box[0] + 1) * (box[3] - box[1] + 1); };
    return both / (area(a.box.data()) + area(b) - both);
}

TEST_CASE(
    "dumps: in both modes outputs are within 1e-4 and the faces are PyTorch's, one to one, in its order") {
    for (const auto& [file, checkpoint] : test::kDetectorDumps) {
        FEATHERFACE_SHARED_FILE(path, file);
        FEATHERFACE_SHARED_FILE(weights, checkpoint);
        const loaders::NpzReader dump = test::open_npz(path);
        const loaders::NpzArray picture = dump.read("image_bgr").value();
        const int height = static_cast<int>(picture.shape[0]), width = static_cast<int>(picture.shape[1]);
        const ImageView view{reinterpret_cast<const std::uint8_t*>(picture.bytes.data()), width, height,
                             width * 3, PixelFormat::bgr8};
        for (const bool layerwise : {false, true}) {
            FEATHERFACE_CAPTURE(file);
            CAPTURE(layerwise);
            // Threads, sorting and NMS as the dumps were made: candidates above 0.02, the best 5000, at most
            // 750.
            auto created = Detector::create(load(weights, layerwise), {.score_threshold = 0.02f});
            Detector detector = std::move(created).value();
            const RawOutputs raw = detector.forward(view).value();
            const double loc = largest_difference(raw.loc, test::read_f32(dump, "loc"));
            const double conf = largest_difference(raw.conf, test::read_f32(dump, "conf"));
            const double landms = largest_difference(raw.landms, test::read_f32(dump, "landms"));
            MESSAGE(file << std::string(layerwise ? " layer by layer" : " fused") << ": loc " << loc
                         << ", conf " << conf << ", landms " << landms);
            CHECK(loc <= 1e-4);
            CHECK(conf <= 1e-4);
            CHECK(landms <= 1e-4);

            const std::vector<Face> faces = detector.detect(view).value();
            const std::vector<float> dets = test::read_f32(dump, "dets");
            REQUIRE(faces.size() == dets.size() / 15);
            std::vector<bool> taken(faces.size(), false);
            for (std::size_t i = 0; i < faces.size(); ++i) {
                // Faces may change places only with others of nearly the same score.
                bool matched = false;
                for (std::size_t k = 0; k < faces.size() && !matched; ++k) {
                    const float* det = &dets[15 * k];
                    if (taken[k] || std::abs(faces[i].score - det[4]) > 1e-4f) continue;
                    if (k != i && std::abs(dets[15 * i + 4] - det[4]) > 2e-5f) continue;
                    matched = taken[k] = iou(faces[i], det) > 0.999f;
                }
                CAPTURE(i);
                CHECK(matched);
            }
        }
    }
}

TEST_CASE("dumps: the classifier's stages and logits") {
    FEATHERFACE_SHARED_FILE(path, test::kClassifierDump.file);
    FEATHERFACE_SHARED_FILE(weights, test::kClassifierDump.checkpoint);
    const loaders::NpzReader dump = test::open_npz(path);
    for (const bool layerwise : {false, true}) {
        Session session(load(weights, layerwise), 1);
        session.prepare(224, 224);
        const std::vector<float> input = test::read_f32(dump, "input");
        session.set_input_nchw(input);
        DumpComparison comparison(dump);
        session.run(&comparison);
        const ConstMap logits = session.output("logits");
        CHECK(largest_difference({logits.data, 1000}, test::read_f32(dump, "logits")) <= 1e-3);
        if (layerwise) CHECK(comparison.errors().size() == 5);  // input, three stages, logits
        for (const auto& [name, error] : comparison.errors()) CHECK(error <= 1e-4);
    }
}

}  // namespace
}  // namespace featherface::engine
