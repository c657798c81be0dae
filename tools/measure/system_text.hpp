// What the system says of itself under /proc and /sys.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace featherface::tools {

// What is in a file, whose size nobody knows before it is read; "" where there is none.
std::string system_text(const std::filesystem::path& path);

// Takes what stands before the next `end` off a text, and `end` itself; all where there is none.
std::string_view take_until(std::string_view& text, char end);

// The numbers at the beginning of a text, with spaces between them.
std::vector<double> numbers_of(std::string_view text);

}  // namespace featherface::tools
