// Mistakes inside the network that a diagnosis can name: the gate's order of maps, and the eps of BatchNorm.
#include "tools/crosscheck/diagnosis.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "crosscheck/patient.hpp"
#include "support/seeded_weights.hpp"

namespace featherface::tools {
namespace {

TEST_CASE("diagnosis: the spatial gate's maximum and mean swapped is recognised") {
    for (const std::string_view network : {"v1", "v2", "ffeca"}) {
        CAPTURE(network);
        const Patient patient(network);
        // To swap the maps is to swap the weights they meet.
        const auto is_gate = [](const std::string& name) {
            return name.ends_with("SpatialGate.spatial.conv.weight") ||
                   name.ends_with("spatial_gate.spatial.0.weight") || name.ends_with(".sam.conv.weight");
        };
        const Weights weights = changed(patient.weights(), is_gate, [](Tensor& weight) {
            REQUIRE(weight.shape == std::vector<int>{1, 2, 7, 7});
            std::rotate(weight.values.begin(), weight.values.begin() + 49, weight.values.end());
        });
        const Tensor input = test::seeded_input(network, kHeight, kWidth);
        Reference reference = patient.run(input, weights);
        check_diagnosis(patient, outputs_of(reference), "gate_order",
                        {network == "v1"   ? "V1 has (max, mean)"
                         : network == "v2" ? "V2 has (mean, max)"
                                           : "ECA-CBAM has (mean, max)",
                         "all 3 names"});
        for (const NamedArray& array : reference.arrays()) {
            if (!array.name.ends_with("SpatialGate.compress")) continue;
            std::vector<float>& maps = reference.at(array.name).values;
            std::rotate(maps.begin(), maps.begin() + static_cast<std::ptrdiff_t>(maps.size() / 2),
                        maps.end());
        }
        check_diagnosis(patient, reference, "gate_order", {});
    }
}

TEST_CASE("diagnosis: ECA-CBAM's gates side by side, as a later version of it has them, are recognised") {
    const Patient patient("ffeca");
    const Reference reference = test::oracle_reference("ffeca_parallel", patient.weights(),
                                                       test::seeded_input("ffeca", kHeight, kWidth));
    check_diagnosis(patient, reference, "parallel_gates", {"ECA-CBAM has one gate after the other"});
    check_diagnosis(patient, outputs_of(reference), "parallel_gates", {"all 3 names"});
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
    for (const std::string_view network : test::kDetectors) {
        CAPTURE(network);
        const Patient patient(network);
        // Those made with an eps of 1e-3.
        const auto is_special = [&](const std::string& name) {
            return network == "v2" ? contains(name, "_down_channel.1.") : name.starts_with("bifpn.");
        };
        const auto is_variance = [](const std::string& name) { return name.ends_with(".running_var"); };
        for (const Way& way : ways) {
            // RetinaFace has one eps, so that there is but one way to make all of them 1e-3.
            if (network == "retinaface" && way.of_bifpn == 1e-5) continue;
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
            // ECA-CBAM's gates damp the smallest change so much that its outputs still agree.
            if (network == "ffeca" && way.of_most == 1e-4) continue;
            check_diagnosis(patient, outputs_of(reference), "batch_norm_eps", {way.words});
        }
    }
}

}  // namespace
}  // namespace featherface::tools
