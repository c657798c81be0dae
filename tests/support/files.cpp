#include "support/files.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <string>

namespace featherface::test {

TempDir::TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "featherface_test_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) FAIL("cannot make a temporary folder like " << name);
    path_ = name;
}

TempDir::~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::vector<std::uint8_t> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE_MESSAGE(file.good(), "cannot read " << path.string());
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
    write_file(path, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void write_file(const std::filesystem::path& path, std::string_view text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.close();
    REQUIRE_MESSAGE(file.good(), "cannot write " << path.string());
}

std::filesystem::path data_file(std::string_view relative) {
    return std::filesystem::path(FEATHERFACE_SOURCE_DIR) / "tests" / "data" / relative;
}

}  // namespace featherface::test
