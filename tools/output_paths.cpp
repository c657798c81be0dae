#include "tools/output_paths.hpp"

#include <sys/stat.h>

#include <optional>
#include <set>
#include <utility>

namespace featherface::tools {

namespace fs = std::filesystem;

namespace {

// What makes a file itself, under any name; nothing where there is none. Devices are never read and may be
// written at will.
std::optional<std::pair<dev_t, ino_t>> identity_of(const fs::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || S_ISCHR(info.st_mode)) return std::nullopt;
    return std::pair{info.st_dev, info.st_ino};
}

}  // namespace

bool is_output_folder(const PictureList& list, const fs::path& output) {
    std::error_code ignored;
    return !list.is_one_file || fs::is_directory(output, ignored) || !output.has_filename();
}

std::vector<fs::path> paths_in_folder(const PictureList& list, const fs::path& folder,
                                      const std::string& extension) {
    std::vector<fs::path> paths;
    for (const Picture& picture : list.pictures)
        paths.push_back(folder / (picture.stem.native() + extension));
    return paths;
}

Status check_not_inputs(std::span<const fs::path> outputs, std::span<const fs::path> inputs) {
    std::set<std::pair<dev_t, ino_t>> read;
    for (const fs::path& input : inputs) {
        if (const auto identity = identity_of(input)) read.insert(*identity);
    }
    for (const fs::path& output : outputs) {
        const auto identity = identity_of(output);
        if (identity && read.contains(*identity)) {
            return {StatusCode::invalid_argument,
                    "the output " + output.native() + " is one of the inputs; give another name"};
        }
    }
    return {};
}

}  // namespace featherface::tools
