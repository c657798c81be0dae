// `featherface detect` over many pictures: on several threads, from lists, interrupted and resumed.
#include <doctest/doctest.h>

#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "support/command.hpp"
#include "support/skipped.hpp"
#include "tools/detect_fixture.hpp"
#include "tools/running_program.hpp"

namespace featherface::test {

namespace fs = std::filesystem;

namespace {

// Lines of JSON but for the times in them.
std::string without_times(const std::string& text) {
    static const std::regex times(R"re(, "ms": \{[^}]*\})re");
    return std::regex_replace(text, times, "");
}

std::string content(const std::string& file) {
    const auto bytes = read_file(file);
    return {bytes.begin(), bytes.end()};
}

// Pictures of several sizes, one that cannot be read among them.
std::vector<std::string> make_pictures(const ProgramFiles& files, int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) {
        const std::string name = "many/" + std::to_string(100 + i) + ".ppm";
        const bool is_broken = i % 10 == 4;
        names.push_back(is_broken ? files.text(name, "P6\n9 9\n255\nshort")
                                  : files.picture(name, noise(20 + 37 * i % 101, 20 + 53 * i % 67)));
    }
    return names;
}

std::string joined(const std::vector<std::string>& names, char end) {
    std::string text;
    for (const std::string& name : names) text.append(name).push_back(end);
    return text;
}

}  // namespace

TEST_CASE(
    "detect: any number of threads writes the same bytes, messages and files, in order of the pictures") {
    const DetectFixture fixture;
    make_pictures(fixture.files, 25);
    const auto run = [&](const std::string& threads) {
        const std::string drawn = fixture.files.path("drawn-" + threads + "/");
        const ProgramResult result = fixture.run({"--threads", threads, "--max-side", "80", "--format", "csv",
                                                  "-o", drawn, fixture.files.path("many")});
        check_program(result, 3, {"3 of 25 pictures failed", "shrunk"});
        std::string all = result.out + result.err;
        for (int i = 0; i < 25; ++i) {
            const std::string file = drawn + std::to_string(100 + i) + ".png";
            CHECK(fs::exists(file) == (i % 10 != 4));
            if (fs::exists(file)) all += content(file);
        }
        return all;
    };
    const std::string one = run("1");
    for (const char* threads : {"2", "3", "16", "100"}) CHECK(run(threads) == one);
}

TEST_CASE("detect: on a terminal there is progress with rate and time left") {
    const DetectFixture fixture;
    make_pictures(fixture.files, 4);
    ProgramOptions options;
    options.stderr_is_terminal = true;
    const ProgramResult result = fixture.run({"--threads", "1", fixture.files.path("many")}, options);
    check_program(result, 0, {"1/4 ", "4/4 ", " per second, 0 s left)"});
}

TEST_CASE("detect: --files-from reads names from a file or from standard input, by lines or by zero bytes") {
    const DetectFixture fixture;
    std::vector<std::string> names = make_pictures(fixture.files, 4);
    names.push_back(fixture.files.picture("two words, \xe9\xff.ppm", fixture.first));
    std::vector<std::string> arguments = {"--format", "jsonl"};
    arguments.insert(arguments.end(), names.begin(), names.end());
    const std::string expected = without_times(fixture.run(arguments).out);
    REQUIRE(lines_of(expected).size() == 5);

    const auto check = [&](const std::string& list) {
        const ProgramResult from_file =
            fixture.run({"--format", "jsonl", "--files-from", fixture.files.text("list", list)});
        check_program(from_file, 0);
        CHECK(without_times(from_file.out) == expected);
        ProgramOptions options;
        options.stdin_text = list;
        const ProgramResult from_stdin = fixture.run({"--format", "jsonl", "--files-from", "-"}, options);
        check_program(from_stdin, 0);
        CHECK(without_times(from_stdin.out) == expected);
    };
    check(joined(names, '\n'));
    check("\n" + joined(names, '\n') + "\n");
    check(joined(names, '\0'));
    std::string without_end = joined(names, '\n');
    without_end.pop_back();
    check(without_end);

    // Names of the command line come first, folders stand for their pictures, and nothing is no mistake.
    const std::string folder = fixture.files.text("folder", fixture.files.path("many") + "\n");
    CHECK(lines_of(fixture.run({"--format", "jsonl", "--files-from", folder, fixture.a}).out).size() == 5);
    const ProgramResult none =
        fixture.run({"--format", "jsonl", "--files-from", fixture.files.text("none", "")});
    check_program(none, 0);
    CHECK(none.out.empty());

    check_program(fixture.run({"--files-from", fixture.files.path("missing")}), 3,
                  {"missing", "cannot open"});
    check_program(fixture.run({"--files-from", "-", "-"}), 2, {"only once"});
    check_program(fixture.run({"--files-from", folder, "-o", fixture.files.path("one.png")}), 0);
    CHECK(fs::is_directory(fixture.files.path("one.png")));  // several pictures need a folder
    check_program(fixture.run({"--files-from", folder, "-o", folder}), 2, {"is one of the inputs"});
}

