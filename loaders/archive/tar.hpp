// The little that is to be known of tar archives: whether a file is one, and the names in it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace featherface::loaders {

// Whether a tar reader (Python's tarfile, say) takes the first 512 bytes for a header: by their checksum, as
// old archives say nothing else.
bool is_tar(std::span<const std::byte> bytes);

// The names of the first members, at most `most`, as far as the headers are good.
std::vector<std::string_view> tar_members(std::span<const std::byte> bytes, std::size_t most);

}  // namespace featherface::loaders
