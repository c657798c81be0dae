// The usual mistakes, each built into a dump by formulas of this file's own and by the oracle, on both
// networks.
#include "tools/crosscheck/diagnosis.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "crosscheck/reference.hpp"
#include "support/capture.hpp"
#include "support/files.hpp"
#include "support/oracle/postprocess.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_model.hpp"

namespace featherface::tools {
namespace {

using test::NamedArray;
using test::Reference;
using test::TempDir;
using test::oracle::Tensor;
using test::oracle::Weights;

constexpr int kHeight = 33, kWidth = 47;
constexpr std::string_view kNetworks[] = {"v1", "v2"};

// One network's checkpoint, and what is said of dumps.
class Patient {
  public:
    explicit Patient(std::string_view network)
        : network_(network), weights_(test::seeded_oracle_weights(network)) {
        test::write_torch_zip(dir_ / "model.pth", test::seeded_checkpoint(network));
    }

    const std::string& network() const { return network_; }
    const Weights& weights() const { return weights_; }

    // Every value the network computes on that input, with the right weights or others.
    Reference run(const Tensor& input) const { return run(input, weights_); }
    Reference run(const Tensor& input, const Weights& weights) const {
        return test::oracle_reference(network_, weights, input);
    }

    std::optional<Diagnosis> diagnose(const Reference& reference, const CompareOptions& options = {}) const {
        const auto npz = reference.write(dir_ / "r.npz");
        const auto input = read_input(npz, "r.npz", Architecture::featherface_v1);
        REQUIRE_MESSAGE(input.ok(), input.status().message());
        auto diagnosis = diagnose_run((dir_ / "model.pth").string(), input.value(), npz, options, 1);
        REQUIRE_MESSAGE(diagnosis.ok(), diagnosis.status().message());
        return std::move(diagnosis).value();
    }

    std::string mistake(const Reference& reference) const {
        const auto diagnosis = diagnose(reference);
        return diagnosis ? diagnosis->mistake : "none";
    }

  private:
    std::string network_;
    TempDir dir_;
    Weights weights_;
};

bool ends_with(const std::string& text, std::string_view end) {
    return text.ends_with(end);
}

bool contains(const std::string& text, std::string_view words) {
    return text.find(words) != std::string::npos;
}

// Without the layers: as small as a dump gets.
Reference outputs_of(const Reference& whole) {
    Reference outputs;
    for (const NamedArray& array : whole.arrays()) {
        if (array.name == "input" || array.name == "loc" || array.name == "conf" || array.name == "landms")
            outputs.add(array);
    }
    return outputs;
}

Tensor input_tensor(int height, int width, const std::function<double(int c, int y, int x)>& value) {
    Tensor input = test::oracle::map_of_zeros(3, height, width);
    std::size_t i = 0;
    for (int c = 0; c < 3; ++c) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) input.values[i++] = static_cast<float>(value(c, y, x));
        }
    }
    return input;
}

double pixel(const Image& picture, int c, int y, int x) {
    return picture.pixels[static_cast<std::size_t>((y * picture.width + x) * 3 + c)];
}

constexpr double kMean[3] = {104, 117, 123};

Tensor right_input(const Image& picture) {
    return input_tensor(picture.height, picture.width,
                        [&](int c, int y, int x) { return pixel(picture, c, y, x) - kMean[c]; });
}

void replace_input(Reference& reference, const Tensor& input) {
    reference.at("input").values.assign(input.values.begin(), input.values.end());
}

// --- The input ---

struct WrongInput {
    std::string mistake;
    std::string words;
    std::function<double(const Image&, int c, int y, int x)> value;
};

