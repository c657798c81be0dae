// For systems as POSIX has them; mapped_file_windows.cpp is the other.
#if !defined(_WIN32)
#include "loaders/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "loaders/error.hpp"

namespace featherface::loaders {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }

  private:
    int fd_;
};

Status system_error(std::string_view what, int number, std::string hint = {}) {
    return error(StatusCode::io_error,
                 std::string(what) + ": " + std::error_code(number, std::generic_category()).message(),
                 {.hint = std::move(hint)});
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

Status shrank(std::uint64_t expected, std::uint64_t found) {
    return error(StatusCode::io_error, "the file shrank while it was read",
                 {.expected = count_of(expected, "byte"),
                  .found = std::to_string(found),
                  .hint = "wait until whatever writes it has finished"});
}

Status read_all(int fd, std::byte* to, std::uint64_t size) {
    std::uint64_t done = 0;
    while (done < size) {
        const ssize_t got = ::pread(fd, to + done, size - done, static_cast<off_t>(done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error("cannot read", errno);
        if (got == 0) return shrank(size, done);
        done += static_cast<std::uint64_t>(got);
    }
    return {};
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path& path, std::uint64_t largest,
                                    std::uint64_t largest_copied) {
    // O_NONBLOCK is there because opening a pipe must not wait for its writer.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    const auto refuse = [&](const Status& why) { return in_file(path.string(), why); };
    if (file.get() < 0) return refuse(cannot_open(errno));
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return refuse(system_error("cannot read", errno));
    if (!S_ISREG(info.st_mode)) return refuse(not_regular(info.st_mode));
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (size == 0) {
        return refuse(malformed("the file is empty", {.hint = "download or copy it again"}));
    }
    if (size > largest) {
        return refuse(
            error(StatusCode::limit_exceeded, "the file is too large",
                  {.expected = "at most " + count_of(largest, "byte"), .found = std::to_string(size)}));
    }
    const bool copied = size <= largest_copied;
    void* map = ::mmap(nullptr, size, copied ? PROT_READ | PROT_WRITE : PROT_READ,
                       copied ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_PRIVATE, copied ? -1 : file.get(), 0);
    if (map == MAP_FAILED) return refuse(system_error("cannot map the file", errno));
    auto* data = static_cast<std::byte*>(map);
    MappedFile result(std::span<const std::byte>(data, size));
    if (copied) {
        if (const Status status = read_all(file.get(), data, size); !status.ok()) return refuse(status);
        ::mprotect(map, size, PROT_READ);
    }
    return result;
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace featherface::loaders
#endif
