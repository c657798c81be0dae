// Tar archives for tests, and headers that make a tar archive of another file's beginning.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/bytes.hpp"

namespace featherface::test {

// Members: name and content.
ByteString make_tar(const std::vector<std::pair<std::string, ByteString>>& members);

// Sets the checksum of the header in the first 512 bytes, whatever else they hold.
void set_tar_checksum(ByteString& bytes);

}  // namespace featherface::test
