// Opening dumps in tests, and changing them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/files/npz.hpp"

namespace featherface::test {

// Both fail the test case when there is no such file or array.
tools::NpzReader open_npz(const std::filesystem::path& path);
std::vector<float> read_f32(const tools::NpzReader& npz, std::string_view name,
                            std::vector<std::int64_t>* shape = nullptr);

// Writes the dump `from` to `to`, the bytes of each array as `change` leaves them.
void copy_npz(const std::filesystem::path& from, const std::filesystem::path& to,
              const std::function<void(const std::string& name, std::vector<std::byte>& bytes)>& change);

}  // namespace featherface::test
