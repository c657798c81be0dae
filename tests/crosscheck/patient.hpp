// A network to find mistakes in, dumps of what it computes, and what these are spoilt with: for tests of
// diagnoses.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crosscheck/reference.hpp"
#include "support/capture.hpp"
#include "support/files.hpp"
#include "support/oracle/postprocess.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_model.hpp"
#include "support/text.hpp"
#include "tools/crosscheck/diagnosis.hpp"

namespace featherface::tools {

using test::contains;
using test::NamedArray;
using test::Reference;
using test::TempDir;
using test::oracle::Tensor;
using test::oracle::Weights;

inline constexpr int kHeight = 33, kWidth = 47;
inline constexpr std::string_view kPatients[] = {"v1", "v2"};

// One network's checkpoint, and what is said of dumps.
class Patient {
  public:
    explicit Patient(std::string_view network)
        : network_(network), weights_(test::seeded_oracle_weights(network)) {
        test::write_torch_zip(dir_ / "model.pth", test::seeded_checkpoint(network));
    }

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

// The dump without the layers: as small as a dump gets.
inline Reference outputs_of(const Reference& whole) {
    Reference outputs;
    for (const NamedArray& array : whole.arrays()) {
        if (array.name == "input" || array.name == "loc" || array.name == "conf" || array.name == "landms")
            outputs.add(array);
    }
    return outputs;
}

inline Tensor input_tensor(int height, int width, const std::function<double(int c, int y, int x)>& value) {
    Tensor input = test::oracle::map_of_zeros(3, height, width);
    std::size_t i = 0;
    for (int c = 0; c < 3; ++c) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) input.values[i++] = static_cast<float>(value(c, y, x));
        }
    }
    return input;
}

inline double pixel(const Image& picture, int c, int y, int x) {
    return picture.pixels[static_cast<std::size_t>((y * picture.width + x) * 3 + c)];
}

inline constexpr double kMean[3] = {104, 117, 123};

inline Tensor right_input(const Image& picture) {
    return input_tensor(picture.height, picture.width,
                        [&](int c, int y, int x) { return pixel(picture, c, y, x) - kMean[c]; });
}

inline void replace_input(Reference& reference, const Tensor& input) {
    reference.at("input").values.assign(input.values.begin(), input.values.end());
}

inline void check_diagnosis(const Patient& patient, const Reference& reference, const std::string& mistake,
                            std::initializer_list<std::string_view> words) {
    const auto diagnosis = patient.diagnose(reference);
    REQUIRE_MESSAGE(diagnosis.has_value(), "no diagnosis instead of " << mistake);
    CHECK(diagnosis->mistake == mistake);
    CHECK(contains(diagnosis->text, "One mistake explains it: "));
    for (const std::string_view word : words)
        CHECK_MESSAGE(contains(diagnosis->text, word), diagnosis->text << " lacks " << word);
}

// The weights with those changed whose name `chosen` picks.
inline Weights changed(Weights weights, const std::function<bool(const std::string&)>& chosen,
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

inline void reorder(NamedArray& array, const std::vector<std::size_t>& order) {
    const std::vector<float> old = array.values;
    for (std::size_t i = 0; i < old.size(); ++i)
        array.values[i] = old[i / order.size() * order.size() + order[i % order.size()]];
}

inline void softmax_rows(std::vector<float>& values, std::size_t columns) {
    for (std::size_t row = 0; row < values.size(); row += columns) {
        double sum = 0;
        for (std::size_t i = 0; i < columns; ++i) sum += std::exp(double{values[row + i]});
        for (std::size_t i = 0; i < columns; ++i)
            values[row + i] = static_cast<float>(std::exp(double{values[row + i]}) / sum);
    }
}

// What faces these outputs are.
inline NamedArray faces_of(Reference& reference) {
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

}  // namespace featherface::tools
