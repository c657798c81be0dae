// Checks on a Status in one line: what kind of failure it is, and that the message says the words that
// matter.
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <string_view>

#include "featherface/status.hpp"

namespace featherface::test {

inline void check_refused(const Status& status, StatusCode code,
                          std::initializer_list<std::string_view> words) {
    CHECK_FALSE(status.ok());
    CHECK_MESSAGE(status.code() == code,
                  "code " << static_cast<int>(status.code()) << ": " << status.message());
    for (const std::string_view word : words) {
        CHECK_MESSAGE(status.message().find(word) != std::string::npos,
                      "'" << word << "' is not in: " << status.message());
    }
}

}  // namespace featherface::test
