// Files that cannot be loaded are refused before anything waits, is mapped or is allocated, and a loaded file
// stays whatever becomes of it on disk.
#include "loaders/mapped_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "loaders/little_endian.hpp"
#include "support/files.hpp"
#include "support/status_checks.hpp"
#include "support/unprivileged.hpp"

using namespace featherface;
using namespace featherface::test;
using loaders::MappedFile;
namespace fs = std::filesystem;

namespace {

void refused(const fs::path& path, StatusCode code, std::initializer_list<std::string_view> words) {
    const Status status = MappedFile::open(path).status();
    check_refused(status, code, words);
    CHECK_MESSAGE(status.message().starts_with(path.string() + ": "), status.message());
}

}  // namespace

TEST_CASE("file: its bytes are there, page-aligned, and stay where they are when it is moved") {
    const TempDir dir;
    write_file(dir / "a", "some bytes");
    Result<MappedFile> file = MappedFile::open(dir / "a");
    REQUIRE_MESSAGE(file.ok(), file.status().message());
    CHECK(loaders::as_text(file->bytes()) == "some bytes");
    const void* data = file->bytes().data();
    CHECK(reinterpret_cast<std::uintptr_t>(data) % 4096 == 0);
    const MappedFile moved = std::move(file).value();
    CHECK(static_cast<const void*>(moved.bytes().data()) == data);
}

TEST_CASE("file: one that is cut, overwritten or deleted after loading does no harm, large ones too") {
    const TempDir dir;
    for (const std::size_t size : {std::size_t{100'000}, std::size_t{65} << 20}) {
        const std::string content(size, 'x');
        write_file(dir / "a", content);
        const Result<MappedFile> file = MappedFile::open(dir / "a");
        REQUIRE(file.ok());
        fs::resize_file(dir / "a", 10);
        CHECK((loaders::as_text(file.value().bytes()) == content));
        write_file(dir / "a", "other");
        fs::remove(dir / "a");
        CHECK((loaders::as_text(file.value().bytes()) == content));
    }
}

TEST_CASE("file: one that shrinks while it is read is refused, not fatal") {
    // The kernel gives this file a size of one page and some digits of content, as if it had just been cut.
    const fs::path page = "/sys/kernel/uevent_seqnum";
    if (fs::exists(page)) {
        REQUIRE(fs::file_size(page) > 100);
        refused(page, StatusCode::io_error, {"shrank while it was read"});
    }
    // This is any file, cut at a time of the test's choosing.
    const TempDir dir;
    const fs::path path = dir / "a";
    constexpr std::uintmax_t kSize = std::uintmax_t{200} << 20;
    bool seen = false;
    for (int attempt = 0; attempt < 100 && !seen; ++attempt) {
        write_file(path, "");
        fs::resize_file(path, kSize);
        std::thread cutter([&] { fs::resize_file(path, 1000); });
        const Result<MappedFile> file = MappedFile::open(path);
        cutter.join();
        if (file.ok()) continue;  // the cut came before or after
        seen = true;
        check_refused(file.status(), StatusCode::io_error,
                      {"shrank while it was read", "expected 209715200 bytes"});
    }
    if (!fs::exists(page)) CHECK_MESSAGE(seen, "the file was never cut in the middle of reading");
}

TEST_CASE("file: one larger than any checkpoint is mapped, not read, where the caller allows it") {
    const TempDir dir;
    write_file(dir / "sparse", "begin");
    fs::resize_file(dir / "sparse", loaders::kLargestFileBytes + 1);
    refused(dir / "sparse", StatusCode::limit_exceeded, {"too large"});
    const Result<MappedFile> file = MappedFile::open(dir / "sparse", loaders::kLargestFileBytes + 1);
    REQUIRE_MESSAGE(file.ok(), file.status().message());
    CHECK(file.value().bytes().size() == loaders::kLargestFileBytes + 1);
    CHECK(loaders::as_text(file.value().bytes().first(5)) == "begin");
}

TEST_CASE("file: what is larger than the caller wants copied is mapped from disk, what is not is a copy") {
    const TempDir dir;
    const std::string name = (dir / "dump").string();
    write_file(name, "twelve bytes");
    const auto is_mapped_from_disk = [&] {
        std::ifstream maps("/proc/self/maps");
        return std::string(std::istreambuf_iterator<char>(maps), {}).find(name) != std::string::npos;
    };
    for (const std::uint64_t largest_copied : {11, 12}) {
        const Result<MappedFile> file = MappedFile::open(name, 100, largest_copied);
        REQUIRE(file.ok());
        CHECK(loaders::as_text(file.value().bytes()) == "twelve bytes");
        CHECK(is_mapped_from_disk() == (largest_copied < 12));
    }
}

TEST_CASE("file: a sparse file of 10 GB is refused by its size") {
    const TempDir dir;
    write_file(dir / "sparse", "");
    fs::resize_file(dir / "sparse", std::uintmax_t{10} << 30);
    refused(dir / "sparse", StatusCode::limit_exceeded, {"too large", "10737418240", "at most 2147483648"});
}

TEST_CASE("file: missing, a directory, or a name below a file") {
    const TempDir dir;
    refused(dir / "missing", StatusCode::io_error, {"cannot open", "No such file", "check the path"});
    refused(dir.path(), StatusCode::io_error, {"found a directory"});
    write_file(dir / "a", "x");
    refused(dir.path() / "a" / "b", StatusCode::io_error, {"cannot open", "Not a directory"});
}

TEST_CASE("file: an empty one is refused") {
    const TempDir dir;
    write_file(dir / "empty", "");
    refused(dir / "empty", StatusCode::malformed, {"the file is empty", "download or copy it again"});
}

TEST_CASE("file: pipes and devices are refused at once") {
    const TempDir dir;
    const fs::path fifo = dir / "fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    refused(fifo, StatusCode::io_error, {"expected a regular file", "found a pipe"});
    refused("/dev/zero", StatusCode::io_error, {"expected a regular file", "found a character device"});
}

TEST_CASE("file: a symbolic link is followed, a loop of them refused") {
    const TempDir dir;
    write_file(dir / "a", "x");
    fs::create_symlink("a", dir / "link");
    CHECK(MappedFile::open(dir / "link").ok());
    fs::create_symlink("loop2", dir / "loop1");
    fs::create_symlink("loop1", dir / "loop2");
    refused(dir / "loop1", StatusCode::io_error, {"cannot open", "leads back to itself"});
}

TEST_CASE("file: one without permission is refused") {
    const TempDir dir;
    const fs::path path = dir / "secret";
    write_file(path, "x");
    fs::permissions(dir.path(), fs::perms::all);
    fs::permissions(path, fs::perms::none);
    check_refused(without_privileges([&] { return MappedFile::open(path).status(); }), StatusCode::io_error,
                  {path.string(), "Permission denied", "readable by this user"});
}