const std::vector<WrongInput>& wrong_inputs() {
    static const std::vector<WrongInput> kWrong = {
        {"rgb_for_bgr", "RGB instead of BGR (R - 104",
         [](const Image& p, int c, int y, int x) { return pixel(p, 2 - c, y, x) - kMean[c]; }},
        {"rgb_for_bgr", "RGB instead of BGR (R - 123",
         [](const Image& p, int c, int y, int x) { return pixel(p, 2 - c, y, x) - kMean[2 - c]; }},
        {"mean_not_subtracted", "the mean not subtracted",
         [](const Image& p, int c, int y, int x) { return pixel(p, c, y, x); }},
        {"unit_range", "the image in [0,1] (B, G, R / 255)",
         [](const Image& p, int c, int y, int x) { return pixel(p, c, y, x) / 255; }},
        {"unit_range", "the image in [0,1] (R, G, B / 255)",
         [](const Image& p, int c, int y, int x) { return pixel(p, 2 - c, y, x) / 255; }},
        {"unit_range", "the image in [0,1] (B - 104",
         [](const Image& p, int c, int y, int x) { return (pixel(p, c, y, x) - kMean[c]) / 255; }},
        {"imagenet_normalised", "ImageNet's normalisation",
         [](const Image& p, int c, int y, int x) {
             constexpr double kImageNetMean[3] = {0.485, 0.456, 0.406}, kDeviation[3] = {0.229, 0.224, 0.225};
             return (pixel(p, 2 - c, y, x) / 255 - kImageNetMean[c]) / kDeviation[c];
         }},
    };
    return kWrong;
}

void check_diagnosis(const Patient& patient, const Reference& reference, const std::string& mistake,
                     std::initializer_list<std::string_view> words) {
    const auto diagnosis = patient.diagnose(reference);
    REQUIRE_MESSAGE(diagnosis.has_value(), "no diagnosis instead of " << mistake);
    CHECK(diagnosis->mistake == mistake);
    CHECK(contains(diagnosis->text, "One mistake explains it: "));
    for (const std::string_view word : words)
        CHECK_MESSAGE(contains(diagnosis->text, word), diagnosis->text << " lacks " << word);
}

TEST_CASE("diagnosis: each wrong way of making the input is recognised, whatever the dump has of it") {
    for (const std::string_view network : kNetworks) {
        CAPTURE(network);
        const Patient patient(network);
        const Image picture = test::noise(kWidth, kHeight);
        const Tensor right = right_input(picture);
        const Reference of_right = outputs_of(patient.run(right));
        for (const WrongInput& way : wrong_inputs()) {
            CAPTURE(way.words);
            // Then no dump without a picture shows which of the two is right.
            const bool undoes_itself = way.mistake == "rgb_for_bgr";
            const Tensor wrong = input_tensor(
                kHeight, kWidth, [&](int c, int y, int x) { return way.value(picture, c, y, x); });
            const Reference whole = patient.run(wrong), of_wrong = outputs_of(whole);

            Reference only_picture = of_wrong;  // and what came of it
            only_picture.remove("input");
            only_picture.add_picture(picture);
            check_diagnosis(patient, only_picture, way.mistake,
                            {way.words, "what the reference's network was given"});

            Reference right_recorded = of_wrong;  // while the network was given something else
            replace_input(right_recorded, right);
            check_diagnosis(patient, right_recorded, way.mistake,
                            {way.words, undoes_itself ? "in the reference's input or in what"
                                                      : "in what the reference's network was given"});
            right_recorded.add_picture(picture);
            check_diagnosis(patient, right_recorded, way.mistake,
                            {way.words, "what the reference's network was given"});

            Reference wrong_recorded = of_right;  // while the network was given the right one
            replace_input(wrong_recorded, wrong);
            check_diagnosis(patient, wrong_recorded, way.mistake,
                            {way.words, undoes_itself ? "in the reference's input or in what"
                                                      : "not in what its network was given"});
            wrong_recorded.add_picture(picture);
            check_diagnosis(patient, wrong_recorded, way.mistake,
                            {way.words, "not in what its network was given"});

            Reference faithful = of_wrong;  // the picture shows it
            faithful.add_picture(picture);
            check_diagnosis(patient, faithful, way.mistake,
                            {way.words, "on the way from the reference's image_bgr to its input"});

            Reference layers = whole;
            replace_input(layers, right);
            check_diagnosis(patient, layers, way.mistake, {way.words});
        }
    }
}

