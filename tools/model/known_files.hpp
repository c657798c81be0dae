// Published checkpoints, told by their SHA-256: what a container without checksums cannot tell of itself,
// that no byte of the weights has changed.
#pragma once

#include <string_view>

namespace featherface::tools {

// What the file of this SHA-256 (64 lower-case digits) is, or "" when it is none known here.
std::string_view published_file(std::string_view sha256);

// Whether a container (loaders::Checkpoint::container()) keeps checksums of the values in it, which reading
// the file has checked.
bool has_checksums(std::string_view container);

}  // namespace featherface::tools
