// RegularFile on Windows.
#if defined(_WIN32)
#include <windows.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "loaders/error.hpp"
#include "loaders/file_size.hpp"
#include "loaders/regular_file.hpp"

namespace featherface::loaders {
namespace {

const auto kNoFile = reinterpret_cast<std::intptr_t>(INVALID_HANDLE_VALUE);

HANDLE handle_of(const RegularFile& file) {
    return reinterpret_cast<HANDLE>(file.handle());
}

Status windows_error(std::string_view what, DWORD number, std::string hint = {}) {
    return error(StatusCode::io_error,
                 std::string(what) + ": " + std::system_category().message(static_cast<int>(number)),
                 {.hint = std::move(hint)});
}

}  // namespace

Result<RegularFile> RegularFile::open(const std::filesystem::path& path, std::uint64_t largest) {
    const auto refuse = [&](const Status& why) { return in_file(path.string(), why); };
    if (const DWORD found = ::GetFileAttributesW(path.c_str());
        found != INVALID_FILE_ATTRIBUTES && (found & FILE_ATTRIBUTE_DIRECTORY) != 0) {
        return refuse(error(StatusCode::io_error, "not a file that can be loaded",
                            {.expected = "a regular file",
                             .found = "a directory",
                             .hint = "give the path of the file itself"}));
    }
    RegularFile file(reinterpret_cast<std::intptr_t>(::CreateFileW(
                         path.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                         nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr)),
                     0);
    if (file.handle_ == kNoFile)
        return refuse(windows_error("cannot open", ::GetLastError(), "check the path"));
    LARGE_INTEGER end{};
    if (::GetFileType(handle_of(file)) != FILE_TYPE_DISK || !::GetFileSizeEx(handle_of(file), &end)) {
        return refuse(error(StatusCode::io_error, "not a file that can be loaded",
                            {.expected = "a regular file", .found = "a pipe or a device"}));
    }
    file.size_ = static_cast<std::uint64_t>(end.QuadPart);
    if (Status status = check_file_size(file.size_, largest); !status.ok()) return refuse(status);
    return file;
}

Status RegularFile::read(std::uint64_t offset, std::span<std::byte> to) const {
    constexpr std::size_t kAtOnce = std::size_t{1} << 30;
    while (!to.empty()) {
        OVERLAPPED place{};
        place.Offset = static_cast<DWORD>(offset);
        place.OffsetHigh = static_cast<DWORD>(offset >> 32);
        DWORD got = 0;
        if (!::ReadFile(handle_of(*this), to.data(), static_cast<DWORD>(std::min(to.size(), kAtOnce)), &got,
                        &place) &&
            ::GetLastError() != ERROR_HANDLE_EOF) {
            return windows_error("cannot read", ::GetLastError());
        }
        if (got == 0) return shrank(size_, offset);
        to = to.subspan(got);
        offset += got;
    }
    return {};
}

RegularFile::RegularFile(RegularFile&& other) noexcept
    : handle_(std::exchange(other.handle_, kNoFile)), size_(other.size_) {}

RegularFile& RegularFile::operator=(RegularFile&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(size_, other.size_);
    return *this;
}

RegularFile::~RegularFile() {
    if (handle_ != kNoFile) ::CloseHandle(handle_of(*this));
}

}  // namespace featherface::loaders
#endif
