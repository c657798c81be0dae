#include "tools/files/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "loaders/error.hpp"

namespace featherface::tools {
namespace {

// Where symbolic links lead in the end, also when there is nothing yet.
std::filesystem::path followed(std::filesystem::path path) {
    constexpr int kMostLinks = 40;  // as many as the kernel follows
    std::error_code error;
    for (int links = 0; links < kMostLinks && std::filesystem::is_symlink(path, error); ++links) {
        path = path.parent_path() / std::filesystem::read_symlink(path, error);
    }
    return path;
}

// A file without a name in this folder's file system, or -1 where there are none.
int open_unnamed(const std::filesystem::path& folder) {
#ifdef O_TMPFILE
    return ::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0666);
#else
    static_cast<void>(folder);
    return -1;
#endif
}

// Of a file beside the target. Not of the system's making: mkstemp() lets only its owner read it.
std::string unused_name() {
    static std::atomic<unsigned> counter = 0;
    return ".featherface-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp";
}

}  // namespace

int write_all(int descriptor, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return 0;
}

Result<OutputFile> OutputFile::create(const std::filesystem::path& path) {
    OutputFile file;
    file.name_ = path.string();
    struct stat info {};
    const bool exists = ::stat(path.c_str(), &info) == 0;
    if (exists && S_ISDIR(info.st_mode)) return file.fail("cannot write", EISDIR);
    if (exists && ::access(path.c_str(), W_OK) != 0) return file.fail("cannot write", errno);
    // (The link to a pipe in /dev/fd can be opened, but leads to no name.)
    if (exists && !S_ISREG(info.st_mode)) {
        file.fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
        if (file.fd_ < 0) return file.fail("cannot write", errno);
        return file;
    }
    std::error_code unresolved;
    file.target_ = std::filesystem::canonical(path, unresolved);
    if (unresolved == std::errc::no_such_file_or_directory) {
        file.target_ = followed(path);
    } else if (unresolved) {
        return file.fail("cannot write", unresolved.value());
    }

    const std::filesystem::path folder = file.target_.parent_path();
    if (const int number = file.open_temporary(folder.empty() ? "." : folder, exists); number != 0)
        return file.fail("cannot write", number);
    // The new file keeps the old one's permissions; where that is not allowed, it has the usual ones.
    if (exists) static_cast<void>(::fchmod(file.fd_, info.st_mode & 07777) == 0);
    return file;
}

// 0, or the error's number, as of all below.
int OutputFile::open_temporary(const std::filesystem::path& folder, bool target_exists) {
    place_ = Place::unnamed;
    fd_ = open_unnamed(folder);
    // It gets its name by way of /proc.
    if (fd_ >= 0 && ::access("/proc/self/fd", X_OK) == 0) return 0;
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    place_ = Place::named;
    do {
        temporary_ = folder / unused_name();
        temporary_name_ = TemporaryName(temporary_);
        fd_ = ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (fd_ < 0 && errno == EEXIST);
    if (fd_ >= 0) return 0;
    const int number = errno;
    temporary_.clear();
    temporary_name_ = {};
    const bool folder_is_locked = number == EACCES || number == EPERM || number == EROFS;
    if (!folder_is_locked || !target_exists) return number;
    place_ = Place::elsewhere;
    std::error_code error;
    fd_ = open_unnamed(std::filesystem::temp_directory_path(error));
    return fd_ >= 0 ? 0 : number;
}

Status OutputFile::write(std::span<const std::byte> bytes) {
    const int number = write_all(fd_, bytes);
    return number == 0 ? Status() : fail("cannot write", number);
}

Status OutputFile::commit() {
    // Some file systems tell of a full disk only when a descriptor is closed; one is still needed.
    if (const int copy = ::fcntl(fd_, F_DUPFD_CLOEXEC, 0); copy < 0 || ::close(copy) != 0) {
        const int number = errno;
        discard();
        return fail("cannot write", number);
    }
    int number = 0;
    switch (place_) {
        case Place::target: break;
        case Place::unnamed: number = name_unnamed(); break;
        case Place::named: number = replace_target(); break;
        case Place::elsewhere: number = write_over_target(); break;
    }
    discard();
    return number == 0 ? Status() : fail("cannot put the finished file in place", number);
}

int OutputFile::name_unnamed() {
    const std::string unnamed = "/proc/self/fd/" + std::to_string(fd_);
    const auto link_as = [&](const std::filesystem::path& name) {
        return ::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0
                                                                                                   : errno;
    };
    int number = link_as(target_);
    if (number != EEXIST) return number;
    // What is there can be replaced by a file with a name only.
    do {
        temporary_ = target_.parent_path() / unused_name();
        temporary_name_ = TemporaryName(temporary_);
        number = link_as(temporary_);
    } while (number == EEXIST);
    return number == 0 ? replace_target() : number;
}

int OutputFile::replace_target() {
    if (::rename(temporary_.c_str(), target_.c_str()) == 0) {
        temporary_.clear();
        return 0;
    }
    return errno == EBUSY ? write_over_target() : errno;  // a mount point
}

int OutputFile::write_over_target() {
    const int to = ::open(target_.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);
    if (to < 0) return errno;
    std::vector<std::byte> chunk(std::size_t{1} << 16);
    int number = 0;
    for (off_t at = 0; number == 0;) {
        const ssize_t got = ::pread(fd_, chunk.data(), chunk.size(), at);
        if (got == 0) break;
        if (got < 0) {
            number = errno == EINTR ? 0 : errno;
            continue;
        }
        number = write_all(to, std::span(chunk).first(static_cast<std::size_t>(got)));
        at += got;
    }
    if (::close(to) != 0 && number == 0) number = errno;
    return number;
}

Status OutputFile::fail(std::string_view what, int number) const {
    const std::string reason = std::error_code(number, std::generic_category()).message();
    return loaders::in_file(name_,
                            loaders::error(StatusCode::output_error, std::string(what) + ": " + reason));
}

void OutputFile::discard() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    temporary_.clear();
    temporary_name_ = {};
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      place_(other.place_),
      name_(std::move(other.name_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      temporary_name_(std::move(other.temporary_name_)) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(name_, other.name_);
    std::swap(target_, other.target_);
    std::swap(temporary_, other.temporary_);
    std::swap(place_, other.place_);
    std::swap(temporary_name_, other.temporary_name_);
    return *this;
}

OutputFile::~OutputFile() {
    discard();
}

Status write_file(const std::filesystem::path& path, std::string_view text) {
    auto file = OutputFile::create(path);
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
