// The program's words and manners that do not depend on the verb: help, mistakes, standard streams.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "featherface/version.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/seeded_model.hpp"

namespace featherface::test {

namespace {

const std::vector<std::string> kVerbs = {"detect", "verify", "inspect", "classify", "dump", "compare"};

bool contains(const std::string& text, std::string_view what) {
    return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("program: --version is the library's, on stdout") {
    const ProgramResult result = featherface({"--version"});
    check_program(result, 0);
    CHECK(result.out == "featherface " FEATHERFACE_VERSION "\n");
    CHECK(result.err.empty());
}

TEST_CASE(
    "program: help lists the verbs and exit codes, on stdout; without a verb it is an error on stderr") {
    const ProgramResult help = featherface({"help"});
    check_program(help, 0);
    for (const std::string& verb : kVerbs) CHECK(contains(help.out, "\n  " + verb));
    for (const char* code : {"  0  ", "  1  ", "  2  ", "  3  ", "  4  ", "  5  ", "  6  "})
        CHECK(contains(help.out, code));
    CHECK(featherface({"--help"}).out == help.out);
    CHECK(featherface({"-h"}).out == help.out);

    const ProgramResult nothing = featherface({});
    check_program(nothing, 2, {"no verb given", "featherface help"});
    CHECK(nothing.out.empty());
}

TEST_CASE("program: each verb's help is the same by help VERB, VERB --help and VERB -h") {
    for (const std::string& verb : kVerbs) {
        CAPTURE(verb);
        const ProgramResult help = featherface({"help", verb});
        check_program(help, 0);
        CHECK(help.out.starts_with("Usage: featherface " + verb + " "));
        CHECK(help.err.empty());
        CHECK(featherface({verb, "--help"}).out == help.out);
        CHECK(featherface({verb, "-h"}).out == help.out);
        for (std::size_t start = 0, end; (end = help.out.find('\n', start)) != std::string::npos;
             start = end + 1) {
            CHECK_MESSAGE(end - start <= 100, help.out.substr(start, end - start));
        }
    }
}

TEST_CASE("program: an unknown verb is refused with the nearest one") {
    check_program(featherface({"detcet", "a.jpg"}), 2, {"unknown verb 'detcet'", "did you mean 'detect'?"});
    check_program(featherface({"help", "verfy"}), 2, {"unknown verb 'verfy'", "did you mean 'verify'?"});
    check_program(featherface({"photo.jpg"}), 2, {"unknown verb 'photo.jpg'", "featherface help"});
    check_program(featherface({"\x1b[31m"}), 2, {"'\\x1b[31m'"});
}

TEST_CASE("program: every verb refuses unknown options and what is missing, naming its help") {
    for (const std::string& verb : kVerbs) {
        CAPTURE(verb);
        check_program(featherface({verb, "--nonsense", "file"}), 2,
                      {verb, "'--nonsense'", "featherface help " + verb});
        check_program(featherface({verb}), 2, {verb, "give"});
    }
    check_program(featherface({"detect", "-m", "a.pth"}), 2, {"give a picture"});
    check_program(featherface({"detect", "a.jpg"}), 2, {"-m MODEL"});
    check_program(featherface({"classify", "-m", "a.pth", "a.jpg", "b.jpg"}), 2, {"one picture"});
    check_program(featherface({"verify", "a.pth", "b.pth"}), 2, {"one checkpoint"});
}

TEST_CASE("program: numbers out of range are refused before any file is looked at") {
    const std::vector<std::vector<std::string>> wrong = {
        {"--threads", "0"},   {"--threads", "-1"},     {"--threads", "1e9"}, {"--threads", "1025"},
        {"--score", "nan"},   {"--score", "2"},        {"--score", "-0.1"},  {"--nms", "1.5"},
        {"--nms", "nan"},     {"--top-k", "0"},        {"--keep", "0"},      {"--keep", "-5"},
        {"--max-side", "-1"}, {"--max-pixels", "0"},   {"--max-side", "x"},  {"--threads", "0x2"},
        {"--format", "xml"},  {"--format", "widerfac"}};
    for (const auto& option : wrong) {
        CAPTURE(option[0]);
        CAPTURE(option[1]);
        check_program(featherface({"detect", "-m", "none.pth", option[0], option[1], "none.jpg"}), 2,
                      {option[0], "'" + option[1] + "'"});
    }
    check_program(featherface({"classify", "-m", "none.pth", "--threads", "0", "none.jpg"}), 2,
                  {"1 to 1024"});
}

TEST_CASE("program: FEATHERFACE_NUM_THREADS is held to the same range as --threads, which goes before it") {
    const ProgramFiles files;
    const std::string model = files.model("v2.pth", "v2"), picture = files.picture("a.ppm", noise(40, 30));
    for (const char* wrong : {"0", "many", ""}) {
        ProgramOptions options;
        options.environment["FEATHERFACE_NUM_THREADS"] = wrong;
        check_program(featherface({"detect", "-m", model, picture}, options), 2,
                      {"FEATHERFACE_NUM_THREADS", "'" + std::string(wrong) + "'", "1 to 1024"});
        check_program(featherface({"help", "detect"}, options), 0);
        check_program(featherface({"detect", "-m", model, "--threads", "1", picture}, options), 0);
    }
    ProgramOptions three;
    three.environment["FEATHERFACE_NUM_THREADS"] = "3";
    CHECK(contains(featherface({"detect", "--help"}, three).out, "default 3"));
    check_program(featherface({"detect", "-m", model, picture}, three), 0);
}

TEST_CASE("program: closed stdout, a full disk and a reader gone away are output that was not written") {
    const ProgramFiles files;
    const std::string model = files.model("v2.pth", "v2"), picture = files.picture("a.ppm", noise(40, 30));
    const std::vector<std::vector<std::string>> commands = {
        {"--version"},
        {"help"},
        {"help", "detect"},
        {"verify", model},
        {"verify", "--format", "json", model},
        {"inspect", model},
        {"detect", "-m", model, picture},
        {"detect", "-m", model, "--format", "json", picture}};
    for (const auto& command : commands) {
        CAPTURE(command[0]);
        ProgramOptions options;
        options.standard_output = ProgramOptions::Stdout::closed;
        check_program(featherface(command, options), 6, {"standard output", "cannot write"});
        options.standard_output = ProgramOptions::Stdout::dev_full;
        check_program(featherface(command, options), 6, {"standard output", "No space left"});
        options.standard_output = ProgramOptions::Stdout::broken_pipe;
        check_program(featherface(command, options), 6, {"standard output", "Broken pipe"});
    }
}

TEST_CASE("program: with stdout closed no file takes its place") {
    const ProgramFiles files;
    const std::string model = files.model("v2.pth", "v2"), picture = files.picture("a.ppm", noise(40, 30));
    ProgramOptions options;
    options.standard_output = ProgramOptions::Stdout::closed;
    options.stdin_closed = true;
    check_program(featherface({"detect", "-m", model, "-o", files.path("out.ppm"), picture}, options), 6);
    if (std::filesystem::exists(files.path("out.ppm"))) {
        const auto bytes = read_file(files.path("out.ppm"));
        CHECK(bytes.size() == std::string("P6\n40 30\n255\n").size() + 40 * 30 * 3);
    }
}

TEST_CASE("program: progress is shown on a terminal only, and wiped") {
    const ProgramFiles files;
    const std::string model = files.model("v2.pth", "v2");
    const std::string a = files.picture("a.ppm", noise(40, 30)), b = files.picture("b.ppm", noise(30, 40));
    ProgramOptions terminal;
    terminal.stderr_is_terminal = true;
    const ProgramResult seen = featherface({"detect", "-m", model, a, b}, terminal);
    check_program(seen, 0, {"1/2 " + a, "2/2 " + b});
    CHECK(seen.err.ends_with("\r\x1b[K"));
    const ProgramResult unseen = featherface({"detect", "-m", model, a, b});
    check_program(unseen, 0);
    CHECK(unseen.err.empty());
}

}  // namespace featherface::test
