#include "tools/output_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "support/files.hpp"
#include "support/status_checks.hpp"

namespace featherface::test {

namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
    const auto bytes = read_file(path);
    return {bytes.begin(), bytes.end()};
}

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("output file: new and old files get the whole text, and nothing is left beside them") {
    const TempDir dir;
    REQUIRE(tools::write_file(dir / "a", "first, and longer").ok());
    CHECK(text_of(dir / "a") == "first, and longer");
    REQUIRE(tools::write_file(dir / "a", "second").ok());
    CHECK(text_of(dir / "a") == "second");
    CHECK(files_in(dir.path()) == 1);
}

TEST_CASE("output file: it may be read by whom the umask allows") {
    const TempDir dir;
    const mode_t mask = ::umask(027);
    REQUIRE(tools::write_file(dir / "a", "x").ok());
    ::umask(mask);
    CHECK((fs::status(dir / "a").permissions() & fs::perms::all) == fs::perms(0640));
}

TEST_CASE("output file: a link stays a link") {
    const TempDir dir;
    test::write_file(dir / "real", "old");
    fs::create_symlink("real", dir / "link");
    REQUIRE(tools::write_file(dir / "link", "new").ok());
    CHECK(fs::is_symlink(dir / "link"));
    CHECK(text_of(dir / "real") == "new");
}

TEST_CASE("output file: a full disk is told, and a device stays one") {
    check_refused(tools::write_file("/dev/full", "x"), StatusCode::output_error,
                  {"/dev/full", "No space left"});
    CHECK(fs::is_character_file("/dev/full"));
}

TEST_CASE(
    "output file: missing folders, folders and looping links are told by name, and nothing is written") {
    const TempDir dir;
    check_refused(tools::write_file(dir / "no" / "a", "x"), StatusCode::output_error,
                  {"no/a", "No such file"});
    check_refused(tools::write_file(dir.path(), "x"), StatusCode::output_error, {"directory"});
    CHECK(files_in(dir.path()) == 0);
    test::write_file(dir / "file", "x");
    check_refused(tools::make_folder(dir / "file" / "below"), StatusCode::output_error,
                  {"file/below", "cannot make the folder"});
    CHECK(tools::make_folder(dir / "new" / "below").ok());
    CHECK(fs::is_directory(dir / "new" / "below"));
    CHECK(tools::make_folder(dir / "new").ok());
}

}  // namespace featherface::test