// The picture's value at a point between pixels, held at the borders.
double between(const Image& picture, int c, double y, double x) {
    y = std::clamp(y, 0.0, picture.height - 1.0);
    x = std::clamp(x, 0.0, picture.width - 1.0);
    const int top = static_cast<int>(y), left = static_cast<int>(x);
    const int bottom = std::min(top + 1, picture.height - 1), right = std::min(left + 1, picture.width - 1);
    const double v = y - top, u = x - left;
    return (1 - v) * ((1 - u) * pixel(picture, c, top, left) + u * pixel(picture, c, top, right)) +
           v * ((1 - u) * pixel(picture, c, bottom, left) + u * pixel(picture, c, bottom, right));
}

TEST_CASE("diagnosis: a resized image is recognised, and to what size") {
    struct Way {
        int height, width;
        std::string words;
        std::function<double(const Image&, int c, double y, double x)>
            value;  // at a point of the old picture
    };
    const auto smooth = [](const Image& p, int c, double y, double x) {
        return between(p, c, y - 0.5, x - 0.5);
    };
    // Shares in 1/2048; the four products summed with their last bits cut off, as OpenCV does with bytes.
    const auto opencv = [](const Image& p, int c, double y, double x) {
        const double v = std::clamp(y - 0.5, 0.0, kHeight - 1.0), u = std::clamp(x - 0.5, 0.0, kWidth - 1.0);
        const int top = static_cast<int>(v), left = static_cast<int>(u);
        const long below = std::lround(2048 * (v - top)), beside = std::lround(2048 * (u - left));
        const auto row = [&](int line) {
            line = std::min(line, kHeight - 1);
            return (long(pixel(p, c, line, left)) * (2048 - beside) +
                    long(pixel(p, c, line, std::min(left + 1, kWidth - 1))) * beside) /
                   16;
        };
        const long sum = row(top) * (2048 - below) / 65536 + row(top + 1) * below / 65536;
        return static_cast<double>((sum + 2) / 4);
    };
    const std::vector<Way> ways = {
        {64, 64, "torch.nn.functional.interpolate", smooth},
        {32, 32, "OpenCV", opencv},
        {45, 64, "the nearest pixel",  // the longer side 64
         [](const Image& p, int c, double y, double x) {
             // Half a new pixel before its centre, where the nearest one is looked for.
             return pixel(p, c, static_cast<int>(y - 0.5 * 33 / 45 + 1e-9),
                          static_cast<int>(x - 0.5 * 47 / 64 + 1e-9));
         }},
    };
    for (const std::string_view network : kNetworks) {
        CAPTURE(network);
        const Patient patient(network);
        const Image picture = test::noise(kWidth, kHeight);
        for (const Way& way : ways) {
            CAPTURE(way.words);
            const Tensor resized = input_tensor(way.height, way.width, [&](int c, int y, int x) {
                return way.value(picture, c, (y + 0.5) * kHeight / way.height,
                                 (x + 0.5) * kWidth / way.width) -
                       kMean[c];
            });
            const std::string size = std::to_string(way.width) + "x" + std::to_string(way.height);
            Reference reference = patient.run(resized);
            reference.add_picture(picture);
            check_diagnosis(patient, reference, "resized", {size, "image_bgr to its input"});
            reference = outputs_of(reference);
            reference.remove("input");
            reference.add_picture(picture);
            check_diagnosis(patient, reference, "resized", {size, way.words, "was given"});

            Reference original = outputs_of(patient.run(resized));
            original.remove("input");
            original.add({"input", {1, 3, kHeight, kWidth}, {}});
            const Tensor right = right_input(picture);
            replace_input(original, right);
            check_diagnosis(patient, original, "resized", {size, way.words});
        }
    }
}

// --- The network ---

// The weights with those changed whose name `chosen` picks.
Weights changed(Weights weights, const std::function<bool(const std::string&)>& chosen,
                const std::function<void(Tensor&)>& change) {
    bool any = false;
    for (auto& [name, tensor] : weights) {
        if (!chosen(name)) continue;
        any = true;
        change(tensor);
    }
    REQUIRE(any);
    return weights;
}

