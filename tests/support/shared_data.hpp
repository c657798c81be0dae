// The real checkpoints, pictures and dumps the project may not hold: $FEATHERFACE_SHARED, else ../shared
// beside the checkout.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <string_view>

namespace featherface::test {

// The path of `relative` ("weights/mobilenet0.25_Final.pth"), or nothing (noted as skipped) when it is not
// there.
std::optional<std::filesystem::path> shared_file(std::string_view relative);

// Whether FEATHERFACE_SHARED is set: missing data is then a failure.
bool shared_data_is_required();

}  // namespace featherface::test

// Declares `variable` as the path of a shared file, or ends the test case: as skipped where the data is
// missing, as failed where FEATHERFACE_SHARED promised it. Use in files named *_shared_test.cpp only.
#define FEATHERFACE_SHARED_FILE(variable, relative)                                          \
    const auto variable##_found = ::featherface::test::shared_file(relative);                \
    if (!variable##_found) {                                                                 \
        if (::featherface::test::shared_data_is_required()) FAIL("missing: " << (relative)); \
        MESSAGE("SKIPPED: shared data not found: " << (relative));                           \
        return;                                                                              \
    }                                                                                        \
    const std::filesystem::path variable = *variable##_found
