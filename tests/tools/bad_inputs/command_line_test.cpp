// Command lines that make no sense, and places where nothing can be written.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "support/files.hpp"
#include "support/seeded_model.hpp"
#include "tools/bad_inputs/bad_input.hpp"

namespace featherface::test {

namespace fs = std::filesystem;

TEST_CASE("bad inputs: numbers out of range, unknown options and verbs are refused with what is allowed") {
    const ProgramFiles files;
    const std::string model = files.model("v2.pth", "v2"), picture = files.picture("a.ppm", noise(24, 20));
    const auto refused = [&](std::vector<std::string> words, std::initializer_list<std::string_view> says) {
        const ProgramResult result = featherface(words);
        CHECK(result.out.empty());
        check_program(result, 2, says);
    };
    for (const char* threads : {"0", "-1", "1000000000", "1.5", ""})
        refused({"detect", "-m", model, "--threads", threads, picture}, {"--threads", "1 to 1024"});
    for (const char* score : {"nan", "2", "-1", "x"})
        refused({"detect", "-m", model, "--score", score, picture}, {"--score", "from 0 to 1"});
    refused({"detect", "--treads", "2", picture}, {"--treads", "did you mean"});
    refused({"detekt", picture}, {"unknown verb 'detekt'", "did you mean 'detect'"});
}

TEST_CASE("bad inputs: outputs that cannot be written are told, and nothing is left") {
    const ProgramFiles files;
    const std::string model = files.model("v2.png", "v2"), picture = files.picture("a.ppm", noise(24, 20));
    const auto before = std::distance(fs::directory_iterator(files.folder()), {});
    const auto detect = [&](std::vector<std::string> more, const ProgramOptions& options = {}) {
        std::vector<std::string> words = {"detect", "-m", model};
        words.insert(words.end(), more.begin(), more.end());
        return featherface(words, options);
    };
    using Stdout = ProgramOptions::Stdout;
    check_program(detect({picture}, {.standard_output = Stdout::closed}), 6, {"standard output"});
    check_program(detect({picture}, {.standard_output = Stdout::broken_pipe}), 6,
                  {"standard output", "Broken pipe"});
    check_program(detect({picture}, {.standard_output = Stdout::dev_full}), 6,
                  {"standard output", "No space left"});
    check_program(detect({"-o", "/dev/full", picture}), 6, {"/dev/full", "No space left"});
    check_program(detect({"-o", "/dev/null/a.png", picture}), 6, {"/dev/null"});
    check_program(detect({"-o", picture, picture}), 2, {"is one of the inputs"});
    check_program(detect({"-o", model, picture}), 2, {"is one of the inputs"});
    fs::create_symlink(picture, files.path("link.png"));
    check_program(detect({"-o", files.path("link.png"), picture}), 2, {"is one of the inputs"});
    fs::remove(files.path("link.png"));
    CHECK(std::distance(fs::directory_iterator(files.folder()), {}) == before);
}

TEST_CASE("bad inputs: names of all bytes, names that begin with a dash, and folders without pictures") {
    const ProgramFiles files;
    const std::string model = files.model("v2.pth", "v2");
    const std::string odd = files.picture("a\xff\x1b[31m\xc2\x9b.ppm", noise(24, 20));
    const ProgramResult result = featherface({"detect", "-m", model, odd});
    check_program(result, 0);
    CHECK(result.out.find("a\\xff\\x1b[31m\\xc2\\x9b.ppm: 24x20") != std::string::npos);
    static_cast<void>(files.picture("-dash.ppm", noise(24, 20)));
    check_program(featherface({"detect", "-m", model, "--", "-dash.ppm"}, {.folder = files.folder()}), 0);
    check_program(featherface({"detect", "-m", model, "-dash.ppm"}, {.folder = files.folder()}), 2,
                  {"-dash.ppm"});
    const TempDir empty;
    check_program(featherface({"detect", "-m", model, empty.path()}), 3,
                  {"no picture in this folder", ".jpg"});
}

}  // namespace featherface::test
