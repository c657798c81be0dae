// Opening dumps in tests.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "loaders/npz.hpp"

namespace featherface::test {

// Both fail the test case when there is no such file or array.
loaders::NpzReader open_npz(const std::filesystem::path& path);
std::vector<float> read_f32(const loaders::NpzReader& npz, std::string_view name,
                            std::vector<std::int64_t>* shape = nullptr);

}  // namespace featherface::test
