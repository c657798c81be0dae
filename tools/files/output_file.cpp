#include "tools/files/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

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
    std::error_code unresolved;
    file.target_ = std::filesystem::canonical(path, unresolved);
    if (unresolved == std::errc::no_such_file_or_directory) {
        file.target_ = followed(path);
    } else if (unresolved) {
        return file.fail("cannot write", unresolved.value());
    }

    struct stat info {};
    const bool exists = ::stat(file.target_.c_str(), &info) == 0;
    if (exists && S_ISDIR(info.st_mode)) return file.fail("cannot write", EISDIR);
    if (exists && ::access(file.target_.c_str(), W_OK) != 0) return file.fail("cannot write", errno);
    if (exists && !S_ISREG(info.st_mode)) {
        file.fd_ = ::open(file.target_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
        if (file.fd_ < 0) return file.fail("cannot write", errno);
        return file;
    }
    static std::atomic<unsigned> counter = 0;
    do {
        file.temporary_ = file.target_.parent_path() / (".featherface-" + std::to_string(::getpid()) + "-" +
                                                        std::to_string(counter++) + ".tmp");
        file.fd_ = ::open(file.temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (file.fd_ < 0 && errno == EEXIST);
    if (file.fd_ < 0) {
        const int number = errno;
        file.temporary_.clear();
        return file.fail("cannot write", number);
    }
    // The new file keeps the old one's permissions; where that is not allowed, it has the usual ones.
    if (exists) static_cast<void>(::fchmod(file.fd_, info.st_mode & 07777) == 0);
    return file;
}

Status OutputFile::write(std::span<const std::byte> bytes) {
    const int number = write_all(fd_, bytes);
    return number == 0 ? Status() : fail("cannot write", number);
}

Status OutputFile::commit() {
    // Some file systems tell of a full disk only now.
    if (::close(std::exchange(fd_, -1)) != 0) {
        const int number = errno;
        discard();
        return fail("cannot write", number);
    }
    if (temporary_.empty()) return {};
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
        const int number = errno;
        discard();
        return fail("cannot put the finished file in place", number);
    }
    temporary_.clear();
    return {};
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
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      name_(std::move(other.name_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(name_, other.name_);
    std::swap(target_, other.target_);
    std::swap(temporary_, other.temporary_);
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
