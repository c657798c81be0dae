#include "tools/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "tools/streams.hpp"
#include "tools/text.hpp"

namespace featherface::tools {

namespace fs = std::filesystem;

namespace {

Status cannot(const char* what, const fs::path& path, int error) {
    return {StatusCode::output_error,
            printable(path.native()) + ": cannot " + what + ": " + std::strerror(error)};
}

// Writes and closes; a full disk may show only at close.
Status write_and_close(int descriptor, std::span<const char> bytes, const fs::path& path) {
    Status status = write_all(descriptor, bytes, printable(path.native()));
    if (::close(descriptor) != 0 && status.ok()) return cannot("write", path, errno);
    return status;
}

Status write_directly(const fs::path& path, std::span<const char> bytes) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return cannot("write", path, errno);
    return write_and_close(descriptor, bytes, path);
}

// Into a new file beside the old one, which then takes its name.
Status replace(const fs::path& path, std::span<const char> bytes) {
    std::string temporary = path.native() + ".XXXXXX";
    const int descriptor = ::mkstemp(temporary.data());
    if (descriptor < 0) return cannot("write", path, errno);
    const mode_t mask =
        ::umask(0);  // mkstemp() lets only the owner read; files are made as open() makes them
    ::umask(mask);
    (void)::fchmod(descriptor, 0666 & ~mask);
    Status status = write_and_close(descriptor, bytes, path);
    if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) status = cannot("write", path, errno);
    if (!status.ok()) ::unlink(temporary.c_str());
    return status;
}

}  // namespace

Status write_file(const fs::path& path, std::string_view text) {
    std::error_code error;
    const fs::file_status existing = fs::status(path, error);
    if (fs::is_directory(existing)) return cannot("write", path, EISDIR);
    if (fs::exists(existing) && !fs::is_regular_file(existing)) return write_directly(path, text);
    // A link is followed, so that the file it leads to is replaced and not the link.
    const fs::path target =
        fs::is_symlink(fs::symlink_status(path, error)) ? fs::weakly_canonical(path, error) : path;
    return replace(target.empty() ? path : target, text);
}

Status write_file(const fs::path& path, std::span<const std::uint8_t> bytes) {
    return write_file(path, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

Status make_folder(const fs::path& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return cannot("make the folder", path, error.value());
    return {};
}

}  // namespace featherface::tools
