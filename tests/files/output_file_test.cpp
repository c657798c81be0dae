// Result files and their folders: all or nothing.
#include "tools/files/output_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>

#include "support/files.hpp"
#include "support/status_checks.hpp"
#include "support/unprivileged.hpp"

using namespace featherface;
using namespace featherface::test;
using tools::OutputFile;

namespace {

std::string content(const std::filesystem::path& path) {
    const auto bytes = read_file(path);
    return {bytes.begin(), bytes.end()};
}

std::ptrdiff_t files_in(const TempDir& folder) {
    return std::distance(std::filesystem::directory_iterator(folder.path()), {});
}

// Which signal ends a child that does this and then gets it.
template <class Action>
int ended_by(int signal, const Action& action) {
    const pid_t child = ::fork();
    if (child == 0) {
        for (const int handled : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU})  // by the test runner
            std::signal(handled, SIG_DFL);
        action([&] {
            ::raise(signal);
            ::_exit(1);
        });
        ::_exit(2);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

}  // namespace

TEST_CASE(
    "output file: nothing is under the name before commit, everything after it, and no other file is left") {
    const TempDir folder;
    auto file = OutputFile::create(folder / "out").value();
    REQUIRE(file.write("one ").ok());
    OutputFile moved = std::move(file);
    REQUIRE(moved.write("two").ok());
    CHECK_FALSE(std::filesystem::exists(folder / "out"));
    REQUIRE(moved.commit().ok());
    CHECK(content(folder / "out") == "one two");
    CHECK(files_in(folder) == 1);
}

TEST_CASE("output file: without commit an older file stays, with it the old one's permissions do") {
    const TempDir folder;
    write_file(folder / "out", "older");
    REQUIRE(::chmod((folder / "out").c_str(), 0640) == 0);
    {
        auto file = OutputFile::create(folder / "out").value();
        REQUIRE(file.write("newer").ok());
    }
    CHECK(content(folder / "out") == "older");
    CHECK(files_in(folder) == 1);
    REQUIRE(tools::write_file(folder / "out", "newer").ok());
    CHECK(content(folder / "out") == "newer");
    CHECK(files_in(folder) == 1);
    struct stat info {};
    REQUIRE(::stat((folder / "out").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0640);
}

TEST_CASE("output file: a link stays a link, the file it leads to is replaced") {
    const TempDir folder;
    write_file(folder / "real", "older");
    std::filesystem::create_symlink("real", folder / "link");
    REQUIRE(tools::write_file(folder / "link", "newer").ok());
    CHECK(std::filesystem::is_symlink(folder / "link"));
    CHECK(content(folder / "real") == "newer");
}

TEST_CASE("output file: what dangling links lead to is made, and they stay links") {
    const TempDir folder;
    std::filesystem::create_directory(folder / "below");
    std::filesystem::create_symlink("below/second", folder / "first");
    std::filesystem::create_symlink("../real", folder / "below/second");
    REQUIRE(tools::write_file(folder / "first", "new").ok());
    CHECK(std::filesystem::is_symlink(folder / "first"));
    CHECK(std::filesystem::is_symlink(folder / "below/second"));
    CHECK(content(folder / "real") == "new");
    std::filesystem::create_symlink("missing/real", folder / "nowhere");
    check_refused(tools::write_file(folder / "nowhere", "x"), StatusCode::output_error,
                  {"nowhere", "No such file"});
    CHECK(std::filesystem::is_symlink(folder / "nowhere"));
}

TEST_CASE("output file: a new file may be read by whom the umask allows") {
    const TempDir folder;
    const mode_t mask = ::umask(027);
    REQUIRE(tools::write_file(folder / "out", "x").ok());
    ::umask(mask);
    struct stat info {};
    REQUIRE(::stat((folder / "out").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0640);
}

TEST_CASE("output file: a pipe that has a number and no name, as a shell's >(...), is written to") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    CHECK(tools::write_file("/dev/fd/" + std::to_string(ends[1]), "through").ok());
    ::close(ends[1]);
    char got[16];
    CHECK(std::string_view(got, static_cast<std::size_t>(
                                    std::max<ssize_t>(::read(ends[0], got, sizeof got), 0))) == "through");
    ::close(ends[0]);
}

TEST_CASE("output file: devices are written to, not replaced") {
    REQUIRE(tools::write_file("/dev/null", "gone").ok());
    CHECK(std::filesystem::is_character_file("/dev/null"));
    check_refused(tools::write_file("/dev/full", "x"), StatusCode::output_error,
                  {"/dev/full: cannot write", "No space left"});
}

TEST_CASE(
    "output file: folders, missing folders, looping links and read-only files are refused before anything is "
    "written") {
    const TempDir folder;
    check_refused(tools::write_file(folder.path(), "x"), StatusCode::output_error,
                  {folder.path().string(), "directory"});
    check_refused(tools::write_file(folder / "missing/out", "x"), StatusCode::output_error,
                  {"missing/out", "No such file"});
    std::filesystem::create_symlink("loop", folder / "loop");
    check_refused(tools::write_file(folder / "loop", "x"), StatusCode::output_error,
                  {"loop", "Too many levels"});
    CHECK(files_in(folder) == 1);
    write_file(folder / "locked", "older");
    std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
    REQUIRE(::chmod((folder / "locked").c_str(), 0444) == 0);
    check_refused(without_privileges([&] { return tools::write_file(folder / "locked", "x"); }),
                  StatusCode::output_error, {"locked", "denied"});
    CHECK(content(folder / "locked") == "older");
}

TEST_CASE("output file: a name as long as names may be still works") {
    const TempDir folder;
    REQUIRE(tools::write_file(folder / std::string(255, 'n'), "x").ok());
    CHECK(content(folder / std::string(255, 'n')) == "x");
}

TEST_CASE("write file: the whole text is there, or the reason why not") {
    const TempDir dir;
    for (const std::string text : {"first, and longer", "second"}) {
        REQUIRE(tools::write_file(dir / "a", text).ok());
        CHECK(content(dir / "a") == text);
    }
    check_refused(tools::write_file("/dev/full", "x"), StatusCode::output_error,
                  {"/dev/full", "No space left"});
    check_refused(tools::write_file(dir / "no" / "a", "x"), StatusCode::output_error,
                  {"no/a", "No such file"});
}

TEST_CASE(
    "make folder: it and those above it are made, one that is there is fine, a file in the way is told") {
    const TempDir dir;
    CHECK(tools::make_folder(dir / "new" / "below").ok());
    CHECK(std::filesystem::is_directory(dir / "new" / "below"));
    CHECK(tools::make_folder(dir / "new").ok());
    test::write_file(dir / "file", "x");
    check_refused(tools::make_folder(dir / "file" / "below"), StatusCode::output_error,
                  {"file/below", "cannot make the folder"});
}

TEST_CASE("output file: a signal that ends the program leaves nothing, and an older file as it was") {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGKILL}) {
        CAPTURE(signal);
        const TempDir folder;
        write_file(folder / "older", "older");
        for (const char* name : {"new", "older"}) {
            const int ended = ended_by(signal, [&](const auto& end) {
                auto file = OutputFile::create(folder / name);
                if (file.ok() && file->write("half").ok()) end();
            });
            CHECK(ended == signal);
        }
        CHECK(content(folder / "older") == "older");
        CHECK(files_in(folder) == 1);
    }
}

