// Drawing: boxes, dots and digits where they belong, clipped, whatever the numbers.
#include "tools/pictures/draw.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

using namespace featherface;
using tools::draw_faces;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Image white(int width, int height) {
    Image image;
    image.width = width;
    image.height = height;
    image.pixels.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, 255);
    return image;
}

using Pixel = std::array<int, 3>;

Pixel pixel(const Image& image, int x, int y) {
    const auto at = static_cast<std::size_t>(y * image.width + x) * 3;
    return {image.pixels[at], image.pixels[at + 1], image.pixels[at + 2]};
}

bool is_white(const Image& image, int x, int y) {
    return pixel(image, x, y) == Pixel{255, 255, 255};
}

// A face whose box alone is drawn: without score and landmarks.
Face box_only(float x1, float y1, float x2, float y2) {
    Face face{};
    face.box = {x1, y1, x2, y2};
    face.score = kNan;
    for (auto& landmark : face.landmarks) landmark = {kNan, kNan};
    return face;
}

Image drawn(int width, int height, const Face& face) {
    Image image = white(width, height);
    draw_faces(image, {&face, 1});
    return image;
}

}  // namespace

TEST_CASE("draw: a box of one-pixel lines passes through its rounded corners and leaves all else alone") {
    const Image image = drawn(100, 80, box_only(10.4f, 19.6f, 30, 40));
    int coloured = 0;
    for (int y = 0; y < 80; ++y) {
        for (int x = 0; x < 100; ++x) {
            const bool on_border =
                x >= 10 && x <= 30 && y >= 20 && y <= 40 && (x == 10 || x == 30 || y == 20 || y == 40);
            CAPTURE(x);
            CAPTURE(y);
            CHECK(is_white(image, x, y) == !on_border);
            coloured += on_border;
        }
    }
    CHECK(coloured == 80);
    CHECK(pixel(image, 10, 20) == pixel(image, 30, 40));
}

TEST_CASE("draw: lines grow with the picture") {
    const auto line_width = [](int side) {
        const float half = static_cast<float>(side / 2);
        const Image image = drawn(side, 40, box_only(half, -1000, 1e6f, 1000));
        int width = 0;
        for (int x = 0; x < side; ++x) width += !is_white(image, x, 20);
        return width;
    };
    CHECK(line_width(160) == 1);
    CHECK(line_width(640) == 2);
    CHECK(line_width(2000) == 5);
}

TEST_CASE("draw: what reaches out of the picture is cut at its edges") {
    const Image half_out = drawn(50, 40, box_only(-20, 10, 20, 1000));
    CHECK_FALSE(is_white(half_out, 0, 10));
    CHECK_FALSE(is_white(half_out, 20, 39));
    CHECK(is_white(half_out, 0, 11));
    CHECK(is_white(half_out, 21, 10));
    for (const Face& face :
         {box_only(60, 10, 70, 20), box_only(-30, -30, -10, -10), box_only(5, -90, 20, -50),
          box_only(-1e30f, -1e30f, 1e30f, 1e30f), box_only(-kInfinity, -1, kInfinity, 1e9f)}) {
        CHECK((drawn(50, 40, face).pixels == white(50, 40).pixels));
    }
}

TEST_CASE("draw: a face without a box on the picture has no score on it either") {
    Face face = box_only(60, 10, 70, 20);
    face.score = 0.9f;
    CHECK((drawn(50, 40, face).pixels == white(50, 40).pixels));
}

TEST_CASE("draw: what is not a number, or inside out, is not drawn and the rest is") {
    for (std::size_t i = 0; i < 4; ++i) {
        Face face = box_only(10, 10, 20, 20);
        face.score = 0.5f;
        face.box[i] = kNan;
        face.landmarks[2] = {30, 30};
        const Image image = drawn(50, 40, face);
        CHECK(is_white(image, 10, 10));
        CHECK_FALSE(is_white(image, 30, 30));
    }
    CHECK((drawn(50, 40, box_only(20, 10, 10, 20)).pixels == white(50, 40).pixels));
    Face face = box_only(10, 10, 20, 20);
    face.landmarks[0] = {kNan, 30};
    face.landmarks[1] = {30, kNan};
    face.landmarks[2] = {kInfinity, -kInfinity};
    CHECK((drawn(50, 40, face).pixels == drawn(50, 40, box_only(10, 10, 20, 20)).pixels));
    for (const float score : {kNan, kInfinity, -0.5f, 1e30f}) {
        face.score = score;
        CHECK((drawn(50, 40, face).pixels == drawn(50, 40, box_only(10, 10, 20, 20)).pixels));
    }
}

