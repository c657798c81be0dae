#include "tools/cli/arguments.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/status_checks.hpp"
#include "tools/cli/exit_codes.hpp"
#include "tools/cli/suggest.hpp"

namespace featherface::test {

using tools::Arguments;

namespace {

// A verb's worth of options.
struct Example {
    std::optional<std::string> model;
    float score = 0.5f;
    std::int64_t threads = 2;
    std::size_t format = 0;
    Arguments arguments{"detect", "Finds faces.", "-m MODEL PICTURE..."};

    Example() {
        arguments.text('m', "model", "FILE", "the checkpoint", model);
        arguments.number("score", "lowest score", score, 0, 1);
        arguments.number("threads", "how many", threads, 1, 1024);
        arguments.choice("format", "what to write", format, {"text", "json", "jsonl"});
    }
    Status parse(const std::vector<std::string_view>& words) { return arguments.parse(words); }
};

void check_wrong(const std::vector<std::string_view>& words, std::initializer_list<std::string_view> said) {
    Example example;
    check_refused(example.parse(words), StatusCode::invalid_argument, said);
}

}  // namespace

TEST_CASE("arguments: values are taken after a space or '=', by letter or name, anywhere among the files") {
    Example example;
    REQUIRE(example
                .parse({"a.jpg", "-m", "net.pth", "--score=0.25", "b.jpg", "--threads", "7", "-", "--format",
                        "json"})
                .ok());
    CHECK(example.model == "net.pth");
    CHECK(example.score == 0.25f);
    CHECK(example.threads == 7);
    CHECK(example.format == 1);
    CHECK(example.arguments.positionals() == std::vector<std::string>{"a.jpg", "b.jpg", "-"});
    CHECK_FALSE(example.arguments.help_wanted());
}

TEST_CASE("arguments: a list takes all words up to the next option, and those of every time it is given") {
    std::vector<std::string> models, sizes;
    Arguments arguments("bench", "Times networks.", "-m MODEL...");
    arguments.list('m', "model", "FILE", "checkpoints", models);
    arguments.list(0, "size", "WxH", "sizes", sizes);
    const std::vector<std::string_view> words = {"-m", "a.pth", "b.pth", "--size=1x2",
                                                 "-m", "c.pth", "--",    "d"};
    REQUIRE(arguments.parse(words).ok());
    CHECK(models == std::vector<std::string>{"a.pth", "b.pth", "c.pth"});
    CHECK(sizes == std::vector<std::string>{"1x2"});
    CHECK(arguments.positionals() == std::vector<std::string>{"d"});
    CHECK(arguments.help().find("-m, --model FILE...") != std::string::npos);
    const std::vector<std::string_view> none = {"-m", "--size"}, empty = {"-m", "a", ""};
    check_refused(arguments.parse(none), StatusCode::invalid_argument, {"--model needs a value"});
    check_refused(arguments.parse(empty), StatusCode::invalid_argument, {"--model: the value is empty"});
}

TEST_CASE("arguments: of an option given twice the last counts") {
    Example example;
    REQUIRE(example.parse({"--threads", "1", "--threads=3"}).ok());
    CHECK(example.threads == 3);
}

TEST_CASE("arguments: after '--' everything is a file") {
    Example example;
    REQUIRE(example.parse({"--", "--score", "-x.jpg", "--", "--help"}).ok());
    CHECK(example.arguments.positionals() == std::vector<std::string>{"--score", "-x.jpg", "--", "--help"});
}

TEST_CASE("arguments: help is wanted by -h and --help, whatever else stands there") {
    for (const std::string_view word : {"-h", "--help"}) {
        Example example;
        REQUIRE(example.parse({"a.jpg", word, "--nonsense"}).ok());
        CHECK(example.arguments.help_wanted());
    }
}

TEST_CASE("arguments: numbers outside their range, and what is no number, are refused with the range") {
    check_wrong({"--threads", "0"}, {"--threads", "'0'", "a whole number from 1 to 1024"});
    check_wrong({"--threads", "-1"}, {"'-1'", "1 to 1024"});
    check_wrong({"--threads", "1e9"}, {"'1e9'", "1 to 1024"});
    check_wrong({"--threads", "99999999999999999999"}, {"1 to 1024"});
    check_wrong({"--threads", "2.0"}, {"a whole number"});
    check_wrong({"--threads", " 2"}, {"' 2'"});
    check_wrong({"--threads="}, {"''"});
    check_wrong({"--score", "nan"}, {"--score", "'nan'", "a number from 0 to 1"});
    check_wrong({"--score", "2"}, {"'2'", "0 to 1"});
    check_wrong({"--score", "-0.1"}, {"'-0.1'", "0 to 1"});
    check_wrong({"--score", "0.5x"}, {"'0.5x'"});
    check_wrong({"--score", "inf"}, {"'inf'"});
}

TEST_CASE("arguments: the ends of a range are in it") {
    Example example;
    REQUIRE(example.parse({"--threads", "1024", "--score", "1"}).ok());
    CHECK(example.threads == 1024);
    CHECK(example.score == 1);
    REQUIRE(example.parse({"--threads", "1", "--score", "0"}).ok());
    CHECK(example.threads == 1);
    CHECK(example.score == 0);
}

TEST_CASE("arguments: an unknown option is named, with the nearest known one") {
    check_wrong({"--scroe", "1"}, {"'--scroe'", "did you mean '--score'?"});
    check_wrong({"--thread=1"}, {"'--thread'", "did you mean '--threads'?"});
    check_wrong({"-x.jpg"}, {"'-x.jpg'", "after '--'", "./-x.jpg"});
    check_wrong({"-z"}, {"'-z'"});
}

TEST_CASE("arguments: an unknown choice is named, with all there are") {
    check_wrong({"--format", "jsn"}, {"--format", "'jsn'", "text, json, jsonl", "did you mean 'json'?"});
}

TEST_CASE("arguments: a missing value is noticed, at the end and before another option") {
    check_wrong({"-m"}, {"--model needs a value", "FILE"});
    check_wrong({"-m", "--score", "1"}, {"--model needs a value", "--model=--score"});
    check_wrong({"--model="}, {"--model", "empty"});
    Example example;
    REQUIRE(example.parse({"--model=--score"}).ok());
    CHECK(example.model == "--score");
}

TEST_CASE("arguments: help names every option with its value, range and default") {
    const std::string help = Example().arguments.help();
    for (const std::string_view text :
         {"Usage: featherface detect -m MODEL PICTURE...", "Finds faces.", "-m, --model FILE",
          "the checkpoint", "    --score X", "0 to 1; default 0.5", "--threads N", "1 to 1024; default 2",
          "text, json, jsonl", "default text", "-h, --help"}) {
        CHECK_MESSAGE(help.find(text) != std::string::npos, text << " is not in:\n" << help);
    }
}

TEST_CASE("suggestion: the nearest word within few mistakes, else nothing") {
    const std::vector<std::string> verbs = {"detect", "verify", "inspect", "classify"};
    CHECK(tools::suggestion("detcet", verbs) == "; did you mean 'detect'?");
    CHECK(tools::suggestion("verfy", verbs) == "; did you mean 'verify'?");
    CHECK(tools::suggestion("photo.jpg", verbs).empty());
    CHECK(tools::suggestion("", verbs).empty());
    CHECK(tools::suggestion(std::string(100'000, 'd'), verbs).empty());
}

TEST_CASE("exit codes: every status has its documented one") {
    using tools::exit_code;
    CHECK(exit_code(StatusCode::ok) == 0);
    CHECK(exit_code(StatusCode::invalid_argument) == 2);
    for (StatusCode unreadable :
         {StatusCode::io_error, StatusCode::malformed, StatusCode::unsupported, StatusCode::limit_exceeded}) {
        CHECK(exit_code(unreadable) == 3);
    }
    CHECK(exit_code(StatusCode::wrong_model) == 4);
    CHECK(exit_code(StatusCode::internal) == 5);
    CHECK(exit_code(StatusCode::output_error) == 6);
}

}  // namespace featherface::test
