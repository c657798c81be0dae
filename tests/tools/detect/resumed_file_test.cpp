// The file that --resume goes on with.
#include "tools/detect/resumed_file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>

#include <filesystem>
#include <string>

#include "support/files.hpp"

namespace featherface::tools {
namespace {

using test::read_file;
using test::TempDir;
using test::write_file;

std::string content(const std::filesystem::path& path) {
    const auto bytes = read_file(path);
    return {bytes.begin(), bytes.end()};
}

TEST_CASE("resumed file: a new one is made, and lines are added to it") {
    const TempDir dir;
    {
        auto file = ResumedFile::open(dir / "out.jsonl");
        REQUIRE(file.ok());
        CHECK_FALSE(file->take("a.jpg"));
        CHECK(file->write("{\"file\": \"a.jpg\"}\n").ok());
    }
    auto again = ResumedFile::open(dir / "out.jsonl");
    REQUIRE(again.ok());
    CHECK(again->take("a.jpg"));
    CHECK(again->write("{\"file\": \"b.jpg\"}\n").ok());
    CHECK(content(dir / "out.jsonl") == "{\"file\": \"a.jpg\"}\n{\"file\": \"b.jpg\"}\n");
}

TEST_CASE("resumed file: each line stands for one picture of its name, whatever the name and the line") {
    const TempDir dir;
    write_file(dir / "out.jsonl",
               "{\"file\": \"a.jpg\", \"width\": 3, \"faces\": []}\n"
               "{\"file\": \"a.jpg\", \"error\": \"a.jpg: cannot open\"}\n"
               "{\"file\": \"q\\\"\\\\\\n\\u00e4 \\udce9.jpg\", \"width\": 3}\n");
    auto file = ResumedFile::open(dir / "out.jsonl");
    REQUIRE(file.ok());
    CHECK(file->take("a.jpg"));
    CHECK(file->take("a.jpg"));
    CHECK_FALSE(file->take("a.jpg"));
    CHECK(file->take("q\"\\\n\xc3\xa4 \xe9.jpg"));
    CHECK_FALSE(file->take("b.jpg"));
}

TEST_CASE("resumed file: a last line without an end is cut off, wherever it was cut") {
    const TempDir dir;
    const std::string first = "{\"file\": \"a.jpg\", \"width\": 3}\n",
                      second = "{\"file\": \"b.jpg\", \"width\": 3}\n";
    for (std::size_t cut = 0; cut <= second.size(); ++cut) {
        write_file(dir / "out.jsonl", first + second.substr(0, cut));
        auto file = ResumedFile::open(dir / "out.jsonl");
        REQUIRE(file.ok());
        CHECK(file->take("a.jpg"));
        CHECK(file->take("b.jpg") == (cut == second.size()));
        CHECK(content(dir / "out.jsonl") == first + (cut == second.size() ? second : ""));
    }
    // Longer than what is read at a time.
    const std::string large = "{\"file\": \"" + std::string(3 << 20, 'x') + "\"}\n";
    write_file(dir / "out.jsonl", first + large + large.substr(0, 2 << 20));
    auto file = ResumedFile::open(dir / "out.jsonl");
    REQUIRE(file.ok());
    CHECK(content(dir / "out.jsonl") == first + large);
    CHECK(file->take(std::string(3 << 20, 'x')));
}

TEST_CASE("resumed file: another kind of file is refused with the line, and stays as it is") {
    const TempDir dir;
    for (const std::string wrong : {"file,x1,y1\n", "{\"schema\": 1}\n", "\n", "{\"file\": \"b.jpg\n",
                                    "{\"file\": 3}\n", "{\"file\": \"\\x\"}\n"}) {
        CAPTURE(wrong);
        const std::string text = "{\"file\": \"a.jpg\"}\n" + wrong + "cut";
        write_file(dir / "out.jsonl", text);
        const auto file = ResumedFile::open(dir / "out.jsonl");
        REQUIRE_FALSE(file.ok());
        CHECK(file.status().code() == StatusCode::malformed);
        CHECK(file.status().message().find("out.jsonl") != std::string::npos);
        CHECK(file.status().message().find("line 2") != std::string::npos);
        CHECK(content(dir / "out.jsonl") == text);
    }
}

TEST_CASE("resumed file: two programs do not write the same one, and a folder is none") {
    const TempDir dir;
    const auto first = ResumedFile::open(dir / "out.jsonl");
    REQUIRE(first.ok());
    const auto second = ResumedFile::open(dir / "out.jsonl");
    REQUIRE_FALSE(second.ok());
    CHECK(second.status().code() == StatusCode::output_error);
    CHECK(second.status().message().find("another program") != std::string::npos);
    CHECK(ResumedFile::open(dir.path()).status().code() == StatusCode::output_error);
}

TEST_CASE("resumed file: of lines that do not fit, nothing stays") {
    const TempDir dir;
    auto file = ResumedFile::open(dir / "out.jsonl");
    REQUIRE(file.ok());
    CHECK(file->write("{\"file\": \"a.jpg\"}\n").ok());
    rlimit old{};
    ::getrlimit(RLIMIT_FSIZE, &old);
    const rlimit small{40, old.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    const Status status = file->write("{\"file\": \"" + std::string(100, 'b') + "\"}\n");
    ::setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, handler);
    CHECK(status.code() == StatusCode::output_error);
    CHECK(content(dir / "out.jsonl") == "{\"file\": \"a.jpg\"}\n");
}

}  // namespace
}  // namespace featherface::tools
