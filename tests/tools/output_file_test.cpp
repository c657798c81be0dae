// Result files and their folders. What a file goes through is tested with the loaders' OutputFile.
#include "tools/output_file.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/files.hpp"
#include "support/status_checks.hpp"

namespace featherface::test {

TEST_CASE("write file: the whole text is there, or the reason why not") {
    const TempDir dir;
    for (const std::string text : {"first, and longer", "second"}) {
        REQUIRE(tools::write_file(dir / "a", text).ok());
        const auto bytes = read_file(dir / "a");
        CHECK(std::string(bytes.begin(), bytes.end()) == text);
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

}  // namespace featherface::test
