#include "tools/pictures/pictures.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "loaders/ascii.hpp"
#include "loaders/images/picture_allowance.hpp"
#include "loaders/mapped_file.hpp"
#include "tools/cli/streams.hpp"

namespace featherface::tools {

namespace fs = std::filesystem;

namespace {

// Formats that cannot be read are among them: a folder of such photos is to be complained of, not passed
// over.
constexpr std::string_view kExtensions[] = {".jpg",  ".jpeg", ".jpe",  ".jfif", ".png",  ".bmp",  ".dib",
                                            ".ppm",  ".pgm",  ".pnm",  ".gif",  ".webp", ".heic", ".heif",
                                            ".avif", ".tif",  ".tiff", ".jp2",  ".jxl",  ".svg"};

bool looks_like_picture(const fs::path& path) {
    const std::string extension = loaders::lower_case(path.extension().native());
    return std::ranges::count(kExtensions, extension) > 0;
}

Status folder_error(const fs::path& folder, const std::string& what) {
    return {StatusCode::io_error, folder.native() + ": " + what};
}

class Lister {
  public:
    Lister(PictureList& list, const std::vector<fs::path>& skipped) : list_(list), skipped_(skipped) {}

    void add_input(const std::string& input) {
        std::error_code ignored;
        if (input == "-") {
            add(input, "stdin");
        } else if (fs::is_directory(input, ignored)) {
            const std::size_t pictures = list_.pictures.size(), errors = list_.errors.size();
            add_folder(without_slash(input), "");
            if (list_.pictures.size() == pictures && list_.errors.size() == errors) {
                list_.errors.push_back(
                    folder_error(input,
                                 "no picture in this folder (files are taken by extension: .jpg, .jpeg, "
                                 ".png, .bmp, .ppm, .pgm, .pnm)"));
            }
        } else {
            add(input, fs::path(input).stem());
        }
    }

  private:
    void add(const std::string& name, const fs::path& stem) {
        fs::path unique = stem;
        // The count goes on from the last one of the same stem.
        for (int& copy = copies_[stem.native()]; !stems_.insert(unique.native()).second;) {
            unique = stem;
            unique.concat("-").concat(std::to_string(++copy + 1));
        }
        list_.pictures.push_back({name, unique});
    }

    // `below`: where the folder lies under the one that was given.
    void add_folder(const fs::path& folder, const fs::path& below) {
        std::error_code error;
        std::vector<fs::directory_entry> entries;
        for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
            if (!at->path().filename().native().starts_with('.')) entries.push_back(*at);
        }
        if (error) {
            list_.errors.push_back(folder_error(folder, "cannot read this folder: " + error.message()));
            return;
        }
        std::sort(entries.begin(), entries.end());
        for (const fs::directory_entry& entry : entries) {
            std::error_code ignored;
            const fs::path name = entry.path().filename();
            if (entry.is_directory(ignored)) {
                const bool skip =
                    entry.is_symlink(ignored) || std::ranges::any_of(skipped_, [&](const fs::path& skipped) {
                        return fs::equivalent(entry, skipped, ignored);
                    });
                if (!skip) add_folder(entry.path(), below / name);
            } else if (looks_like_picture(name)) {
                add(entry.path().native(), below / name.stem());
            }
        }
    }

    PictureList& list_;
    const std::vector<fs::path>& skipped_;
    std::set<std::string> stems_;
    std::map<std::string, int> copies_;  // of a stem, beside the first
};

}  // namespace

Status add_listed(const std::string& file, std::vector<std::string>& inputs) {
    const auto add = [&](std::span<const std::uint8_t> bytes) {
        std::string_view left(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        const char between = left.find('\0') == std::string_view::npos ? '\n' : '\0';
        while (!left.empty()) {
            const std::size_t end = std::min(left.find(between), left.size());
            if (end > 0) inputs.emplace_back(left.substr(0, end));
            left.remove_prefix(std::min(end + 1, left.size()));
        }
    };
    if (file == "-") {
        const auto bytes = read_stdin([](auto) { return loaders::kLargestFileBytes; });
        if (!bytes.ok()) return bytes.status();
        add(bytes.value());
        return {};
    }
    std::error_code ignored;
    if (fs::is_empty(file, ignored) && fs::is_regular_file(file, ignored)) return {};
    const auto mapped = loaders::MappedFile::open(file);
    if (!mapped.ok()) return mapped.status();
    add({reinterpret_cast<const std::uint8_t*>(mapped->bytes().data()), mapped->bytes().size()});
    return {};
}

Status check_inputs(std::span<const std::string> inputs, const std::optional<std::string>& listed) {
    const auto wrong = [](const char* what) { return Status(StatusCode::invalid_argument, what); };
    if (inputs.empty() && !listed) return wrong("give a picture, a folder of pictures, or -");
    if (std::ranges::count(inputs, "-") + (listed == "-") > 1)
        return wrong("standard input, '-', is there only once");
    return {};
}

fs::path without_slash(const fs::path& folder) {
    const std::size_t last = folder.native().find_last_not_of('/');
    return last == std::string::npos ? folder : fs::path(folder.native().substr(0, last + 1));
}

PictureList list_pictures(std::span<const std::string> inputs, const std::vector<fs::path>& skipped) {
    PictureList list;
    Lister lister(list, skipped);
    for (const std::string& input : inputs) lister.add_input(input);
    std::error_code ignored;
    list.is_one_file = inputs.size() == 1 && !fs::is_directory(inputs.front(), ignored);
    return list;
}

Result<Image> read_picture(const std::string& name, const ImageReadOptions& options,
                           const BeforeDecoding& before) {
    const auto allowance = [&](const loaders::FileEnds& ends) {
        return loaders::allowed_picture(ends, options.max_pixels);
    };
    const auto decode = [&](std::span<const std::uint8_t> bytes, const std::string& called) {
        if (before) before(loaders::promised_pixels(std::as_bytes(bytes), options.max_pixels));
        return decode_image(bytes, called, options);
    };
    if (name != "-") {
        const auto file = loaders::MappedFile::open(name, loaders::kLargestFileBytes, allowance);
        if (!file.ok()) return file.status();
        const auto bytes = file->bytes();
        return decode({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, name);
    }
    const auto bytes = read_stdin(allowance);
    if (!bytes.ok()) return bytes.status();
    return decode(bytes.value(), "standard input");
}

}  // namespace featherface::tools