TEST_CASE("diagnosis: the spatial gate's maximum and mean swapped is recognised") {
    for (const std::string_view network : kNetworks) {
        CAPTURE(network);
        const Patient patient(network);
        // To swap the maps is to swap the weights they meet.
        const auto is_gate = [](const std::string& name) {
            return ends_with(name, "SpatialGate.spatial.conv.weight") ||
                   ends_with(name, "spatial_gate.spatial.0.weight");
        };
        const Weights weights = changed(patient.weights(), is_gate, [](Tensor& weight) {
            REQUIRE(weight.shape == std::vector<int>{1, 2, 7, 7});
            std::rotate(weight.values.begin(), weight.values.begin() + 49, weight.values.end());
        });
        const Tensor input = test::seeded_input(network, kHeight, kWidth);
        Reference reference = patient.run(input, weights);
        check_diagnosis(patient, outputs_of(reference), "gate_order",
                        {network == "v1" ? "V1 has (max, mean)" : "V2 has (mean, max)", "all 3 names"});
        for (const NamedArray& array : reference.arrays()) {
            if (!ends_with(array.name, "SpatialGate.compress")) continue;
            std::vector<float>& maps = reference.at(array.name).values;
            std::rotate(maps.begin(), maps.begin() + static_cast<std::ptrdiff_t>(maps.size() / 2),
                        maps.end());
        }
        check_diagnosis(patient, reference, "gate_order", {});
    }
}

TEST_CASE("diagnosis: another eps of BatchNorm is recognised") {
    struct Way {
        double of_most, of_bifpn;
        std::string words;
    };
    const Way ways[] = {{1e-5, 1e-5, "1e-5 everywhere"},
                        {1e-3, 1e-3, "1e-3 everywhere"},
                        {1e-3, 1e-5, "the other way round"},
                        {1e-4, 1e-3, "1e-4 where"}};
    for (const std::string_view network : kNetworks) {
        CAPTURE(network);
        const Patient patient(network);
        // Those made with an eps of 1e-3.
        const auto is_special = [&](const std::string& name) {
            return network == "v1" ? name.starts_with("bifpn.") : contains(name, "_down_channel.1.");
        };
        const auto is_variance = [](const std::string& name) { return ends_with(name, ".running_var"); };
        for (const Way& way : ways) {
            CAPTURE(way.words);
            // Another eps is another variance.
            Weights weights = patient.weights();
            for (auto& [name, tensor] : weights) {
                if (!is_variance(name)) continue;
                const double shift = is_special(name) ? way.of_bifpn - 1e-3 : way.of_most - 1e-5;
                for (double& value : tensor.values) value += shift;
            }
            const Reference reference = patient.run(test::seeded_input(network, kHeight, kWidth), weights);
            check_diagnosis(patient, reference, "batch_norm_eps", {way.words});
            check_diagnosis(patient, outputs_of(reference), "batch_norm_eps", {way.words});
        }
    }
}

// --- The outputs ---

void reorder(NamedArray& array, const std::vector<std::size_t>& order) {
    const std::vector<float> old = array.values;
    for (std::size_t i = 0; i < old.size(); ++i)
        array.values[i] = old[i / order.size() * order.size() + order[i % order.size()]];
}

// The class scores before softmax, as the heads gave them.
std::vector<float> logits_of(Reference& whole, std::string_view network) {
    std::vector<float> logits;
    for (const char* level : {"0", "1", "2"}) {
        const std::string head = network == "v1" ? std::string("ClassHead.") + level
                                                 : std::string("shared_heads.") + level + "@.0";
        const std::vector<float>& values = whole.at(head).values;
        logits.insert(logits.end(), values.begin(), values.end());
    }
    return logits;
}

void softmax_rows(std::vector<float>& values, std::size_t columns) {
    for (std::size_t row = 0; row < values.size(); row += columns) {
        double sum = 0;
        for (std::size_t i = 0; i < columns; ++i) sum += std::exp(double{values[row + i]});
        for (std::size_t i = 0; i < columns; ++i)
            values[row + i] = static_cast<float>(std::exp(double{values[row + i]}) / sum);
    }
}

