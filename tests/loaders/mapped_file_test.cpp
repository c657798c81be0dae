// Files that cannot be loaded are refused before anything waits, is mapped or is allocated, and a loaded file
// stays whatever becomes of it on disk.
#include "loaders/mapped_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "support/files.hpp"
#include "support/peak_memory.hpp"
#include "support/sanitized.hpp"
#include "support/status_checks.hpp"
#include "support/unprivileged.hpp"

using namespace featherface;
using namespace featherface::test;
using loaders::FileParts;
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

TEST_CASE("file: what its ends and its size promise is known before more is read, and is a limit") {
    const TempDir dir;
    const std::string path = dir / "sparse";
    write_file(path, "begin");
    fs::resize_file(path, (std::uintmax_t{1} << 30) - 3);
    std::ofstream(path, std::ios::app) << "end";
    std::vector<std::size_t> beginnings;
    std::uint64_t allowed = 0;
    const auto open = [&] {
        beginnings.clear();
        return MappedFile::open(path, loaders::kLargestFileBytes,
                                [&](const loaders::FileEnds& ends) -> Result<std::uint64_t> {
                                    beginnings.push_back(ends.beginning.size());
                                    CHECK(loaders::as_text(ends.beginning).starts_with("begin"));
                                    CHECK(loaders::as_text(ends.end).ends_with("end"));
                                    CHECK(ends.size == std::uint64_t{1} << 30);
                                    if (allowed == 0) return loaders::malformed("no such file");
                                    return allowed;
                                })
            .status();
    };
    const std::size_t memory = peak_memory([&] {
        for (allowed = 0; allowed < 3; ++allowed) static_cast<void>(open());
    });
    if (!kSanitized) CHECK(memory < std::size_t{4} << 20);
    allowed = 0;
    check_refused(open(), StatusCode::malformed, {path + ": no such file"});
    CHECK(beginnings == std::vector{loaders::kFileBeginning});
    // It is asked again once so much has been read: a frame header may stand behind metadata.
    allowed = 200'000;
    check_refused(open(), StatusCode::limit_exceeded, {"at most 200000", "found 1073741824"});
    CHECK(beginnings == std::vector<std::size_t>{loaders::kFileBeginning, 200'000});
}

TEST_CASE("file: a short one is read before it is asked about, and may be refused as well") {
    const TempDir dir;
    write_file(dir / "a", "some bytes");
    const auto open = [&](std::uint64_t allowed) {
        return MappedFile::open(dir / "a", 100, [&](const loaders::FileEnds& ends) -> Result<std::uint64_t> {
            CHECK(loaders::as_text(ends.beginning) == "some bytes");
            CHECK(loaders::as_text(ends.end) == "some bytes");
            return allowed;
        });
    };
    CHECK(open(10).ok());
    check_refused(open(9).status(), StatusCode::limit_exceeded, {"at most 9", "found 10"});
}

TEST_CASE("file parts: only what is asked for is read, whatever the size, and can be given back") {
    const TempDir dir;
    const std::string path = dir / "dump";
    write_file(path, "begin");
    const std::uint64_t hole = std::uint64_t{sizeof(void*) == 4 ? 1u : 8u} << 30;  // 32 bits address no more
    fs::resize_file(path, hole);
    std::ofstream(path, std::ios::app) << "end";
    Result<FileParts> parts = FileParts::open(path, std::uint64_t{9} << 30);
    REQUIRE_MESSAGE(parts.ok(), parts.status().message());
    const std::uint64_t size = parts->bytes().size();
    CHECK(size == hole + 3);
    CHECK(parts->bytes()[0] == std::byte{0});
    REQUIRE(parts->load(2, 1).ok());
    REQUIRE(parts->load(size - 3, 100).ok());
    REQUIRE(parts->load(size, 1).ok());
    CHECK(loaders::as_text(parts->bytes().first(5)) == "begin");
    CHECK(loaders::as_text(parts->bytes().last(3)) == "end");
    REQUIRE(parts->load(0, 1 << 20).ok());
    parts->drop(0, 1 << 20);
    CHECK(parts->bytes()[0] == std::byte{0});
    REQUIRE(parts->load(0, 5).ok());
    CHECK(loaders::as_text(parts->bytes().first(5)) == "begin");
}

TEST_CASE("file parts: a file that is cut meanwhile is an error, and what was read stays") {
    const TempDir dir;
    const std::string path = dir / "dump";
    write_file(path, std::string(100'000, 'x'));
    Result<FileParts> parts = FileParts::open(path, 1 << 20);
    REQUIRE(parts.ok());
    REQUIRE(parts->load(0, 10).ok());
    fs::resize_file(path, 50'000);
    CHECK(parts->load(0, 10).ok());
    check_refused(parts->load(60'000, 10), StatusCode::io_error, {"shrank while it was read"});
    CHECK(loaders::as_text(parts->bytes().first(10)) == std::string(10, 'x'));
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
