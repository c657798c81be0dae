// `featherface classify`.
#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string>
#include <vector>

#include "featherface/classifier.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/seeded_model.hpp"

namespace featherface::test {

TEST_CASE("classify: the five likeliest classes, likeliest first, with the library's probabilities") {
    const ProgramFiles files;
    const Image image = noise(80, 70);
    const std::string model = files.model("model.tar", "classifier"), picture = files.picture("a.ppm", image);
    const auto probabilities = featherface::classify(seeded_model("classifier"), image.view());
    REQUIRE(probabilities.ok());

    const ProgramResult result = featherface({"classify", "-m", model, picture});
    check_program(result, 0);
    CHECK(result.err.empty());
    std::istringstream lines(result.out);
    std::size_t index = 0;
    std::string number;
    std::vector<float> found;
    while (lines >> index >> number) {
        float value = 0;
        std::from_chars(number.data(), number.data() + number.size(), value);
        REQUIRE(index < 1000);
        CHECK(value == probabilities.value()[index]);
        found.push_back(value);
    }
    std::vector<float> sorted = probabilities.value();
    std::sort(sorted.rbegin(), sorted.rend());
    sorted.resize(5);
    CHECK(found == sorted);
}

TEST_CASE("classify: a detector is exit code 4, an unreadable picture 3") {
    const ProgramFiles files;
    const std::string picture = files.picture("a.ppm", noise(8, 8)), text = files.text("b.jpg", "no picture");
    const std::string v2 = files.model("v2.pth", "v2"), classifier = files.model("model.tar", "classifier");
    check_program(featherface({"classify", "-m", v2, picture}), 4, {v2, "FeatherFace V2 has no classes"});
    check_program(featherface({"classify", "-m", classifier, text}), 3, {text});
    check_program(featherface({"classify", "-m", classifier, "--max-pixels", "63", picture}), 3,
                  {picture, "8 x 8", "at most 63 pixels"});
}

}  // namespace featherface::test
