#include "tools/output_file.hpp"

#include <system_error>

#include "loaders/output_file.hpp"

namespace featherface::tools {

Status write_file(const std::filesystem::path& path, std::string_view text) {
    auto file = loaders::OutputFile::create(path);
    if (!file.ok()) return file.status();
    if (auto status = file->write(text); !status.ok()) return status;
    return file->commit();
}

Status make_folder(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (!error) return {};
    return {StatusCode::output_error, path.native() + ": cannot make the folder: " + error.message()};
}

}  // namespace featherface::tools
