// Text in tests.
#pragma once

#include <string_view>

namespace featherface::test {

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace featherface::test
