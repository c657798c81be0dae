#include "loaders/mapped_file.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "loaders/error.hpp"

namespace featherface::loaders {
namespace {

constexpr std::uint64_t kPage = 4096;                    // of FileParts; the system's may be larger
constexpr std::size_t kFileEnd = kFileBeginning + 1024;  // of a zip archive: all that its end record may take

// Reads as much of the file as is allowed, its ends first.
Status read_allowed(const RegularFile& file, std::span<std::byte> to, const Allowance& allowance) {
    const std::uint64_t size = to.size();
    std::uint64_t beginning = 0;
    if (allowance && size > kFileBeginning + kFileEnd) {
        const auto end = to.last(kFileEnd);
        beginning = kFileBeginning;
        if (Status status = file.read(0, to.first(beginning)); !status.ok()) return status;
        if (Status status = file.read(size - kFileEnd, end); !status.ok()) return status;
        for (;;) {
            const auto allowed = allowance({to.first(beginning), end, size});
            if (!allowed.ok()) return allowed.status();
            if (allowed.value() >= size) break;
            if (allowed.value() <= beginning) return beyond_allowance(allowed.value(), size);
            const auto more = to.subspan(beginning, allowed.value() - beginning);
            if (Status status = file.read(beginning, more); !status.ok()) return status;
            beginning = allowed.value();
        }
    }
    if (Status status = file.read(beginning, to.subspan(beginning)); !status.ok()) return status;
    if (!allowance || beginning > 0) return {};
    const auto allowed = allowance({to, to, size});
    if (!allowed.ok()) return allowed.status();
    return allowed.value() >= size ? Status() : beyond_allowance(allowed.value(), size);
}

}  // namespace

Status beyond_allowance(std::uint64_t allowed, std::uint64_t size) {
    return error(StatusCode::limit_exceeded, "more bytes than the headers account for",
                 {.expected = "at most " + std::to_string(allowed),
                  .found = size > 0 ? std::to_string(size) : std::string(),
                  .hint = "cut off what does not belong to it"});
}

Result<MappedFile> MappedFile::open(const std::filesystem::path& path, std::uint64_t largest,
                                    const Allowance& allowance) {
    const auto file = RegularFile::open(path, largest);
    if (!file.ok()) return file.status();
    const auto refuse = [&](const Status& why) { return in_file(path.string(), why); };
    auto map = MemoryMap::make(file->size());
    if (!map.ok()) return refuse(map.status());
    const std::span<std::byte> bytes = map->bytes();
    if (Status status = read_allowed(file.value(), bytes, allowance); !status.ok()) return refuse(status);
    map->protect();
    return MappedFile(std::move(map).value());
}

Result<FileParts> FileParts::open(const std::filesystem::path& path, std::uint64_t largest) {
    auto file = RegularFile::open(path, largest);
    if (!file.ok()) return file.status();
    auto map = MemoryMap::make(file->size());
    if (!map.ok()) return in_file(path.string(), map.status());
    return FileParts(std::move(file).value(), std::move(map).value());
}

FileParts::FileParts(RegularFile file, MemoryMap map)
    : file_(std::move(file)), map_(std::move(map)), loaded_(map_.bytes().size() / kPage + 1) {}

Status FileParts::load(std::uint64_t offset, std::uint64_t size) {
    const std::uint64_t all = map_.bytes().size();
    if (offset >= all || size == 0) return {};
    const std::uint64_t end = (offset + std::min(size, all - offset) - 1) / kPage + 1;
    for (std::uint64_t page = offset / kPage; page < end;) {
        std::uint64_t last = page;
        while (last < end && !loaded_[last]) ++last;
        if (last > page) {
            const auto wanted =
                map_.bytes().subspan(page * kPage, std::min(last * kPage, all) - page * kPage);
            if (Status status = file_.read(page * kPage, wanted); !status.ok()) return status;
            std::fill(loaded_.begin() + static_cast<std::ptrdiff_t>(page),
                      loaded_.begin() + static_cast<std::ptrdiff_t>(last), true);
        }
        page = std::max(last, page + 1);
    }
    return {};
}

void FileParts::drop(std::uint64_t offset, std::uint64_t size) {
    // Only whole pages can be given back, of whatever size the system has them; where it refuses, memory is
    // kept a while.
    constexpr std::uint64_t kLargestPage = std::uint64_t{1} << 16;
    const std::uint64_t begin = (offset + kLargestPage - 1) / kLargestPage * kLargestPage;
    const std::uint64_t end = (offset + size) / kLargestPage * kLargestPage;
    if (end <= begin || !map_.drop(begin, end - begin)) return;
    std::fill(loaded_.begin() + static_cast<std::ptrdiff_t>(begin / kPage),
              loaded_.begin() + static_cast<std::ptrdiff_t>(end / kPage), false);
}

}  // namespace featherface::loaders
