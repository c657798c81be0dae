// The example program, run on a seeded network.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>

#include "support/files.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_weights.hpp"

namespace featherface::test {
namespace {

struct Finished {
    int exit_code;
    std::string output;
};

Finished run(const std::string& command) {
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe);
    std::string output;
    std::array<char, 4096> chunk;
    while (const std::size_t count = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
        output.append(chunk.data(), count);
    }
    const int status = ::pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
}

TEST_CASE("examples: layer_times prints a time, a kind, a shape and a module for every step") {
    const TempDir folder;
    write_file(folder / "seeded.pth", make_torch_zip(seeded_checkpoint("v2")));
    const std::vector<std::uint8_t> pixels = seeded_image(24, 40);
    write_file(folder / "noise.ppm", "P6 40 24 255\n" + std::string(pixels.begin(), pixels.end()));
    const std::string program = FEATHERFACE_EXAMPLES_DIR "/example_layer_times";

    const auto path = [&](const char* name) { return " '" + (folder / name).string() + "'"; };
    const Finished good = run(program + path("seeded.pth") + path("noise.ppm"));
    CAPTURE(good.output);
    CHECK(good.exit_code == 0);
    std::istringstream lines(good.output);
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
    CHECK(good.output.find("strips         1x64x3x5         body.stage1") != std::string::npos);

    const Finished bad = run(program + path("noise.ppm") + path("noise.ppm"));
    CHECK(bad.exit_code == 1);
    CHECK(bad.output.find("noise.ppm") != std::string::npos);
}

}  // namespace
}  // namespace featherface::test