TEST_CASE("temporary name: signals that end the program remove the file, those that are ignored do not") {
    const TempDir folder;
    const std::string path = folder / "temporary";
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGXCPU}) {
        CAPTURE(signal);
        write_file(path, "x");
        CHECK(ended_by(signal, [&](const auto& end) {
                  const tools::TemporaryName name(path);
                  const tools::TemporaryName other((folder / "missing").string());
                  end();
              }) == signal);
        CHECK(files_in(folder) == 0);
    }
    write_file(path, "x");
    CHECK(ended_by(SIGTERM, [&](const auto& end) {
              { const tools::TemporaryName name(path); }
              end();
          }) == SIGTERM);
    CHECK(files_in(folder) == 1);
    CHECK(ended_by(SIGHUP, [&](const auto& end) {
              std::signal(SIGHUP, SIG_IGN);
              const tools::TemporaryName name(path);
              end();
          }) == -1);
    CHECK(files_in(folder) == 1);
}

TEST_CASE("output file: one that may be written in a folder that may not is written over") {
    const TempDir folder;
    std::filesystem::create_directory(folder / "locked");
    write_file(folder / "locked/out", "older, and longer");
    std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
    REQUIRE(::chmod((folder / "locked/out").c_str(), 0666) == 0);
    REQUIRE(::chmod((folder / "locked").c_str(), 0555) == 0);
    const Status written =
        without_privileges([&] { return tools::write_file(folder / "locked/out", "newer"); });
    const Status made = without_privileges([&] { return tools::write_file(folder / "locked/other", "x"); });
    REQUIRE(::chmod((folder / "locked").c_str(), 0755) == 0);
    CHECK_MESSAGE(written.ok(), written.message());
    CHECK(content(folder / "locked/out") == "newer");
    check_refused(made, StatusCode::output_error, {"locked/other", "Permission denied"});
}
