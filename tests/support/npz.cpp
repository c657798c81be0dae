#include "support/npz.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace featherface::test {

loaders::NpzReader open_npz(const std::filesystem::path& path) {
    auto npz = loaders::NpzReader::open(path);
    REQUIRE_MESSAGE(npz.ok(), npz.status().message());
    return std::move(npz).value();
}

std::vector<float> read_f32(const loaders::NpzReader& npz, std::string_view name,
                            std::vector<std::int64_t>* shape) {
    auto values = npz.read_f32(name, shape);
    REQUIRE_MESSAGE(values.ok(), values.status().message());
    return std::move(values).value();
}

}  // namespace featherface::test
