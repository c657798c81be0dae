// Where no single mistake explains what differs, and what the user chooses; two dumps without a model.
#include "tools/crosscheck/diagnosis.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "crosscheck/patient.hpp"

namespace featherface::tools {
namespace {

TEST_CASE("diagnosis: a damaged checkpoint gets none, however little or much it is damaged, and wherever") {
    for (const std::string_view network : kPatients) {
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
    for (const std::string_view network : kPatients) {
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
    for (const std::string_view network : kPatients) {
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

TEST_CASE("diagnosis: two dumps show mistakes of input and outputs without a model") {
    const TempDir dir;
    const auto diagnose = [&](const Reference& a, const Reference& b) {
        const auto first = a.write(dir / "a.npz"), second = b.write(dir / "b.npz");
        auto diagnosis = diagnose_dumps(first, second, {});
        REQUIRE_MESSAGE(diagnosis.ok(), diagnosis.status().message());
        return std::move(diagnosis).value().value_or(Diagnosis{"none", ""});
    };
    for (const std::string_view network : kPatients) {
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
