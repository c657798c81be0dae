#include "tools/measure/system_text.hpp"

#include <doctest/doctest.h>

#include "support/files.hpp"

namespace featherface::tools {
namespace {

TEST_CASE("system text: a file's text is read whole, and none is no text") {
    const test::TempDir dir;
    const std::string text = std::string(5000, 'x') + "\nend";
    test::write_file(dir / "long", text);
    CHECK(system_text(std::filesystem::path(dir / "long")) == text);
    test::write_file(dir / "empty", "");
    CHECK(system_text(std::filesystem::path(dir / "empty")).empty());
    CHECK(system_text(std::filesystem::path(dir / "none")).empty());
    CHECK(system_text(dir.path()).empty());
}

TEST_CASE("system text: parts are taken off, the last one without an end, too") {
    std::string_view text = "id::/path";
    CHECK(take_until(text, ':') == "id");
    CHECK(take_until(text, ':').empty());
    CHECK(text == "/path");
    CHECK(take_until(text, ':') == "/path");
    CHECK(text.empty());
    CHECK(take_until(text, ':').empty());
}

TEST_CASE("system text: numbers are read up to what is none") {
    using Numbers = std::vector<double>;
    CHECK(numbers_of(" 150000 100000\n") == Numbers{150000, 100000});
    CHECK(numbers_of("-1\n 2.5\tmax 3") == Numbers{-1, 2.5});
    CHECK(numbers_of("max 100000").empty());
    CHECK(numbers_of("").empty());
    CHECK(numbers_of(" \n").empty());
}

}  // namespace
}  // namespace featherface::tools
