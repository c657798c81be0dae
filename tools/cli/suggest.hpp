// "Did you mean ...?"
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace featherface::tools {

// "; did you mean 'detect'?" when a candidate differs from `word` by few typing mistakes, else "".
std::string suggestion(std::string_view word, std::span<const std::string> candidates);

}  // namespace featherface::tools
