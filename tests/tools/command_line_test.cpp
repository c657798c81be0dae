// The program's words and manners that do not depend on the verb: help, mistakes, standard streams.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "featherface/version.hpp"
#include "support/one_cpu.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/seeded_model.hpp"
#include "support/text.hpp"
#include "tools/cli/verb.hpp"
#include "tools/measure/available_cores.hpp"
#include "tools/text/text.hpp"

namespace featherface::test {

namespace {

const std::vector<std::string> kVerbs = {"detect",  "verify", "inspect", "classify", "dump",
                                         "compare", "eval",   "pack",    "embed"};

// One file of each kind, and a command of each verb that ends well with them.
struct Commands {
    ProgramFiles files;
    std::string model = files.model("v2.pth", "v2"), backbone = files.model("backbone.tar", "classifier");
    std::string picture = files.picture("a.ppm", noise(40, 30)), npz = files.path("a.npz");

    std::vector<std::string> detect{"detect", "-m", model, picture};
    std::vector<std::string> dump{"dump", "-m", model, picture, "-o", npz};
    std::vector<std::string> compare{"compare", "-m", model, npz};
    std::vector<std::string> classify{"classify", "-m", backbone, picture};

    Commands() { check_program(featherface(dump), 0); }
};

std::vector<std::string> with(std::vector<std::string> command, const std::vector<std::string>& options) {
    command.insert(command.begin() + 1, options.begin(), options.end());
    return command;
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
    const std::vector<std::vector<std::string>> same = {
        {"--help"}, {"-h"}, {"help", "help"}, {"help", "--help"}, {"--help", "help"}};
    for (const auto& words : same) CHECK(featherface(words).out == help.out);

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

TEST_CASE("program: words that are left over, and names of files that are empty, are refused") {
    check_program(featherface({"--version", "detect"}), 2, {"unexpected word 'detect'"});
    check_program(featherface({"help", "detect", "a.jpg"}), 2, {"unexpected word 'a.jpg'"});
    check_program(featherface({"verify", ""}), 2, {"the name of a file is empty"});
    check_program(featherface({"detect", "-m", "a.pth", "--", ""}), 2, {"the name of a file is empty"});
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
    for (const char* threads : {"0", "-1", "1e9", "1025"}) {
        for (const std::string verb : {"classify", "dump", "compare"}) {
            CAPTURE(verb);
            check_program(featherface({verb, "-m", "none.pth", "--threads", threads, "none.jpg"}), 2,
                          {"--threads", tools::concat("'", threads, "'"), "1 to 1024"});
        }
    }
    for (const std::string option : {"--atol", "--rtol"}) {
        check_program(featherface({"compare", option, "nan", "a.npz", "b.npz"}), 2, {option, "'nan'"});
    }
}

TEST_CASE("program: FEATHERFACE_NUM_THREADS is held to the same range as --threads, which goes before it") {
    const Commands commands;
    for (const auto* command : {&commands.detect, &commands.dump, &commands.compare, &commands.classify}) {
        const std::string& verb = command->front();
        CAPTURE(verb);
        for (const char* wrong : {"0", "many", ""}) {
            ProgramOptions options;
            options.environment["FEATHERFACE_NUM_THREADS"] = wrong;
            check_program(featherface(*command, options), 2,
                          {"FEATHERFACE_NUM_THREADS", tools::concat("'", wrong, "'"), "1 to 1024"});
            check_program(featherface(with(*command, {"--threads", "1"}), options), 0);
            const ProgramResult help = featherface({"help", verb}, options);
            check_program(help, 0);
            CHECK(contains(help.out, "$FEATHERFACE_NUM_THREADS"));
        }
        const ProgramOptions three{.environment = {{"FEATHERFACE_NUM_THREADS", "3"}}};
        check_program(featherface(*command, three), 0);
    }
}

TEST_CASE("threads: as many as --threads says, else the variable, else one for each core that may be used") {
    constexpr const char* kVariable = "FEATHERFACE_NUM_THREADS";
    const char* before = std::getenv(kVariable);
    const std::string kept = before ? before : "";
    ::setenv(kVariable, "3", 1);
    CHECK(tools::threads_or_default(std::nullopt).value() == 3);
    CHECK(tools::threads_or_default(5).value() == 5);
    ::unsetenv(kVariable);
    CHECK(tools::threads_or_default(std::nullopt).value() == tools::available_cores());
    {
        const OneCpu scope;
        CHECK(tools::threads_or_default(std::nullopt).value() == 1);
    }
    if (before) ::setenv(kVariable, kept.c_str(), 1);
}

TEST_CASE("program: closed stdout, a full disk and a reader gone away are output that was not written") {
    const Commands commands;
    const std::string page = commands.files.text("page.html", "<html>");
    const std::vector<std::vector<std::string>> all = {{"--version"},
                                                       {"help"},
                                                       {"help", "detect"},
                                                       {"verify", commands.model},
                                                       {"verify", "--format", "json", commands.model},
                                                       {"verify", "--format", "json", page},
                                                       {"inspect", commands.model},
                                                       commands.detect,
                                                       with(commands.detect, {"--format", "json"}),
                                                       commands.classify,
                                                       commands.compare};
    for (const auto& command : all) {
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
    const Commands commands;
    ProgramOptions options;
    options.standard_output = ProgramOptions::Stdout::closed;
    options.stdin_closed = true;
    const std::string out = commands.files.path("out.ppm");
    check_program(featherface(with(commands.detect, {"-o", out}), options), 6);
    REQUIRE(std::filesystem::exists(out));
    CHECK(read_file(out).size() == std::string("P6\n40 30\n255\n").size() + 40 * 30 * 3);
}

TEST_CASE("program: a file that may not grow is output that was not written, and leaves nothing behind") {
    const Commands commands;
    ProgramOptions options;
    options.file_limit = 2000;
    std::filesystem::create_directory(commands.files.path("out"));
    for (const auto& command : {with(commands.detect, {"-o", commands.files.path("out/a.ppm")}),
                                std::vector<std::string>{"dump", "-m", commands.model, commands.picture, "-o",
                                                         commands.files.path("out/a.npz")}}) {
        check_program(featherface(command, options), 6, {"out/a.", "File too large"});
        CHECK(std::filesystem::is_empty(commands.files.path("out")));
    }
}

TEST_CASE("program: names that start with a dash and names that are not UTF-8, of every kind of file") {
    const Commands commands;
    ProgramOptions options;
    options.folder = commands.files.folder();
    for (const char* name : {"-dash", "latin\xe9"}) {
        const std::string model = tools::concat(name, ".pth"), picture = tools::concat(name, ".ppm"),
                          npz = tools::concat(name, ".npz");
        std::filesystem::rename(commands.model, commands.files.path(model));
        std::filesystem::rename(commands.picture, commands.files.path(picture));
        const std::vector<std::vector<std::string>> all = {
            {"verify", "--", model},
            {"inspect", "--format", "json", tools::concat("./", model)},
            {"detect", tools::concat("--model=", model), "--", picture},
            {"dump", "-m", tools::concat("./", model), tools::concat("--output=", npz), "--", picture},
            {"compare", tools::concat("--model=", model), "--", npz}};
        for (const auto& command : all) {
            CAPTURE(command.front());
            check_program(featherface(command, options), 0);
        }
        std::filesystem::rename(commands.files.path(model), commands.model);
        std::filesystem::rename(commands.files.path(picture), commands.picture);
    }
}

TEST_CASE("program: dump refuses an output that is an input, and an output on a full disk is told") {
    const Commands commands;
    std::filesystem::create_symlink("a.npz", commands.files.path("link.npz"));
    const auto dump_to = [&](const std::string& input, const std::string& output) {
        return featherface({"dump", "-m", commands.model, input, "-o", output});
    };
    const auto before = read_file(commands.npz);
    for (const std::string& output : {commands.npz, commands.files.path("link.npz"), commands.model}) {
        check_program(dump_to(commands.npz, output), 2, {"is one of the inputs"});
    }
    check_program(dump_to(commands.files.folder(), commands.files.folder()), 2, {"is one of the inputs"});
    check_program(dump_to(commands.picture, "-"), 2, {"standard output"});
    CHECK(read_file(commands.npz) == before);
    std::filesystem::create_symlink("/dev/full", commands.files.path("full.npz"));
    check_program(dump_to(commands.picture, commands.files.path("full.npz")), 6, {"No space left"});
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
