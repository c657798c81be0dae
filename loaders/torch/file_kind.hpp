// What a file that is no PyTorch checkpoint most probably is, told from its first bytes, so that an error can
// say so.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace featherface::loaders {

struct FileKind {
    std::string_view name;  // "an HTML page"; empty when nothing is recognised
    std::string_view hint;  // what to do about it; may be empty
};

FileKind recognise(std::span<const std::byte> bytes);

}  // namespace featherface::loaders