// What faces these outputs are.
NamedArray faces_of(Reference& reference) {
    const auto tensor = [&](const char* name) {
        const NamedArray& array = reference.at(name);
        return Tensor{{array.shape.begin(), array.shape.end()}, {array.values.begin(), array.values.end()}};
    };
    NamedArray dets{"dets", {}, {}};
    for (const auto& face :
         test::oracle::detect({tensor("loc"), tensor("conf"), tensor("landms")}, kWidth, kHeight)) {
        for (const double edge : face.box) dets.values.push_back(static_cast<float>(edge));
        dets.values.push_back(static_cast<float>(face.score));
        for (const double place : face.landmarks) dets.values.push_back(static_cast<float>(place));
    }
    dets.shape = {static_cast<std::int64_t>(dets.values.size() / 15), 15};
    return dets;
}

TEST_CASE(
    "diagnosis: mistakes in the outputs are recognised, with layers, without, and with the faces they make") {
    struct Way {
        std::string mistake, words;
        std::function<void(Reference& outputs, const std::vector<float>& logits)> spoil;
        bool makes_faces = true;
    };
    const auto order = [](const char* name, std::vector<std::size_t> columns) {
        return [name, columns](Reference& outputs, const std::vector<float>&) {
            reorder(outputs.at(name), columns);
        };
    };
    const std::vector<Way> ways = {
        {"softmax_missing", "softmax is missing",
         [](Reference& outputs, const std::vector<float>& logits) { outputs.at("conf").values = logits; }},
        {"softmax_twice", "applied twice",
         [](Reference& outputs, const std::vector<float>&) { softmax_rows(outputs.at("conf").values, 2); }},
        {"class_order", "classes of conf", order("conf", {1, 0})},
        {"box_order", "y before x", order("loc", {1, 0, 3, 2})},
        {"box_order", "size before", order("loc", {2, 3, 0, 1})},
        {"box_order", "as x1 x2 y1 y2", order("loc", {0, 2, 1, 3})},
        {"landmark_order", "left and right of eyes and mouth",
         order("landms", {2, 3, 0, 1, 4, 5, 8, 9, 6, 7})},
        {"landmark_order", "left and right of the eyes", order("landms", {2, 3, 0, 1, 4, 5, 6, 7, 8, 9})},
        {"landmark_order", "left and right of the mouth", order("landms", {0, 1, 2, 3, 4, 5, 8, 9, 6, 7})},
        {"landmark_order", "the nose first", order("landms", {4, 5, 0, 1, 2, 3, 6, 7, 8, 9})},
        {"landmark_order", "y before x", order("landms", {1, 0, 3, 2, 5, 4, 7, 6, 9, 8})},
        {"landmark_order", "five x before", order("landms", {0, 2, 4, 6, 8, 1, 3, 5, 7, 9})},
        {"output_order", "loc holds conf, conf holds loc, landms holds landms",
         [](Reference& outputs, const std::vector<float>&) {
             NamedArray &loc = outputs.at("loc"), &conf = outputs.at("conf");
             std::swap(loc.values, conf.values), std::swap(loc.shape, conf.shape);
         },
         false},
        {"output_order", "conf holds landms, landms holds conf",
         [](Reference& outputs, const std::vector<float>&) {
             NamedArray &landms = outputs.at("landms"), &conf = outputs.at("conf");
             std::swap(landms.values, conf.values), std::swap(landms.shape, conf.shape);
         },
         false},
        {"tuple_order", "(class, box, landmarks)",
         [](Reference& outputs, const std::vector<float>& logits) {
             NamedArray &loc = outputs.at("loc"), &conf = outputs.at("conf");
             std::swap(loc.shape, conf.shape);
             conf.values = loc.values;
             softmax_rows(conf.values, 4);
             loc.values = logits;
         },
         false},
    };
    for (const std::string_view network : kNetworks) {
        CAPTURE(network);
        const Patient patient(network);
        Reference whole = patient.run(test::seeded_input(network, kHeight, kWidth));
        const std::vector<float> logits = logits_of(whole, network);
        for (const Way& way : ways) {
            CAPTURE(way.words);
            Reference spoilt = whole;
            way.spoil(spoilt, logits);
            check_diagnosis(patient, spoilt, way.mistake, {way.words, "in the reference"});
            Reference outputs = outputs_of(spoilt);
            check_diagnosis(patient, outputs, way.mistake, {way.words, "all 3 names"});
            if (!way.makes_faces) continue;
            outputs.add(faces_of(outputs));
            check_diagnosis(patient, outputs, way.mistake, {way.words, "all 4 names"});
        }
    }
}