TEST_CASE("detect: --resume goes on where a file ends, and ends as a single run would have") {
    const DetectFixture fixture;
    std::vector<std::string> names = make_pictures(fixture.files, 12);
    names.push_back(names.front());  // twice
    const std::string list = fixture.files.text("list", joined(names, '\n'));
    const ProgramResult single = fixture.run({"--format", "jsonl", "--files-from", list});
    check_program(single, 3);
    const std::string expected = without_times(single.out);
    const std::string out = fixture.files.path("out.jsonl");
    const auto resume = [&] { return fixture.run({"--files-from", list, "--resume", out}); };

    const ProgramResult fresh = resume();
    check_program(fresh, 3);
    CHECK(fresh.out.empty());
    CHECK(without_times(content(out)) == expected);
    for (const std::size_t bytes : {0u, 1u, 700u, 3000u}) {
        CAPTURE(bytes);
        const std::string begin = single.out.substr(0, bytes);
        write_file(out, begin);
        const ProgramResult resumed = resume();
        CHECK(without_times(content(out)) == expected);
        CHECK((resumed.err.find("of 13 pictures already") != std::string::npos) ==
              (begin.find('\n') != std::string::npos));
    }
    const ProgramResult nothing_left = resume();
    check_program(nothing_left, 0, {out + " has 13 of 13 pictures already"});
    CHECK(without_times(content(out)) == expected);

    check_program(fixture.run({"--format", "csv", "--resume", out, fixture.a}), 2, {"--resume", "--format"});
    const std::string other = fixture.files.text("other.txt", "something\n");
    check_program(fixture.run({"--resume", other, fixture.a}), 3, {other, "line 1"});
    check_program(fixture.run({"--resume", fixture.a, fixture.a}), 2, {"is one of the inputs"});
    check_program(fixture.run({"--resume", "/dev/full/x", fixture.a}), 6, {"/dev/full/x"});
}

TEST_CASE(
    "detect: SIGINT lets the pictures at work be finished, leaves whole lines, and --resume does the rest") {
    const DetectFixture fixture;
    // More than a pipe and those at work hold, so that the program cannot come to its end before the signal.
    const std::vector<std::string> names(2000, fixture.a);
    const std::string list = fixture.files.text("list", joined(names, '\n'));
    for (const std::string format : {"jsonl", "json"}) {
        RunningProgram program({"detect", "-m", fixture.model, "--score", "0.02", "--threads", "3",
                                "--format", format, "--files-from", list});
        // JSON's opening comes before its first picture.
        std::string out;
        for (std::string more; out.find("\"score\"") == std::string::npos; out += more) {
            more = program.read_some();
            REQUIRE_FALSE(more.empty());
        }
        program.interrupt();
        for (std::string more; !(more = program.read_some()).empty();) out += more;
        CHECK(program.exit_code() == 130);
        if (format == "json") {
            const std::size_t images = parse_json(out)["images"].size();
            CHECK(images > 0);
            CHECK(images < names.size());
            continue;
        }
        CHECK(out.ends_with("}\n"));
        const auto lines = lines_of(out);
        CHECK(lines.size() < names.size());
        for (const std::string& line : lines) CHECK(without_times(line) == without_times(lines.front()));

        const std::string file = fixture.files.text("out.jsonl", out);
        check_program(fixture.run({"--resume", file, "--files-from", list}), 0);
        CHECK(lines_of(content(file)).size() == names.size());
    }
}

