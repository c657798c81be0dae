// The packed model inside the program, and the verbs that use it when none is given.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/seeded_model.hpp"
#include "tools/model/builtin_model.hpp"

namespace featherface::test {

namespace {

const std::string kInRepository = FEATHERFACE_SOURCE_DIR "/tools/model/FeatherFaceV2_final";
const std::string kCheckpoint = kInRepository + ".pth", kPacked = kInRepository + ".ffm";

}  // namespace

TEST_CASE("built-in model: the file in the repository, byte by byte, when the program has one") {
    const std::span<const std::uint8_t> bytes = tools::builtin_model();
    if (bytes.empty()) return;
    const std::vector<std::uint8_t> file = read_file(kPacked);
    CHECK(std::ranges::equal(bytes, file));
    CHECK(file.size() < 600'000);
}

TEST_CASE("built-in model: it is what `pack` makes of the checkpoint in the repository") {
    const ProgramFiles files;
    const std::string packed = files.path("again.ffm");
    check_program(featherface({"pack", "-m", kCheckpoint, "-o", packed, "--architectures", "none",
                               "--licence", kInRepository + ".licence"}),
                  0);
    CHECK(read_file(packed) == read_file(kPacked));
}

TEST_CASE("verify: the model in the repository is a FeatherFace V2 with nothing odd in it") {
    const ProgramResult result = featherface({"verify", kCheckpoint});
    check_program(result, 0);
    CHECK(result.out.find("Valid FeatherFace V2 model") != std::string::npos);
    CHECK(result.out.find("warning") == std::string::npos);
}

TEST_CASE("detect and bench without -m: the built-in model's answers, and a line that says so") {
    const ProgramFiles files;
    const std::string picture = files.picture("a.ppm", noise(64, 48));
    if (tools::builtin_model().empty()) {
        check_program(featherface({"detect", picture}), 2, {"give a checkpoint, -m FILE"});
        check_program(featherface({"bench"}), 2, {"give a checkpoint, -m FILE"});
        return;
    }
    const std::vector<std::string> options = {"--score", "0.01", "--format", "csv", picture};
    std::vector<std::string> builtin = {"detect"}, given = {"detect", "-m", kCheckpoint};
    builtin.insert(builtin.end(), options.begin(), options.end());
    given.insert(given.end(), options.begin(), options.end());
    const ProgramResult result = featherface(builtin), expected = featherface(given);
    check_program(expected, 0);
    check_program(result, 0, {"using the built-in FeatherFace V2"});
    CHECK(expected.err.empty());
    CHECK(result.out == expected.out);
    CHECK(std::count(result.out.begin(), result.out.end(), '\n') > 1);

    const ProgramResult times = featherface({"bench", "--size", "64x64", "--repeat", "1", "--no-peak"});
    check_program(times, 0, {"using the built-in FeatherFace V2"});
    CHECK(times.out.find("built-in FeatherFaceV2_final.pth, 256,156 parameters") != std::string::npos);
}

}  // namespace featherface::test
