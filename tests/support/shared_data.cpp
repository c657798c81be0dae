#include "support/shared_data.hpp"

#include <cstdlib>

namespace featherface::test {
namespace {

bool data_was_missing = false;

}  // namespace

bool shared_data_is_required() {
    return std::getenv("FEATHERFACE_SHARED") != nullptr;
}

std::optional<std::filesystem::path> shared_file(std::string_view relative) {
    const char* configured = std::getenv("FEATHERFACE_SHARED");
    const std::filesystem::path root = configured
                                           ? std::filesystem::path(configured)
                                           : std::filesystem::path(FEATHERFACE_SOURCE_DIR) / "../shared";
    const auto path = root / relative;
    if (std::filesystem::exists(path)) return path;
    data_was_missing = true;
    return std::nullopt;
}

bool shared_data_was_missing() {
    return data_was_missing;
}

}  // namespace featherface::test
