// The oracle's operations against values worked out by hand; the networks it builds from them are checked
// against PyTorch's own outputs in oracle_shared_test.cpp.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "support/oracle/ops.hpp"
#include "support/oracle/postprocess.hpp"

namespace featherface::test::oracle {
namespace {

// 0, 1, 2, ... in the given shape.
Tensor counting(std::vector<int> shape) {
    Tensor tensor = zeros(std::move(shape));
    std::iota(tensor.values.begin(), tensor.values.end(), 0.0);
    return tensor;
}

Tensor filled(std::vector<int> shape, double value) {
    Tensor tensor = zeros(std::move(shape));
    tensor.values.assign(tensor.values.size(), value);
    return tensor;
}

using Values = std::vector<double>;

TEST_CASE("oracle: a convolution sums the taps inside the map and adds the bias") {
    const Tensor bias = filled({1}, 10);
    const Tensor sums = conv2d(counting({1, 1, 3, 3}), filled({1, 1, 3, 3}, 1), &bias, {1, 1, 1});
    CHECK(sums.values == Values{18, 25, 22, 31, 46, 37, 30, 43, 34});
    const Tensor strided = conv2d(counting({1, 1, 3, 3}), filled({1, 1, 3, 3}, 1), nullptr, {2, 1, 1});
    CHECK(strided.values == Values{8, 12, 20, 24});
}

TEST_CASE("oracle: convolution weights are correlated, not flipped, in output-input-row-column order") {
    Tensor weight = zeros({1, 2, 3, 3});
    weight.values[9 + 3 * 1 + 2] = 1;  // input channel 1, the tap right of the centre
    const Tensor shifted = conv2d(counting({1, 2, 2, 3}), weight, nullptr, {1, 1, 1});
    CHECK(shifted.values == Values{7, 8, 0, 10, 11, 0});
}

TEST_CASE("oracle: groups see only their own channels") {
    const Tensor weight{{2, 1, 1, 1}, {2, 3}};
    CHECK(conv2d(counting({1, 2, 1, 2}), weight, nullptr, {1, 0, 2}).values == Values{0, 2, 6, 9});
}

TEST_CASE("oracle: a kernel wider than the map reads nothing outside it") {
    CHECK(conv2d(filled({1, 1, 1, 1}, 5), counting({1, 1, 7, 7}), nullptr, {1, 3, 1}).values ==
          Values{5 * 24});
    CHECK(conv2d(filled({1, 1, 1, 1}, 5), counting({1, 1, 3, 3}), nullptr, {2, 1, 1}).values ==
          Values{5 * 4});
}

TEST_CASE("oracle: a deformable convolution without offsets is a convolution scaled by its mask") {
    const Tensor input = counting({1, 2, 4, 5});
    const Tensor weight = counting({3, 2, 3, 3});
    const Tensor plain = conv2d(input, weight, nullptr, {1, 1, 1});
    const Tensor deformed = deform_conv2d(input, weight, zeros({1, 18, 4, 5}), filled({1, 9, 4, 5}, 0.5));
    REQUIRE(deformed.shape == plain.shape);
    for (std::size_t i = 0; i < plain.values.size(); ++i) CHECK(deformed.values[i] == plain.values[i] / 2);
}

TEST_CASE("oracle: deformable offsets are (dy, dx) pairs, bilinear, fading to zero one pixel outside") {
    Tensor weight = zeros({1, 1, 3, 3});
    weight.values[4] = 1;  // the centre tap alone
    const auto sample = [&](double dy, double dx) {
        Tensor offset = zeros({1, 18, 2, 2});
        offset.plane(8)[0] = dy;
        offset.plane(9)[0] = dx;
        return deform_conv2d(Tensor{{1, 1, 2, 2}, {1, 2, 3, 4}}, weight, offset, filled({1, 9, 2, 2}, 1))
            .values[0];
    };
    CHECK(sample(1, 0) == 3);
    CHECK(sample(0, 1) == 2);
    CHECK(sample(0.5, 0.25) == 0.5 * 1.25 + 0.5 * 3.25);
    CHECK(sample(-0.25, 0) == 0.75);
    CHECK(sample(-1, 0) == 0);
    CHECK(sample(0, 1.75) == 0.5);
    CHECK(sample(2, 0) == 0);
    CHECK(sample(std::nan(""), 0) == 0);
}

TEST_CASE("oracle: BatchNorm subtracts the mean, divides by the deviation, scales and shifts") {
    const Tensor output = batch_norm(Tensor{{1, 1, 1, 2}, {7, 1}}, filled({1}, 1), filled({1}, 3),
                                     filled({1}, 10), filled({1}, 100), 1);
    CHECK(output.values == Values{130, 100});
}

TEST_CASE("oracle: activations") {
    const Tensor x{{1, 2}, {-2, 3}};
    CHECK(relu(x).values == Values{0, 3});
    CHECK(leaky_relu(x, 0.5).values == Values{-1, 3});
    CHECK(sigmoid(x).values[0] == doctest::Approx(0.11920292202211755).epsilon(1e-14));
    CHECK(swish(x).values[1] == doctest::Approx(2.8577223804673).epsilon(1e-13));
    const Tensor p = softmax(Tensor{{1, 1, 2}, {1000, 1000 + std::log(3.0)}});
    CHECK(p.values[0] == doctest::Approx(0.25).epsilon(1e-12));
    CHECK(p.values[1] == doctest::Approx(0.75).epsilon(1e-12));
}

TEST_CASE("oracle: pooling statistics over the map and over the channels") {
    const Tensor x{{1, 2, 1, 2}, {1, 5, -4, -2}};
    CHECK(spatial_mean(x).values == Values{3, -3});
    CHECK(spatial_maximum(x).values == Values{5, -2});
    CHECK(channel_mean(x).values == Values{-1.5, 1.5});
    CHECK(channel_maximum(x).values == Values{1, 5});
}

TEST_CASE("oracle: the same-padded pool counts zeros after an even side and around an odd one") {
    CHECK(max_pool_same(filled({1, 1, 2, 2}, -1)).values == Values{0});
    CHECK(max_pool_same(filled({1, 1, 3, 3}, -1)).values == Values{0, 0, 0, 0});
    // Rows 0..2 of an even side: the first window touches no padding.
    CHECK(max_pool_same(filled({1, 1, 4, 4}, -1)).values == Values{-1, 0, 0, 0});
    CHECK(max_pool_same(counting({1, 1, 4, 4})).values == Values{10, 11, 14, 15});
}

TEST_CASE("oracle: the ordinary pool pads one with minus infinity") {
    CHECK(max_pool_pad1(filled({1, 1, 3, 4}, -1)).values == Values{-1, -1, -1, -1});
    CHECK(max_pool_pad1(counting({1, 1, 4, 4})).values == Values{5, 7, 13, 15});
}

TEST_CASE("oracle: nearest resize takes the floor of the scaled index") {
    CHECK(resize_nearest(counting({1, 1, 1, 3}), 1, 5).values == Values{0, 0, 1, 1, 2});
    CHECK(resize_nearest(counting({1, 1, 3, 1}), 5, 1).values == Values{0, 0, 1, 1, 2});
}

TEST_CASE("oracle: head outputs come pixel by pixel, anchor by anchor") {
    const Tensor rows = rows_per_anchor(counting({1, 4, 1, 2}), 2);
    CHECK(rows.shape == std::vector<int>{1, 4, 2});
    CHECK(rows.values == Values{0, 2, 4, 6, 1, 3, 5, 7});
}

TEST_CASE("oracle: anchors cover the picture level by level, two sizes per cell") {
    const Tensor priors = anchors(20, 8);
    REQUIRE(priors.shape == std::vector<int>{2 * (3 + 2 + 1), 4});
    const Values first(priors.values.begin(), priors.values.begin() + 8);
    CHECK(first == Values{0.2, 0.5, 0.8, 2, 0.2, 0.5, 1.6, 4});
    const Values last(priors.values.end() - 4, priors.values.end());
    CHECK(last == Values{0.8, 2, 25.6, 64});
}

// Predictions for a picture of one cell per level: every face at its anchor, the given face scores.
Predictions at_anchors(const std::vector<double>& scores) {
    const int count = static_cast<int>(scores.size());
    Predictions p{zeros({1, count, 4}), zeros({1, count, 2}), zeros({1, count, 10})};
    for (int a = 0; a < count; ++a) p.conf.values[2 * a + 1] = scores[a];
    return p;
}

TEST_CASE("oracle: a box is its anchor moved and scaled by the variances") {
    Predictions p = at_anchors({0.9, 0, 0, 0, 0, 0});
    p.loc.values[0] = 1;                  // a tenth of the anchor's width to the right
    p.loc.values[3] = 5 * std::log(2.0);  // twice as high
    p.landms.values[1] = -1;              // first point a tenth of the height up
    const auto faces = detect(p, 8, 8);
    REQUIRE(faces.size() == 1);
    CHECK(faces[0].score == 0.9);
    CHECK(faces[0].box[0] == doctest::Approx(4 + 1.6 - 8));
    CHECK(faces[0].box[1] == doctest::Approx(4 - 16));
    CHECK(faces[0].box[2] == doctest::Approx(4 + 1.6 + 8));
    CHECK(faces[0].box[3] == doctest::Approx(4 + 16));
    CHECK(faces[0].landmarks[0] == doctest::Approx(4));
    CHECK(faces[0].landmarks[1] == doctest::Approx(4 - 1.6));
}

TEST_CASE("oracle: suppression keeps the best of overlapping boxes and equal scores keep their order") {
    // Nested squares of 16 to 512 pixels overlap by a quarter and a little: all survive 0.4; at 0.25
    // neighbours do not.
    const Predictions p = at_anchors({0.5, 0.6, 0.02, 0.6, 0.7, 0.5});
    const auto scores = [&](const DetectOptions& options) {
        Values found;
        for (const auto& face : detect(p, 8, 8, options)) found.push_back(face.score);
        return found;
    };
    CHECK(scores({}) == Values{0.7, 0.6, 0.6, 0.5, 0.5});
    DetectOptions strict;
    strict.nms_threshold = 0.25;
    CHECK(scores(strict) == Values{0.7, 0.6});
    const auto ordered = detect(p, 8, 8);
    CHECK(ordered[1].box[0] == doctest::Approx(4 - 16));
    CHECK(ordered[2].box[0] == doctest::Approx(8 - 64));
    DetectOptions few;
    few.top_k = 3;
    few.keep = 2;
    CHECK(scores(few) == Values{0.7, 0.6});
}

}  // namespace
}  // namespace featherface::test::oracle
