// Result files and their folders: all or nothing.
#include "tools/files/output_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

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
