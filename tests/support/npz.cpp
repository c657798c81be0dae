#include "support/npz.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace featherface::test {

tools::NpzReader open_npz(const std::filesystem::path& path) {
    auto npz = tools::NpzReader::open(path);
    REQUIRE_MESSAGE(npz.ok(), npz.status().message());
    return std::move(npz).value();
}

std::vector<float> read_f32(const tools::NpzReader& npz, std::string_view name,
                            std::vector<std::int64_t>* shape) {
    auto values = npz.read_f32(name, shape);
    REQUIRE_MESSAGE(values.ok(), values.status().message());
    return std::move(values).value();
}

void copy_npz(const std::filesystem::path& from, const std::filesystem::path& to,
              const std::function<void(const std::string& name, std::vector<std::byte>& bytes)>& change) {
    const auto old = open_npz(from);
    auto copy = tools::NpzWriter::create(to);
    REQUIRE_MESSAGE(copy.ok(), copy.status().message());
    for (const std::string& name : old.names()) {
        const auto array = old.read(name);
        REQUIRE_MESSAGE(array.ok(), array.status().message());
        std::vector<std::byte> bytes(array->bytes.begin(), array->bytes.end());
        change(name, bytes);
        REQUIRE(copy->add(name, array->dtype, array->shape, bytes).ok());
    }
    REQUIRE(copy->finish().ok());
}

}  // namespace featherface::test
