// What is said of a file's size, on whichever system it is read.
#pragma once

#include <cstdint>
#include <string>

#include "loaders/error.hpp"

namespace featherface::loaders {

// Errors: malformed (empty), limit_exceeded (over `largest` bytes).
inline Status check_file_size(std::uint64_t size, std::uint64_t largest) {
    if (size == 0) return malformed("the file is empty", {.hint = "download or copy it again"});
    if (size <= largest) return {};
    return error(StatusCode::limit_exceeded, "the file is too large",
                 {.expected = "at most " + count_of(largest, "byte"), .found = std::to_string(size)});
}

inline Status shrank(std::uint64_t expected, std::uint64_t found) {
    return error(StatusCode::io_error, "the file shrank while it was read",
                 {.expected = count_of(expected, "byte"),
                  .found = std::to_string(found),
                  .hint = "wait until whatever writes it has finished"});
}

}  // namespace featherface::loaders
