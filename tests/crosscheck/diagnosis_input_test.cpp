// The usual mistakes on the way from a picture to the input, each made by formulas of this file's own.
#include "tools/crosscheck/diagnosis.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "crosscheck/patient.hpp"

namespace featherface::tools {
namespace {

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

TEST_CASE("diagnosis: each wrong way of making the input is recognised, whatever the dump has of it") {
    for (const std::string_view network : kPatients) {
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
             // The nearest one is looked for half a new pixel before its centre.
             return pixel(p, c, static_cast<int>(y - 0.5 * 33 / 45 + 1e-9),
                          static_cast<int>(x - 0.5 * 47 / 64 + 1e-9));
         }},
    };
    for (const std::string_view network : kPatients) {
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

}  // namespace
}  // namespace featherface::tools
