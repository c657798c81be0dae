#include "fuzz/target.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace featherface::fuzz {

namespace fs = std::filesystem;

std::span<const Target> all_targets() {
    static const Target kTargets[] = {
        bmp(),           checkpoint(), command_line(), image(),       inflate(), jpeg(),
        json(),          labels(),     model(),        npz(),         packed(),  pickle(),
        picture_lists(), png(),        pnm(),          safetensors(), stream(),  zip()};
    return kTargets;
}

const Target& target_named(std::string_view name) {
    const auto targets = all_targets();
    const auto found = std::ranges::find(targets, name, &Target::name);
    if (found != targets.end()) return *found;
    std::fprintf(stderr, "fuzz: no target '%.*s'\n", static_cast<int>(name.size()), name.data());
    std::exit(2);
}

std::vector<ByteString> files_in(const fs::path& folder, std::string_view ending) {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().native().ends_with(ending)) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<ByteString> files;
    for (const fs::path& path : paths) {
        std::ifstream file(path, std::ios::binary);
        files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return files;
}

std::vector<ByteString> data_files(std::string_view folder, std::string_view ending) {
    return files_in(fs::path(FEATHERFACE_SOURCE_DIR "/tests/data") / folder, ending);
}

}  // namespace featherface::fuzz
