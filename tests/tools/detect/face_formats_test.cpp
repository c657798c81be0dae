#include "tools/detect/face_formats.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

namespace featherface::test {

using tools::PictureFaces;

namespace {

PictureFaces example(std::string file) {
    PictureFaces picture;
    picture.file = std::move(file);
    picture.width = 640;
    picture.height = 480;
    picture.faces.push_back(
        {{-1.5f, 20.9f, 30.25f, 41.1f}, 0.9f, {{{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10.5f}}}});
    picture.decode_ms = 1;
    picture.network_ms = 12.3456;
    picture.post_ms = 0.5;
    return picture;
}

PictureFaces failure() {
    PictureFaces picture;
    picture.file = "bad.jpg";
    picture.error = "bad.jpg: cut short";
    return picture;
}

}  // namespace

TEST_CASE("text: a line for the picture and a line per face") {
    const auto text = tools::text_format();
    CHECK(
        text->picture(example("a.jpg")) ==
        "a.jpg: 640x480, 1 face, 12.3 ms\n"
        "  score 0.9000  box   -1.5   20.9   30.2   41.1  landmarks    1.0    2.0    3.0    4.0    5.0    6.0"
        "    7.0    8.0    9.0   10.5\n");
    PictureFaces none = example("b\n.jpg");
    none.faces.clear();
    CHECK(text->picture(none) == "b\\x0a.jpg: 640x480, no faces, 12.3 ms\n");
    CHECK(text->picture(failure()).empty());
}

TEST_CASE("jsonl: one object per line; a failed picture has an error and no faces") {
    const auto jsonl = tools::jsonl_format();
    CHECK(jsonl->picture(example("a.jpg")) ==
          "{\"file\": \"a.jpg\", \"width\": 640, \"height\": 480, \"scales\": [1], \"faces\": [{\"box\": "
          "[-1.5, 20.9, 30.25, "
          "41.1], "
          "\"score\": 0.9, \"landmarks\": {\"left_eye\": [1, 2], \"right_eye\": [3, 4], \"nose\": [5, 6], "
          "\"mouth_left\": [7, 8], \"mouth_right\": [9, 10.5]}}], "
          "\"ms\": {\"decode\": 1.000, \"network\": 12.346, \"post\": 0.500}}\n");
    CHECK(jsonl->picture(failure()) == "{\"file\": \"bad.jpg\", \"error\": \"bad.jpg: cut short\"}\n");
    PictureFaces shrunk = example("a.jpg");
    shrunk.scale = 0.5f;
    CHECK(jsonl->picture(shrunk).find("\"height\": 480, \"scale\": 0.5, \"scales\": [1], \"faces\"") !=
          std::string::npos);
}

TEST_CASE("jsonl: the sizes that were looked at are there always, turns where it was turned") {
    const auto jsonl = tools::jsonl_format();
    PictureFaces large = example("a.jpg");
    large.scales = {1, 0.5f, 0.25f};
    large.turns = true;
    const std::string expected = "\"scales\": [1, 0.5, 0.25], \"turns\": [0, 90, 180, 270], \"faces\"";
    CHECK(jsonl->picture(large).find(expected) != std::string::npos);
    CHECK(tools::text_format()->picture(large) == tools::text_format()->picture(example("a.jpg")));
}

TEST_CASE("csv: a row per face; names with commas or quotes are quoted") {
    const auto csv = tools::csv_format();
    const std::string numbers = ",-1.5,20.9,30.25,41.1,0.9,1,2,3,4,5,6,7,8,9,10.5\n";
    CHECK(csv->picture(example("a.jpg")) == "a.jpg" + numbers);
    CHECK(csv->picture(example("a,\"b\".jpg")) == "\"a,\"\"b\"\".jpg\"" + numbers);
    CHECK(csv->picture(example("a\nb.jpg")) == "\"a\nb.jpg\"" + numbers);
    CHECK(csv->picture(failure()).empty());
}

TEST_CASE("formats: a frame has its number, a face that is followed its id") {
    PictureFaces frame = example("-");
    frame.frame = 12;
    frame.ids = {7};
    CHECK(tools::text_format()->picture(frame).starts_with(
        "frame 12: 640x480, 1 face, 12.3 ms\n  id 7  score 0.9"));
    CHECK(tools::jsonl_format()->picture(frame).starts_with(
        R"({"file": "-", "frame": 12, "width": 640, "height": 480, "scales": [1], "faces": [{"id": 7, "box": [-1.5)"));
    const auto csv = tools::csv_format(true, true);
    CHECK(csv->picture(frame).ends_with(",9,10.5,12,7\n"));
    frame.error = "bad";
    CHECK(tools::jsonl_format()->picture(frame) == "{\"file\": \"-\", \"frame\": 12, \"error\": \"bad\"}\n");
}

TEST_CASE("widerface: name, count, and whole boxes cut towards zero") {
    CHECK(tools::widerface_text(example("set/0--Parade/0_Parade_1.jpg")) ==
          "0_Parade_1\n1\n-1 20 31 21 0.9\n");
    PictureFaces none = example("x.png");
    none.faces.clear();
    CHECK(tools::widerface_text(none) == "x\n0\n");
}

TEST_CASE("widerface: boxes that are no numbers do not break the file") {
    PictureFaces picture = example("x.png");
    picture.faces[0].box = {std::numeric_limits<float>::quiet_NaN(), 0,
                            std::numeric_limits<float>::infinity(), 3e38f};
    CHECK(tools::widerface_text(picture) == "x\n1\n0 0 1000000000 1000000000 0.9\n");
}

}  // namespace featherface::test