TEST_CASE("diagnosis: V2's heads with (class, box) swapped in their tuples are recognised") {
    const Patient patient("v2");
    Reference whole = patient.run(test::seeded_input("v2", kHeight, kWidth));
    for (const char* head : {"shared_heads.0", "shared_heads.1", "shared_heads.2"}) {
        NamedArray &first = whole.at(std::string(head) + "@.0"),
                   &second = whole.at(std::string(head) + "@.1");
        std::swap(first.values, second.values), std::swap(first.shape, second.shape);
    }
    check_diagnosis(patient, whole, "tuple_order", {"(class, box, landmarks)"});
}

TEST_CASE("diagnosis: faces alone may have their boxes or landmarks swapped") {
    for (const std::string_view network : kNetworks) {
        CAPTURE(network);
        const Patient patient(network);
        Reference outputs = outputs_of(patient.run(test::seeded_input(network, kHeight, kWidth)));
        const NamedArray faces = faces_of(outputs);
        REQUIRE(faces.shape[0] > 1);
        const auto with = [&](const std::vector<std::size_t>& order) {
            Reference reference = outputs;
            NamedArray swapped = faces;
            reorder(swapped, order);
            reference.add(std::move(swapped));
            return reference;
        };
        check_diagnosis(patient, with({1, 0, 3, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}), "box_order",
                        {"y before x"});
        check_diagnosis(patient, with({0, 1, 2, 3, 4, 7, 8, 5, 6, 9, 10, 13, 14, 11, 12}), "landmark_order",
                        {"eyes and mouth"});
    }
}

// --- None of them ---

TEST_CASE("diagnosis: a damaged checkpoint gets none, however little or much it is damaged, and wherever") {
    for (const std::string_view network : kNetworks) {
        CAPTURE(network);
        const Patient patient(network);
        const bool v1 = network == "v1";
        const Image picture = test::noise(kWidth, kHeight);
        const auto check_none = [&](const Weights& weights) {
            Reference reference = patient.run(right_input(picture), weights);
            CHECK(patient.mistake(reference) == "none");
            reference = outputs_of(reference);
            reference.add(faces_of(reference));
            CHECK(patient.mistake(reference) == "none");
            reference.remove("input");
            reference.add_picture(picture);
            CHECK(patient.mistake(reference) == "none");
        };
        const auto scaled = [&](const std::string& name, double factor) {
            return changed(
                patient.weights(), [&](const std::string& other) { return other == name; },
                [&](Tensor& tensor) {
                    for (double& value : tensor.values) value *= factor;
                });
        };
        const std::string norms[] = {
            "body.stage1.0.1", v1 ? "bifpn.0.p4_down_channel.1" : "bifpn.0.p3_down_channel.1",
            v1 ? "ssh2.conv5X5_2.1" : "ssh2.conv7x7_2.1",
            v1 ? "bacbkbone_1_cbam.SpatialGate.spatial.bn" : "backbone_cbam_manager.spatial_gate.spatial.1"};
        for (const std::string& norm : norms) {
            for (const double factor : {0.5, 1.0001, 1.01, 10.0}) {
                CAPTURE(norm);
                CAPTURE(factor);
                check_none(scaled(norm + ".running_var", factor));
            }
        }
        const std::string zeroed[] = {
            "body.stage1.0.0.weight",
            "body.stage3.0.3.weight",
            v1 ? "bacbkbone_0_cbam.SpatialGate.spatial.conv.weight"
               : "backbone_cbam_manager.spatial_gate.spatial.0.weight",
            v1 ? "BboxHead.0.conv1x1.weight" : "shared_heads.0.bbox_head.weight",
            v1 ? "ClassHead.1.conv1x1.bias" : "shared_heads.1.cls_head.bias",
            v1 ? "LandmarkHead.2.conv1x1.weight" : "shared_heads.2.ldm_head.weight"};
        for (const std::string& name : zeroed) {
            CAPTURE(name);
            check_none(scaled(name, 0));
        }
    }
}

