// The program where a picture wants more memory than there is.
#include <doctest/doctest.h>

#include <cstddef>
#include <string>

#include "support/json.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/sanitized.hpp"
#include "support/seeded_model.hpp"

namespace featherface::test {

TEST_CASE("detect: a picture too large for memory is reported, and the others still run") {
    if (kSanitized) {
        MESSAGE("not run: a sanitizer needs address space itself");
        return;
    }
    const ProgramFiles files;
    const std::string model = files.model("v1.pth", "v1"), small = files.picture("small.ppm", noise(60, 40));
    const std::string large =
        files.text("large.pgm", "P5 6000 4000 255\n" + std::string(std::size_t{6000} * 4000, 'x'));
    const ProgramOptions options{.memory_limit = std::size_t{256} << 20};

    const ProgramResult result = featherface(
        {"detect", "-m", model, "--threads", "1", "--format", "json", small, large, small}, options);
    check_program(result, 5, {large, "not enough memory", "6000 x 4000", "1 of 3 pictures failed"});
    const Json images = parse_json(result.out)["images"];
    REQUIRE(images.size() == 3);
    CHECK(images[0].has("faces"));
    CHECK(images[1].has("error"));
    CHECK(images[2].has("faces"));

    // Its network needs no more than the small one's when it is shrunk, as the message says it may be.
    check_program(featherface({"detect", "-m", model, "--threads", "1", "--max-side", "100", large}, options),
                  0, {"shrunk"});
}

}  // namespace featherface::test
