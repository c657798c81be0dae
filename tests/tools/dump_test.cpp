// featherface dump, as a person runs it.
#include <doctest/doctest.h>

#include <filesystem>

#include "support/npz.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/seeded_model.hpp"
#include "support/seeded_weights.hpp"

namespace featherface::test {

namespace fs = std::filesystem;

TEST_CASE("dump: a picture to a file, silently, by default the outputs") {
    const ProgramFiles files;
    const std::string model = files.model("v2.pth", "v2"), picture = files.picture("a.ppm", noise(40, 30));
    const ProgramResult result = featherface({"dump", "-m", model, picture, "-o", files.path("a.npz")});
    check_program(result, 0);
    CHECK(result.out.empty());
    CHECK(result.err.empty());
    const auto npz = open_npz(files.path("a.npz"));
    CHECK(npz.read("input").value().shape == std::vector<std::int64_t>{1, 3, 30, 40});
    CHECK(npz.contains("conf"));
    CHECK_FALSE(npz.contains("ssh1"));
}

TEST_CASE("dump: a dump is an input like any other, and gives the same values") {
    const ProgramFiles files;
    const std::string model = files.model("v1.pth", "v1"), picture = files.picture("a.ppm", noise(40, 30));
    const std::string first = files.path("1.npz"), second = files.path("2.npz");
    check_program(featherface({"dump", "-m", model, "--layers", "stages", picture, "-o", first}), 0);
    check_program(featherface({"dump", "-m", model, "--layers", "stages", first, "-o", second}), 0);
    const auto a = open_npz(first), b = open_npz(second);
    CHECK(std::vector<std::string>(a.names().begin(), a.names().end()) ==
          std::vector<std::string>(b.names().begin(), b.names().end()));
    for (const std::string& name : a.names()) {
        CAPTURE(name);
        CHECK(a.read_f32(name).value() == b.read_f32(name).value());
    }
}

TEST_CASE(
    "dump: a folder of pictures gives a folder of files, a picture that fails is told and passed over") {
    const ProgramFiles files;
    const std::string model = files.model("v1.pth", "v1");
    fs::create_directories(files.path("in/below"));
    files.picture("in/a.ppm", noise(40, 30));
    files.picture("in/below/b.ppm", noise(8, 8));
    files.text("in/c.png", "no picture");
    const ProgramResult result =
        featherface({"dump", "-m", model, "--layers", "teacher", files.path("in"), "-o", files.path("out")});
    check_program(result, 3, {"c.png"});
    CHECK(open_npz(files.path("out/a.npz")).contains("logits"));
    CHECK(open_npz(files.path("out/below/b.npz")).contains("ssh3_cs"));
    CHECK_FALSE(fs::exists(files.path("out/c.npz")));
}

TEST_CASE("dump: mistakes have their exit codes, and nothing is written") {
    const ProgramFiles files;
    const std::string v1 = files.model("v1.pth", "v1"), classifier = files.model("c.tar", "classifier");
    const std::string picture = files.picture("a.ppm", noise(40, 30)), out = files.path("o.npz");
    check_program(featherface({"dump", "-m", v1, picture}), 2, {"-o OUT.npz"});
    check_program(featherface({"dump", picture, "-o", out}), 2, {"-m MODEL"});
    check_program(featherface({"dump", "-m", v1, "-o", out}), 2, {"give a picture"});
    check_program(featherface({"dump", "-m", v1, picture, "-o", picture}), 2, {"is one of the inputs"});
    check_program(featherface({"dump", "-m", v1, picture, "-o", v1}), 2, {"is one of the inputs"});
    check_program(featherface({"dump", "-m", v1, "--layers", "some", picture, "-o", out}), 2,
                  {"'some'", "stages"});
    check_program(featherface({"dump", "-m", v1, files.path("none.ppm"), "-o", out}), 3, {"none.ppm"});
    check_program(featherface({"dump", "-m", v1, files.text("b.npz", "PK"), "-o", out}), 3, {"b.npz"});
    check_program(featherface({"dump", "-m", picture, picture, "-o", out}), 3, {"a.ppm"});
    check_program(featherface({"dump", "-m", classifier, "--layers", "teacher", picture, "-o", out}), 4,
                  {"classifier"});
    check_program(featherface({"dump", "-m", v1, picture, "-o", "/dev/full"}), 6, {"/dev/full"});
    CHECK_FALSE(fs::exists(out));
}

TEST_CASE("dump: --layers all writes every module, and memory does not grow with their number") {
    const ProgramFiles files;
    const std::string model = files.model("v1.pth", "v1"), picture = files.picture("a.ppm", noise(320, 256));
    const auto peak = [&](const char* layers, const std::string& out) {
        const ProgramResult result =
            featherface({"dump", "-m", model, "--layers", layers, "--threads", "1", picture, "-o", out});
        check_program(result, 0);
        return result.peak_memory;
    };
    const std::string all = files.path("all.npz");
    const std::size_t for_outputs = peak("outputs", files.path("outputs.npz")), for_all = peak("all", all);
    const auto npz = open_npz(all);
    for (const ModuleSummary& module : module_summaries("v1"))
        CHECK_MESSAGE(npz.contains(module.name), module.name);
    // There are some 480 maps, of which one at a time is held.
    CHECK(for_all < for_outputs + fs::file_size(all) / 4);
}

}  // namespace featherface::test
