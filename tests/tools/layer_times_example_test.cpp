// The example program, run on a seeded network.
#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "support/command.hpp"
#include "support/files.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_weights.hpp"

namespace featherface::test {
namespace {

TEST_CASE("layer_times example: prints a time, a kind, a shape and a module for every step") {
    const TempDir folder;
    write_file(folder / "seeded.pth", make_torch_zip(seeded_checkpoint("v2")));
    const std::vector<std::uint8_t> pixels = seeded_image(24, 40);
    write_file(folder / "noise.ppm", "P6 40 24 255\n" + std::string(pixels.begin(), pixels.end()));
    const std::string program = shell_word(FEATHERFACE_BINARY_DIR "/bin/example_layer_times");

    const auto path = [&](const char* name) { return std::string(" ").append(shell_word(folder / name)); };
    const CommandResult good = run_command(program + path("seeded.pth") + path("noise.ppm"));
    CAPTURE(good.out);
    CHECK(good.exit_code == 0);
    std::istringstream lines(good.out);
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        std::istringstream fields(line);
        double milliseconds = -1;
        std::string kind, shape;
        fields >> milliseconds >> kind >> shape;
        CHECK(milliseconds >= 0);
        CHECK(!kind.empty());
        CHECK(shape.starts_with("1x"));
    }
    CHECK(count > 20);
    CHECK(good.out.find("strips         1x64x3x5         body.stage1") != std::string::npos);

    const CommandResult bad = run_command(program + path("noise.ppm") + path("noise.ppm") + " 2>&1");
    CHECK(bad.exit_code == 1);
    CHECK(bad.out.find("noise.ppm") != std::string::npos);
}

}  // namespace
}  // namespace featherface::test