TEST_CASE("detect: a second SIGINT ends the program at once, whatever it waits for") {
    const DetectFixture fixture;
    RunningProgram program(
        {"detect", "-m", fixture.model, "--score", "0.001", "--format", "jsonl", "--files-from",
         fixture.files.text("list", joined(std::vector<std::string>(2000, fixture.a), '\n'))});
    program.wait_until_blocked();
    // (Two that come before the first is noticed are one.)
    for (; !program.has_ended(); ::usleep(1000)) program.interrupt();
    CHECK(program.exit_code() == -SIGINT);
}

TEST_CASE("detect: GNU parallel spreads a list, and what comes out is what one run writes") {
    if (run_command("parallel --version 2>/dev/null").out.find("GNU parallel") == std::string::npos) {
        MESSAGE("GNU parallel is not installed (Debian: parallel)");
        note_skipped();
        return;
    }
    const DetectFixture fixture;
    const std::vector<std::string> names = make_pictures(fixture.files, 23);
    const std::string list = fixture.files.text("list", joined(names, '\n'));
    // The line of docs/many.md, with this test's program, list and model.
    std::string line = [] {
        const std::string page = content(FEATHERFACE_SOURCE_DIR "/docs/many.md");
        const std::size_t begin = page.find("\nparallel --pipe");
        REQUIRE(begin != std::string::npos);
        return page.substr(begin + 1, page.find("\n```", begin) - begin - 1);
    }();
    const auto replace = [&](const std::string& what, const std::string& by) {
        const std::size_t at = line.find(what);
        REQUIRE_MESSAGE(at != std::string::npos, what);
        line.replace(at, what.size(), by);
    };
    replace("featherface detect",
            FEATHERFACE_BINARY_DIR "/bin/featherface detect --score 0.02 -m " + shell_word(fixture.model));
    replace("-N 1000", "-N 5");
    replace("photos.txt", shell_word(list));
    replace("faces.jsonl", shell_word(fixture.files.path("faces.jsonl")));
    const CommandResult result =
        run_command("{ HOME=" + shell_word(fixture.files.path("")) + " " + line + "; } 2>&1");
    CAPTURE(line);
    CAPTURE(result.out);
    const ProgramResult single = fixture.run({"--format", "jsonl", "--files-from", list});
    CHECK(without_times(content(fixture.files.path("faces.jsonl"))) == without_times(single.out));
}

TEST_CASE("detect: Spark's pipe() gives what one run writes") {
    const DetectFixture fixture;
    const std::vector<std::string> names = make_pictures(fixture.files, 9);
    const std::string list = fixture.files.text("list", joined(names, '\n'));
    if (run_command("/usr/bin/python3 -c 'import pyspark' 2>/dev/null").exit_code != 0) {
        MESSAGE("pyspark is not installed for /usr/bin/python3");
        note_skipped();
        return;
    }
    const std::string out = fixture.files.path("out");
    const CommandResult result = run_command(
        "FEATHERFACE='" FEATHERFACE_BINARY_DIR "/bin/featherface detect --score 0.02 -m " + fixture.model +
        "' /usr/bin/python3 " FEATHERFACE_SOURCE_DIR "/tools/examples/spark_pipe.py " + shell_word(list) +
        " " + shell_word(out) + " 2>&1");
    CAPTURE(result.out);
    REQUIRE(result.exit_code == 0);
    std::string found = run_command("cat " + shell_word(out) + "/part-*").out;
    CHECK(without_times(found) ==
          without_times(fixture.run({"--format", "jsonl", "--files-from", list}).out));
}

}  // namespace featherface::test
