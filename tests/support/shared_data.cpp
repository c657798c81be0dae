#include "support/shared_data.hpp"

#include <cstdlib>

#include "support/skipped.hpp"

namespace featherface::test {

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
    note_skipped();
    return std::nullopt;
}

}  // namespace featherface::test