TEST_CASE("draw: landmarks are dots in the colours of eyes, nose and mouth") {
    Face face = box_only(kNan, 0, 0, 0);
    for (int i = 0; i < 5; ++i)
        face.landmarks[static_cast<std::size_t>(i)] = {10.0f + 10.0f * static_cast<float>(i), 20.0f};
    const Image image = drawn(100, 40, face);
    const Pixel left_eye = pixel(image, 10, 20), right_eye = pixel(image, 20, 20),
                nose = pixel(image, 30, 20), mouth_left = pixel(image, 40, 20),
                mouth_right = pixel(image, 50, 20);
    CHECK(left_eye == right_eye);
    CHECK(mouth_left == mouth_right);
    CHECK(std::set<Pixel>{left_eye, nose, mouth_left, Pixel{255, 255, 255}}.size() == 4);
    CHECK_FALSE(is_white(image, 11, 21));
    CHECK(is_white(image, 12, 20));
    CHECK(is_white(image, 10, 22));
}

TEST_CASE("draw: the score stands above the box with two decimals, inside it where the picture ends") {
    Face face = box_only(10, 30, 60, 60);
    face.score = 0.5f;
    const Image above = drawn(100, 80, face);
    // The plate is 9 high and ends at the box; the digits are 7 high within it, one pixel from its left edge.
    const auto rows = [](const Image& image, int left, int top) {
        std::vector<std::string> result;
        for (int y = 0; y < 7; ++y) {
            result.emplace_back();
            for (int x = 0; x < 23; ++x) {
                result.back() += pixel(image, left + x, top + y) == Pixel{0, 0, 0} ? '#' : '.';
            }
        }
        return result;
    };
    const std::vector<std::string> text = {
        ".###........#####..###.", "#...#.......#.....#...#", "#...#.......####..#...#",
        "#...#...........#.#...#", "#...#...........#.#...#", "#...#..##...#...#.#...#",
        ".###...##....###...###.",
    };
    CHECK(rows(above, 11, 22) == text);
    CHECK(is_white(above, 11, 20));
    CHECK_FALSE(is_white(above, 10, 21));

    face.box = {10, 3, 60, 60};
    CHECK(rows(drawn(100, 80, face), 11, 4) == text);
    face.box = {-40, -20, 60, 60};
    CHECK(rows(drawn(100, 80, face), 1, 1) == text);
    face.box = {95, 30, 99, 60};  // pushed left so that it fits: 25 wide
    CHECK(rows(drawn(100, 80, face), 76, 22) == text);
}

TEST_CASE(
    "draw: no score hides another face's box or landmarks, and small faces have small dots and digits") {
    // The plate of the second face would cover the first one.
    Face first = box_only(10, 20, 30, 28), second = box_only(10, 30, 60, 60);
    first.landmarks[2] = {20, 24};
    second.score = 0.5f;
    Image image = white(2000, 80);
    draw_faces(image, std::vector<Face>{first, second});
    CHECK(pixel(image, 20, 24) != pixel(image, 10, 30));
    CHECK_FALSE(is_white(image, 20, 24));

    // On this picture lines are 5 wide. A face 400 high has dots of radius 5, one 40 high of radius 2.
    const auto dot = [](float height) {
        Face face = box_only(100, 0, 1500, height);
        face.landmarks[2] = {1000, height / 2};
        const Image drawing = drawn(2000, 500, face);
        int width = 0;
        for (int x = 900; x < 1100; ++x) width += !is_white(drawing, x, static_cast<int>(height / 2));
        return width;
    };
    CHECK(dot(400) == 11);
    CHECK(dot(40) == 5);
    CHECK(dot(18) == 1);
    const auto plate = [](float width) {
        Face face = box_only(100, 100, 100 + width, 101 + width);
        face.score = 0.5f;
        const Image drawing = drawn(2000, 500, face);
        int top = 0;
        while (is_white(drawing, 110, top)) ++top;
        return 100 - top;
    };
    CHECK(plate(400) == 9 * 5);
    CHECK(plate(60) == 9 * 2);
    CHECK(plate(10) == 9);
}

TEST_CASE("draw: every digit looks different, and a score is rounded") {
    std::set<std::string> pictures;
    for (int digit = 0; digit < 10; ++digit) {
        Face face = box_only(10, 30, 60, 60);
        face.score = static_cast<float>(digit) / 10;
        const Image image = drawn(100, 80, face);
        pictures.emplace(image.pixels.begin(), image.pixels.end());
    }
    CHECK(pictures.size() == 10);
    Face nearly = box_only(10, 30, 60, 60), one = nearly;
    nearly.score = 0.9999f;
    one.score = 1.0f;
    CHECK((drawn(100, 80, nearly).pixels == drawn(100, 80, one).pixels));
}

TEST_CASE("draw: pictures of one pixel, and no faces, are fine") {
    Face face = box_only(0, 0, 1, 1);
    face.score = 0.9f;
    face.landmarks[0] = {0, 0};
    CHECK_FALSE(is_white(drawn(1, 1, face), 0, 0));
    Image image = white(5, 5);
    draw_faces(image, {});
    CHECK((image.pixels == white(5, 5).pixels));
}
