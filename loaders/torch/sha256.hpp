// SHA-256 (FIPS 180-4).
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace featherface::loaders {

// The digest in lower-case hexadecimal.
std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace featherface::loaders
