// MappedFile on Windows.
#if defined(_WIN32)
#define NOMINMAX
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "loaders/error.hpp"
#include "loaders/mapped_file.hpp"

namespace featherface::loaders {
namespace {

class Handle {
  public:
    explicit Handle(HANDLE handle) : handle_(handle) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        if (valid()) ::CloseHandle(handle_);
    }
    bool valid() const { return handle_ != INVALID_HANDLE_VALUE && handle_ != nullptr; }
    HANDLE get() const { return handle_; }

  private:
    HANDLE handle_;
};

Status system_error(std::string_view what, DWORD number, std::string hint = {}) {
    return error(StatusCode::io_error,
                 std::string(what) + ": " + std::system_category().message(static_cast<int>(number)),
                 {.hint = std::move(hint)});
}

Status read_all(HANDLE file, std::byte* to, std::uint64_t size) {
    constexpr std::uint64_t kAtOnce = std::uint64_t{1} << 30;
    std::uint64_t done = 0;
    while (done < size) {
        DWORD got = 0;
        if (!::ReadFile(file, to + done, static_cast<DWORD>(std::min(size - done, kAtOnce)), &got, nullptr)) {
            return system_error("cannot read", ::GetLastError());
        }
        if (got == 0) {
            return error(StatusCode::io_error, "the file shrank while it was read",
                         {.expected = count_of(size, "byte"),
                          .found = std::to_string(done),
                          .hint = "wait until whatever writes it has finished"});
        }
        done += got;
    }
    return {};
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path& path, std::uint64_t largest,
                                    std::uint64_t largest_copied) {
    const auto refuse = [&](const Status& why) { return in_file(path.string(), why); };
    if (const DWORD found = ::GetFileAttributesW(path.c_str());
        found != INVALID_FILE_ATTRIBUTES && (found & FILE_ATTRIBUTE_DIRECTORY) != 0) {
        return refuse(error(StatusCode::io_error, "not a file that can be loaded",
                            {.expected = "a regular file",
                             .found = "a directory",
                             .hint = "give the path of the file itself"}));
    }
    const Handle file(::CreateFileW(path.c_str(), GENERIC_READ,
                                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                    OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!file.valid()) return refuse(system_error("cannot open", ::GetLastError(), "check the path"));
    LARGE_INTEGER end{};
    if (::GetFileType(file.get()) != FILE_TYPE_DISK || !::GetFileSizeEx(file.get(), &end)) {
        return refuse(error(StatusCode::io_error, "not a file that can be loaded",
                            {.expected = "a regular file", .found = "a pipe or a device"}));
    }
    const auto size = static_cast<std::uint64_t>(end.QuadPart);
    if (size == 0) return refuse(malformed("the file is empty", {.hint = "download or copy it again"}));
    if (size > largest) {
        return refuse(
            error(StatusCode::limit_exceeded, "the file is too large",
                  {.expected = "at most " + count_of(largest, "byte"), .found = std::to_string(size)}));
    }
    // A section without a file is memory like any other, so that both kinds are given back in one way.
    const bool copied = size <= largest_copied;
    const Handle section(::CreateFileMappingW(
        copied ? INVALID_HANDLE_VALUE : file.get(), nullptr, copied ? PAGE_READWRITE : PAGE_READONLY,
        static_cast<DWORD>(size >> 32), static_cast<DWORD>(size), nullptr));
    void* const map = section.valid()
                          ? ::MapViewOfFile(section.get(), copied ? FILE_MAP_WRITE : FILE_MAP_READ, 0, 0,
                                            static_cast<std::size_t>(size))
                          : nullptr;
    if (map == nullptr) return refuse(system_error("cannot map the file", ::GetLastError()));
    auto* data = static_cast<std::byte*>(map);
    MappedFile result(std::span<const std::byte>(data, static_cast<std::size_t>(size)));
    if (copied) {
        if (const Status status = read_all(file.get(), data, size); !status.ok()) return refuse(status);
        DWORD before = 0;
        ::VirtualProtect(map, static_cast<std::size_t>(size), PAGE_READONLY, &before);
    }
    return result;
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::UnmapViewOfFile(bytes_.data());
}

}  // namespace featherface::loaders
#endif
