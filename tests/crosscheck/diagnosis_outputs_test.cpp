// The usual mistakes in what is made of the outputs, each built into a dump.
#include "tools/crosscheck/diagnosis.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "crosscheck/patient.hpp"

namespace featherface::tools {
namespace {

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
    for (const std::string_view network : kPatients) {
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
    for (const std::string_view network : kPatients) {
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

}  // namespace
}  // namespace featherface::tools
