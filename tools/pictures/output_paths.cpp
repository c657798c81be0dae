#include "tools/pictures/output_paths.hpp"

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
    const fs::path in = without_slash(folder);
    for (const Picture& picture : list.pictures) paths.push_back(in / (picture.stem.native() + extension));
    return paths;
}

Result<std::vector<fs::path>> check_not_inputs(std::vector<fs::path> outputs, const fs::path& output,
                                               const ReadFiles& read) {
    if (output == "-") {
        return Status(StatusCode::invalid_argument,
                      "the output cannot be standard output; for a file of that name write './-'");
    }
    std::set<std::pair<dev_t, ino_t>> inputs;
    const auto add = [&](const fs::path& path) {
        if (const auto identity = identity_of(path)) inputs.insert(*identity);
    };
    for (const std::string& file : read.files) add(file);
    for (const Picture& picture : read.list.pictures) add(picture.name);

    std::vector<fs::path> written = outputs;
    written.push_back(output);
    for (const fs::path& path : written) {
        const auto identity = identity_of(path);
        if (!identity || !inputs.contains(*identity)) continue;
        return Status(StatusCode::invalid_argument,
                      "the output " + path.native() + " is one of the inputs; give another name");
    }
    return outputs;
}

Status check_apart(const fs::path& folder, const PictureList& list) {
    std::set<fs::path> read, written;
    for (const Picture& picture : list.pictures) {
        if (picture.name != "-") read.insert(fs::path(picture.name).parent_path());
        written.insert(folder / picture.stem.parent_path());
    }
    std::set<std::pair<dev_t, ino_t>> with_pictures;
    for (const fs::path& path : read) {
        if (const auto identity = identity_of(path.empty() ? fs::path(".") : path))
            with_pictures.insert(*identity);
    }
    for (const fs::path& path : written) {
        const auto identity = identity_of(path);
        if (!identity || !with_pictures.contains(*identity)) continue;
        return {
            StatusCode::invalid_argument,
            "the folder " + path.native() + " has pictures that are read; give another for what is written"};
    }
    return {};
}

}  // namespace featherface::tools
