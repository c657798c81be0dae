// For systems as POSIX has them; regular_file_windows.cpp is the other.
#if !defined(_WIN32)
#include "loaders/regular_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "loaders/error.hpp"
#include "loaders/file_size.hpp"

namespace featherface::loaders {
namespace {

int descriptor_of(const RegularFile& file) {
    return static_cast<int>(file.handle());
}

Status cannot_open(int number) {
    switch (number) {
        case ENOENT: return system_error("cannot open", number, "check the path");
        case EACCES: return system_error("cannot open", number, "the file must be readable by this user");
        case ELOOP: return system_error("cannot open", number, "the symbolic link leads back to itself");
        default: return system_error("cannot open", number);
    }
}

Status not_regular(mode_t mode) {
    const char* found = S_ISDIR(mode)    ? "a directory"
                        : S_ISFIFO(mode) ? "a pipe"
                        : S_ISSOCK(mode) ? "a socket"
                        : S_ISCHR(mode)  ? "a character device"
                                         : "a block device";
    return error(StatusCode::io_error, "not a file that can be loaded",
                 {.expected = "a regular file", .found = found, .hint = "give the path of the file itself"});
}

}  // namespace

Result<RegularFile> RegularFile::open(const std::filesystem::path& path, std::uint64_t largest) {
    const auto refuse = [&](const Status& why) { return in_file(path.string(), why); };
    // O_NONBLOCK is there because opening a pipe must not wait for its writer.
    RegularFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), 0);
    if (file.handle_ < 0) return refuse(cannot_open(errno));
    struct stat info {};
    if (::fstat(descriptor_of(file), &info) != 0) return refuse(system_error("cannot read", errno));
    if (!S_ISREG(info.st_mode)) return refuse(not_regular(info.st_mode));
    file.size_ = static_cast<std::uint64_t>(info.st_size);
    if (Status status = check_file_size(file.size_, largest); !status.ok()) return refuse(status);
    return file;
}

Status RegularFile::read(std::uint64_t offset, std::span<std::byte> to) const {
    while (!to.empty()) {
        const ssize_t got = ::pread(descriptor_of(*this), to.data(), to.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error("cannot read", errno);
        if (got == 0) return shrank(size_, offset);
        to = to.subspan(static_cast<std::size_t>(got));
        offset += static_cast<std::uint64_t>(got);
    }
    return {};
}

RegularFile::RegularFile(RegularFile&& other) noexcept
    : handle_(std::exchange(other.handle_, -1)), size_(other.size_) {}

RegularFile& RegularFile::operator=(RegularFile&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(size_, other.size_);
    return *this;
}

RegularFile::~RegularFile() {
    if (handle_ >= 0) ::close(descriptor_of(*this));
}

}  // namespace featherface::loaders
#endif
