// WIDER FACE's text of labels, and the subsets; what is wrong with a file is said with its line.
#include "tools/eval/labels.hpp"

#include <doctest/doctest.h>

#include <string>
#include <tuple>

#include "support/files.hpp"
#include "support/status_checks.hpp"

namespace featherface::test {

using namespace tools;

namespace {

struct Files {
    TempDir folder;
    std::string write(std::string_view text) const {
        write_file(folder / "file.txt", text);
        return folder / "file.txt";
    }
    Result<std::vector<LabelledPicture>> labels(std::string_view text) const {
        return read_labels(write(text));
    }
};

const char* const kTwo =
    "a/one.jpg\n2\n10 20 30 40 0 0 0 0 0 0 \n1 2 3 4 0 0 0 1 0 0 \n"
    "b/two.jpg\n0\n0 0 0 0 0 0 0 0 0 0\n";

}  // namespace

TEST_CASE("labels: corners are x, y, x + w, y + h; invalid and empty boxes are ignored") {
    const Files files;
    const auto pictures = files.labels(std::string(kTwo) + "c.png\r\n2\r\n1.5 0 2 2\r\n7 7 0 5\r\n");
    REQUIRE_MESSAGE(pictures.ok(), pictures.status().message());
    REQUIRE(pictures->size() == 3);
    const auto& [one, two, three] = std::tie(pictures.value()[0], pictures.value()[1], pictures.value()[2]);
    CHECK(one.name == "a/one.jpg");
    REQUIRE(one.references.size() == 2);
    CHECK(one.references[0].box == Box{10, 20, 40, 60});
    CHECK_FALSE(one.references[0].ignored);
    CHECK(one.references[1].ignored);
    CHECK(two.name == "b/two.jpg");
    CHECK(two.references.empty());
    CHECK(three.name == "c.png");
    REQUIRE(three.references.size() == 2);
    CHECK(three.references[0].box == Box{1.5f, 0, 3.5f, 2});
    CHECK(three.references[1].ignored);
}

TEST_CASE("labels: what is wrong is said with the line") {
    const Files files;
    const auto check = [&](std::string_view text, std::initializer_list<std::string_view> words) {
        CAPTURE(text);
        check_refused(files.labels(text).status(), StatusCode::malformed, words);
    };
    check("", {"empty"});
    check("\n \n", {"no picture"});
    check(std::string(100'000, 'x'), {"line 1", "a picture's name", "xxx..."});
    check("a.jpg\n", {"ends where the number of faces"});
    check("a.jpg\n2\n1 2 3 4\n", {"ends where a face's x y w h"});
    check("a.jpg\nmany\n", {"line 2", "many"});
    check("a.jpg\n-1\n", {"line 2", "-1"});
    check("a.jpg\n1.5\n", {"line 2"});
    check("a.jpg\n1e99\n", {"line 2"});
    check("a.jpg\n1\n1 2 3\n", {"line 3", "x y w h"});
    check("a.jpg\n1\n1 2 3 nan\n", {"line 3"});
    check("a.jpg\n1\n1 2 3 4x\n", {"line 3"});
    check("a.jpg\n1\n1 2 3 4 0 0 0 0 0 0 0\n", {"line 3"});
    check("a.jpg\n0\n1 2 3 4\n", {"line 3", "picture's name"});
    check("../a.jpg\n0\n", {"line 1", "leads out"});
    check("b/../../a.jpg\n0\n", {"line 1", "leads out"});
    check("/a.jpg\n0\n", {"line 1", "leads out"});
    check("a.jpg\n0\n\na.jpg\n0\n", {"line 4", "twice"});
    check_refused(read_labels(files.folder / "none.txt").status(), StatusCode::io_error, {"none.txt"});
}

namespace {

// Fifteen numbers of landmarks in label.txt, from (1, 2) on, and the one behind them.
const std::string kPoints = " 1 2 0 3 4 0 5 6 1 7 8 0 9 10 0 0.8";
const std::string kNoPoints = " -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 0.4";

}  // namespace

TEST_CASE("labels: RetinaFace's label.txt has landmarks, of the faces that have all five") {
    const Files files;
    const auto pictures =
        files.labels("# a/one.jpg\r\n10 20 30 40" + kPoints + "\r\n1 2 3 4" + kNoPoints +
                     "\n#two.jpg\n# c.png\n1 2 3 0\n5 6 7 8 1 -1 0" + kPoints.substr(6) + "\n");
    REQUIRE_MESSAGE(pictures.ok(), pictures.status().message());
    REQUIRE(pictures->size() == 3);
    const auto& one = pictures.value()[0].references;
    CHECK(pictures.value()[0].name == "a/one.jpg");
    REQUIRE(one.size() == 2);
    CHECK(one[0].box == Box{10, 20, 40, 60});
    CHECK_FALSE(one[0].ignored);
    CHECK(one[0].landmarks == Landmarks{{{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}}});
    CHECK(one[1].box == Box{1, 2, 4, 6});
    CHECK_FALSE(one[1].landmarks);
    CHECK(pictures.value()[1].name == "two.jpg");
    CHECK(pictures.value()[1].references.empty());
    const auto& three = pictures.value()[2].references;
    REQUIRE(three.size() == 2);
    CHECK(three[0].ignored);
    CHECK_FALSE(three[1].landmarks);  // a coordinate below 0 is not known
}

TEST_CASE("labels: what is wrong with a label.txt is said with the line") {
    const Files files;
    const auto check = [&](const std::string& text, std::initializer_list<std::string_view> words) {
        CAPTURE(text);
        check_refused(files.labels(text).status(), StatusCode::malformed, words);
    };
    check("#\n", {"line 1", "a picture's name"});
    check("# ../a.jpg\n", {"line 1", "leads out"});
    check("# a.jpg\n# a.jpg\n", {"line 2", "twice"});
    check("# a.jpg\n1\n", {"line 2", "x y w h with or without 16 numbers more, found '1'"});
    check("# a.jpg\n1 2 3 4 5\n", {"line 2", "found '1 2 3 4 5'"});
    check("# a.jpg\n1 2 3 4" + kPoints + " 0\n", {"line 2"});
    check("# a.jpg\n\n1 2 nan 4\n", {"line 3", "nan"});
    check("# a.jpg\n1 2 3 1e10\n", {"line 2"});
    check("# a.jpg\nb.jpg\n", {"line 2", "b.jpg"});
}

TEST_CASE("labels: a subset counts the faces it names and ignores the others") {
    const Files files;
    const auto pictures = files.labels("a.jpg\n3\n0 0 1 1\n0 0 2 2\n0 0 3 3 0 0 0 1\nb.jpg\n1\n0 0 4 4\n");
    REQUIRE(pictures.ok());
    const auto subset = read_subset(files.write("a.jpg\n2\n2\n3\n"), pictures.value());
    REQUIRE_MESSAGE(subset.ok(), subset.status().message());
    const auto a = counted_by(subset.value(), pictures.value()[0]),
               b = counted_by(subset.value(), pictures.value()[1]);
    CHECK(a[0].ignored);
    CHECK_FALSE(a[1].ignored);
    CHECK(a[2].ignored);  // invalid stays so
    CHECK(b[0].ignored);
    CHECK(a[1].box == Box{0, 0, 2, 2});
}

TEST_CASE("labels: a subset of other labels is refused") {
    const Files files;
    const auto pictures = files.labels("a.jpg\n1\n0 0 1 1\n");
    REQUIRE(pictures.ok());
    const auto check = [&](std::string_view text, std::initializer_list<std::string_view> words) {
        CAPTURE(text);
        check_refused(read_subset(files.write(text), pictures.value()).status(), StatusCode::malformed,
                      words);
    };
    check("b.jpg\n0\n", {"line 1", "b.jpg", "not among the labels"});
    check("a.jpg\n1\n2\n", {"line 3", "has 1 faces"});
    check("a.jpg\n1\n0\n", {"line 3", "has 1 faces"});
    check("a.jpg\n1\n", {"ends where the number of a face"});
    check("a.jpg\n0\na.jpg\n0\n", {"line 3", "twice"});
}

}  // namespace featherface::test