TEST_CASE("diagnosis: two mistakes at once are not explained by one") {
    for (const std::string_view network : kNetworks) {
        CAPTURE(network);
        const Patient patient(network);
        const Image picture = test::noise(kWidth, kHeight);
        const Tensor rgb = input_tensor(
            kHeight, kWidth, [&](int c, int y, int x) { return pixel(picture, 2 - c, y, x) - kMean[c]; });
        Reference reference = outputs_of(patient.run(rgb));
        reference.remove("input");
        reference.add_picture(picture);
        CHECK(patient.mistake(reference) == "rgb_for_bgr");
        softmax_rows(reference.at("conf").values, 2);
        CHECK(patient.mistake(reference) == "none");
    }
}

TEST_CASE("diagnosis: what agrees needs none, nor does what differs by little more than the tolerance") {
    for (const std::string_view network : kNetworks) {
        CAPTURE(network);
        const Patient patient(network);
        Reference reference = outputs_of(patient.run(test::seeded_input(network, kHeight, kWidth)));
        CHECK(patient.mistake(reference) == "none");
        reference.at("loc").values[0] += 1.05e-4f;
        CHECK(patient.mistake(reference) == "none");
    }
}

TEST_CASE("diagnosis: the tolerance and the choice of layers are the user's") {
    const Patient patient("v2");
    Reference reference = patient.run(test::seeded_input("v2", kHeight, kWidth));
    softmax_rows(reference.at("conf").values, 2);
    CHECK(patient.diagnose(reference, {.fail_fast = true})->mistake == "softmax_twice");
    reference.at("ssh1").values[0] += 1;  // hides it, unless left out
    CHECK_FALSE(patient.diagnose(reference).has_value());
    CHECK(patient.diagnose(reference, {.layers = Layers::outputs})->mistake == "softmax_twice");
    reference.at("ssh1").values[0] -= 1;
    CHECK_FALSE(patient.diagnose(reference, {.tolerance = Tolerance{.absolute = 0}}).has_value());
}

// --- Two dumps ---

TEST_CASE("diagnosis: two dumps show mistakes of input and outputs without a model") {
    const TempDir dir;
    const auto diagnose = [&](const Reference& a, const Reference& b) {
        const auto first = a.write(dir / "a.npz"), second = b.write(dir / "b.npz");
        auto diagnosis = diagnose_dumps(first, second, {});
        REQUIRE_MESSAGE(diagnosis.ok(), diagnosis.status().message());
        return std::move(diagnosis).value().value_or(Diagnosis{"none", ""});
    };
    for (const std::string_view network : kNetworks) {
        CAPTURE(network);
        const Patient patient(network);
        const Reference right = patient.run(test::seeded_input(network, kHeight, kWidth));

        Reference twice = outputs_of(right);
        softmax_rows(twice.at("conf").values, 2);
        CHECK(diagnose(outputs_of(right), twice).mistake == "softmax_twice");
        CHECK(contains(diagnose(right, twice).text, "in the second dump"));
        CHECK(contains(diagnose(twice, right).text, "in the first dump"));

        Reference eyes = right;
        reorder(eyes.at("landms"), {2, 3, 0, 1, 4, 5, 8, 9, 6, 7});
        CHECK(diagnose(eyes, right).mistake == "landmark_order");
        CHECK(contains(diagnose(eyes, right).text, "in one of the two dumps"));

        Reference unit = outputs_of(right);
        for (std::size_t i = 0; i < unit.at("input").values.size(); ++i) {
            float& value = unit.at("input").values[i];
            value = static_cast<float>((value + kMean[i / (kHeight * kWidth)]) / 255);
        }
        CHECK(diagnose(unit, right).mistake == "unit_range");
        CHECK(contains(diagnose(unit, right).text, "in the first dump"));
        unit.at("loc").values[0] += 1;
        CHECK(contains(diagnose(unit, right).text, "takes a model to tell"));

        Reference damaged = right;
        damaged.at("loc").values[0] += 1;
        CHECK(diagnose(damaged, right).mistake == "none");
        CHECK(diagnose(right, right).mistake == "none");
    }
}

}  // namespace
}  // namespace featherface::tools
