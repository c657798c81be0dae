// The zip reader: what torch, NumPy and zip programs write is read; every way of lying is refused and named.
#include "loaders/archive/zip.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "loaders/crc32.hpp"
#include "loaders/little_endian.hpp"
#include "support/bytes.hpp"
#include "support/status_checks.hpp"
#include "support/zip_writer.hpp"

using namespace featherface;
using namespace featherface::test;
using loaders::as_text;
using loaders::ZipArchive;
using loaders::ZipEntry;
using loaders::ZipMethod;

namespace {

Status status_of(const ByteString& bytes) {
    return ZipArchive::open(span_of(bytes)).status();
}

std::vector<ZipItem> two_items() {
    return {{.name = "a/first", .content = "12345"}, {.name = "a/second", .content = "678"}};
}

void check_two_items(const ByteString& bytes) {
    const Result<ZipArchive> archive = ZipArchive::open(span_of(bytes));
    REQUIRE_MESSAGE(archive.ok(), archive.status().message());
    REQUIRE(archive.value().entries().size() == 2);
    const ZipEntry* second = archive.value().find("a/second");
    REQUIRE(second != nullptr);
    CHECK(as_text(second->data) == "678");
    CHECK(second->size == 3);
    CHECK(loaders::verify_crc(*second, second->data).ok());
    CHECK(archive.value().entries()[0].name == "a/first");
    CHECK(as_text(archive.value().entries()[0].data) == "12345");
    CHECK(archive.value().find("a/third") == nullptr);
}

constexpr std::size_t kLocalFlags = 6, kLocalMethod = 8, kLocalCrc = 14, kLocalSize = 22, kLocalName = 30;
constexpr std::size_t kCentralMethod = 10, kCentralCrc = 16, kCentralPacked = 20, kCentralSize = 24,
                      kCentralOffset = 42, kCentralName = 46;
constexpr std::size_t kEndEntriesHere = 8, kEndEntries = 10, kEndSize = 12, kEndOffset = 16;

}  // namespace

TEST_CASE("crc32: the check value of the standard, at any split") {
    const ByteString digits = "123456789";
    CHECK(loaders::crc32(span_of(digits)) == 0xCBF43926u);
    CHECK(loaders::crc32({}) == 0u);
    ByteString longer;
    for (int i = 0; i < 1000; ++i) longer += static_cast<char>(i * 7);
    const std::uint32_t whole = loaders::crc32(span_of(longer));
    for (const std::size_t split : {1, 15, 16, 17, 500, 999}) {
        const std::uint32_t head = loaders::crc32(span_of(longer).first(split));
        CHECK(loaders::crc32(span_of(longer).subspan(split), head) == whole);
    }
}

TEST_CASE("zip: stored entries are found by name and handed out in place") {
    const ZipImage zip = make_zip(two_items());
    check_two_items(zip.bytes);
    const Result<ZipArchive> archive = ZipArchive::open(span_of(zip.bytes));
    CHECK(archive.value().find("a/first")->data_offset == zip.data[0]);
    CHECK(static_cast<const void*>(archive.value().find("a/first")->data.data()) ==
          zip.bytes.data() + zip.data[0]);
}

TEST_CASE("zip: data descriptors of every form are accepted") {
    for (const bool signature : {true, false}) {
        for (const bool zip64 : {true, false}) {
            std::vector<ZipItem> items = two_items();
            for (ZipItem& item : items) {
                item.descriptor = true;
                item.descriptor_signature = signature;
                item.zip64 = zip64;
            }
            check_two_items(make_zip(items).bytes);
        }
    }
}

TEST_CASE("zip: zip64 sizes, offsets and end records are read") {
    std::vector<ZipItem> items = two_items();
    items[0].zip64 = true;
    check_two_items(make_zip(items).bytes);
    check_two_items(make_zip(items, {.zip64_end = true}).bytes);
    check_two_items(make_zip(items, {.zip64_end = true, .saturated = true}).bytes);
    // The offset of a local header in the zip64 field too.
    ZipImage zip = make_zip(two_items());
    const ByteString extra =
        bytes_of(std::uint16_t{1}) + bytes_of(std::uint16_t{8}) + bytes_of(std::uint64_t{zip.local[1]});
    items = two_items();
    items[1].central_extra = extra;
    zip = make_zip(items);
    patch(zip.bytes, zip.central[1] + kCentralOffset, 0xffffffffu);
    check_two_items(zip.bytes);
}

TEST_CASE("zip: alignment padding, comments, extra fields and an archive without entries are accepted") {
    ZipImage zip = make_zip(two_items(), {.alignment = 64});
    CHECK(zip.data[0] % 64 == 0);
    CHECK(zip.data[1] % 64 == 0);
    check_two_items(zip.bytes);
    check_two_items(make_zip(two_items(), {.comment = "made by hand"}).bytes);
    std::vector<ZipItem> items = two_items();
    items[0].local_extra = items[0].central_extra =
        bytes_of(std::uint16_t{0x5455}) + bytes_of(std::uint16_t{2}) + "ab";
    check_two_items(make_zip(items).bytes);
    CHECK(status_of(make_zip({}).bytes).ok());
}

TEST_CASE("zip: a deflated entry is handed out as it lies, with the size of its content") {
    // "stored" DEFLATE block: final, type 0, length 3.
    const ByteString deflated = ByteString("\x01\x03\x00\xfc\xff", 5) + "678";
    const ZipImage zip = make_zip({{.name = "a", .content = "678", .deflated = deflated}});
    const Result<ZipArchive> archive = ZipArchive::open(span_of(zip.bytes));
    REQUIRE_MESSAGE(archive.ok(), archive.status().message());
    const ZipEntry& entry = archive.value().entries()[0];
    CHECK(entry.method == ZipMethod::deflated);
    CHECK(entry.size == 3);
    CHECK(as_text(entry.data) == deflated);
    CHECK(loaders::verify_crc(entry, span_of("678")).ok());
}

TEST_CASE("zip: an archive cut short anywhere is refused") {
    const ZipImage zip = make_zip(two_items(), {.zip64_end = true});
    for (std::size_t size = 0; size < zip.bytes.size(); ++size) {
        CHECK_FALSE(status_of(zip.bytes.substr(0, size)).ok());
    }
    check_refused(status_of(zip.bytes.substr(0, zip.bytes.size() - 1)), StatusCode::malformed,
                  {"no end record", "cut short"});
}

TEST_CASE("zip: bytes added after the end record are refused") {
    check_refused(status_of(make_zip(two_items()).bytes + "x"), StatusCode::malformed,
                  {"no end record", "added"});
}

TEST_CASE("zip: an end record inside the comment is refused") {
    const ByteString inner = make_zip({}).bytes;
    check_refused(status_of(make_zip(two_items(), {.comment = inner}).bytes), StatusCode::malformed,
                  {"another end record inside the archive's comment"});
    check_refused(status_of(make_zip(two_items(), {.comment = inner + "more"}).bytes), StatusCode::malformed,
                  {"another end record inside the archive's comment"});
}

TEST_CASE("zip: two end records are refused") {
    const ZipImage zip = make_zip(two_items());
    check_refused(status_of(zip.bytes + zip.bytes.substr(zip.end)), StatusCode::malformed,
                  {"two end records"});
}

TEST_CASE("zip: bytes before the archive are refused, whether its offsets count them or not") {
    check_refused(status_of("junk" + make_zip(two_items()).bytes), StatusCode::malformed,
                  {"bytes before the archive", "4 bytes of something else"});
    check_refused(status_of("junk" + make_zip(two_items(), {.zip64_end = true}).bytes), StatusCode::malformed,
                  {"bytes before the archive", "4 bytes of something else"});
    ZipImage zip = make_zip(two_items());
    zip.bytes.insert(0, "junk");
    for (const std::size_t central : zip.central) {
        const std::size_t at = central + 4 + kCentralOffset;
        patch(zip.bytes, at, peek<std::uint32_t>(zip.bytes, at) + 4);
    }
    const std::size_t at = zip.end + 4 + kEndOffset;
    patch(zip.bytes, at, peek<std::uint32_t>(zip.bytes, at) + 4);
    check_refused(status_of(zip.bytes), StatusCode::malformed, {"bytes before the archive", "found 4"});
}

TEST_CASE("zip: zip64 records that lie are refused") {
    const ZipImage good = make_zip(two_items(), {.zip64_end = true, .saturated = true});
    const auto refused = [&](std::size_t offset, std::uint64_t value,
                             std::initializer_list<std::string_view> words) {
        ByteString bytes = good.bytes;
        patch(bytes, offset, value);
        check_refused(status_of(bytes), StatusCode::malformed, words);
    };
    refused(good.locator + 8, 0, {"no zip64 end record"});
    refused(good.locator + 8, ~std::uint64_t{0}, {"no zip64 end record"});
    refused(good.end64 + 4, 45, {"wrong length"});
    refused(good.end64 + 4, ~std::uint64_t{0}, {"wrong length"});
    refused(good.end64 + 40, ~std::uint64_t{0}, {"does not fit"});
    refused(good.end64 + 48, ~std::uint64_t{0}, {"does not fit"});
    refused(good.end64 + 48, 1, {"does not end where"});

    ByteString bytes = good.bytes;
    patch(bytes, good.end64 + 24, std::uint64_t{1} << 40);
    patch(bytes, good.end64 + 32, std::uint64_t{1} << 40);
    check_refused(status_of(bytes), StatusCode::limit_exceeded,
                  {"too many entries", "65535", "1099511627776"});

    const ZipImage plain = make_zip(two_items(), {.zip64_end = true});
    bytes = plain.bytes;
    patch(bytes, plain.end + kEndSize, peek<std::uint32_t>(bytes, plain.end + kEndSize) - 1);
    check_refused(status_of(bytes), StatusCode::malformed, {"zip64 end record contradicts the plain one"});
}

TEST_CASE("zip: zip64 sizes of an entry that lie or are missing are refused") {
    std::vector<ZipItem> items = two_items();
    items[0].zip64 = true;
    const ZipImage good = make_zip(items);
    ByteString bytes = good.bytes;
    const std::size_t central_zip64 = good.central[0] + kCentralName + items[0].name.size();
    patch(bytes, central_zip64 + 4, ~std::uint64_t{0});
    patch(bytes, central_zip64 + 12, ~std::uint64_t{0});
    check_refused(status_of(bytes), StatusCode::malformed, {"'a/first'", "reaches past the entries"});
    bytes = good.bytes;
    patch(bytes, central_zip64, std::uint16_t{2});
    check_refused(status_of(bytes), StatusCode::malformed, {"'a/first'", "lacks the zip64 field"});
    items[0].central_extra = bytes.substr(central_zip64, 20);
    patch(items[0].central_extra, 0, std::uint16_t{1});
    check_refused(status_of(make_zip(items).bytes), StatusCode::malformed, {"two zip64 fields"});
}

TEST_CASE("zip: encrypted entries and unknown methods are refused as unsupported") {
    for (const int flag : {1, 1 << 6, 1 << 13}) {
        std::vector<ZipItem> items = two_items();
        items[1].flags = static_cast<std::uint16_t>(flag);
        check_refused(status_of(make_zip(items).bytes), StatusCode::unsupported, {"'a/second' is encrypted"});
    }
    ZipImage zip = make_zip(two_items());
    patch(zip.bytes, zip.central[0] + kCentralMethod, std::uint16_t{12});
    check_refused(status_of(zip.bytes), StatusCode::unsupported, {"'a/first'", "method 12"});
}

TEST_CASE("zip: duplicate names are refused") {
    check_refused(status_of(make_zip({{.name = "a", .content = "1"}, {.name = "a", .content = "2"}}).bytes),
                  StatusCode::malformed, {"two entries are named 'a'"});
}

TEST_CASE("zip: names that leave the archive or hide something are refused") {
    using namespace std::string_literals;
    const auto refused = [](const std::string& name, std::string_view why) {
        check_refused(status_of(make_zip({{.name = name, .content = "1"}}).bytes), StatusCode::malformed,
                      {why});
    };
    refused("../etc/passwd", "leads out of its folder");
    refused("a/../../b", "leads out of its folder");
    refused("a/..", "leads out of its folder");
    refused("/etc/passwd", "absolute path");
    refused("C:/boot", "absolute path");
    refused("a\\b", "backslash");
    refused("a\0b"s, "control byte");
    refused("a\nb", "control byte");
    refused("", "of no bytes");
    CHECK(status_of(make_zip({{.name = "a/..b", .content = "1"}}).bytes).ok());
}

TEST_CASE("zip: overlapping entries are refused") {
    // The local header of "b" is the content of "a".
    const ZipImage inner = make_zip({{.name = "b", .content = "1"}});
    const ByteString header = inner.bytes.substr(0, inner.central[0]);
    ZipImage zip = make_zip({{.name = "a", .content = header}, {.name = "b", .content = "1"}});
    patch(zip.bytes, zip.central[1] + kCentralOffset, static_cast<std::uint32_t>(zip.data[0]));
    check_refused(status_of(zip.bytes), StatusCode::malformed, {"entry 'b' overlaps entry 'a'"});
}

TEST_CASE("zip: a local header that differs from the central one is refused") {
    const auto refused = [](std::size_t field, auto value, std::string_view what) {
        ZipImage zip = make_zip(two_items());
        patch(zip.bytes, zip.local[1] + field, value);
        check_refused(status_of(zip.bytes), StatusCode::malformed,
                      {"'a/second' has another", what, "local header"});
    };
    refused(kLocalName, 'b', "name");
    refused(kLocalFlags, std::uint16_t{2}, "set of flags");
    refused(kLocalMethod, std::uint16_t{8}, "method");
    refused(kLocalCrc, 17u, "CRC-32");
    refused(kLocalSize, 17u, "size");
    refused(kLocalSize, 0u, "size");  // 0 means "later" only with a data descriptor
    ZipImage zip = make_zip(two_items());
    patch(zip.bytes, zip.local[1], 'X');
    check_refused(status_of(zip.bytes), StatusCode::malformed, {"'a/second' has no local header"});
}

TEST_CASE("zip: a data descriptor that contradicts the directory is refused") {
    std::vector<ZipItem> items = two_items();
    items[1].descriptor = true;
    ZipImage zip = make_zip(items);
    patch(zip.bytes, zip.data[1] + 3 + 4, 17u);
    check_refused(status_of(zip.bytes), StatusCode::malformed, {"'a/second'", "data descriptor"});
}

TEST_CASE("zip: sizes and offsets past the end are refused") {
    ZipImage zip = make_zip(two_items());
    const auto refused = [&](std::size_t offset, auto value, std::string_view what) {
        ByteString bytes = zip.bytes;
        patch(bytes, offset, value);
        check_refused(status_of(bytes), StatusCode::malformed, {what});
    };
    refused(zip.central[0] + kCentralOffset, 0xfffffff0u, "has no local header");
    refused(zip.central[0] + kCentralSize, 6u, "is stored, yet has two sizes");
    refused(zip.central[0] + kCentralPacked, 6u, "is stored, yet has two sizes");
    refused(zip.central[0], 'X', "no central directory header");
    refused(zip.central[1] + 28, std::uint16_t{0xffff}, "reaches past the directory's end");
    refused(zip.end + kEndSize, 0xfffffff0u, "does not fit before the end record");
    refused(zip.end + kEndOffset, 3u, "does not end where the end record begins");
}

TEST_CASE("zip: a number of entries other than the end record says is refused") {
    for (const int count : {0, 1, 3}) {
        ZipImage zip = make_zip(two_items());
        patch(zip.bytes, zip.end + kEndEntriesHere, static_cast<std::uint16_t>(count));
        patch(zip.bytes, zip.end + kEndEntries, static_cast<std::uint16_t>(count));
        check_refused(status_of(zip.bytes), StatusCode::malformed,
                      {"another number of entries", std::to_string(count)});
    }
}

TEST_CASE("zip: over 65,535 entries are refused before any is read") {
    std::vector<ZipItem> items;
    for (int i = 0; i < 65536; ++i) items.push_back({.name = std::to_string(i), .content = {}});
    check_refused(status_of(make_zip(items, {.zip64_end = true, .saturated = true}).bytes),
                  StatusCode::limit_exceeded, {"too many entries", "at most 65535", "found 65536"});
    items.pop_back();
    CHECK(status_of(make_zip(items, {.zip64_end = true, .saturated = true}).bytes).ok());
}

TEST_CASE("zip: several disks are refused as unsupported") {
    ZipImage zip = make_zip(two_items());
    patch(zip.bytes, zip.end + 4, std::uint16_t{1});
    check_refused(status_of(zip.bytes), StatusCode::unsupported, {"several disks"});
}

TEST_CASE("zip: a wrong CRC is refused and names the entry") {
    ZipImage zip = make_zip(two_items());
    zip.bytes[zip.data[1]] = 'X';
    const Result<ZipArchive> archive = ZipArchive::open(span_of(zip.bytes));
    REQUIRE(archive.ok());
    const ZipEntry& second = archive.value().entries()[1];
    check_refused(loaders::verify_crc(second, second.data), StatusCode::malformed,
                  {"'a/second' has a wrong CRC-32", "expected 0x", "at byte " + std::to_string(zip.data[1])});
    patch(zip.bytes, zip.central[0] + kCentralCrc, 1u);
    check_refused(status_of(zip.bytes), StatusCode::malformed, {"'a/first' has another CRC-32"});
}

TEST_CASE("zip: an extra field longer than its header is refused") {
    std::vector<ZipItem> items = two_items();
    const ByteString overflow = bytes_of(std::uint16_t{0x5455}) + bytes_of(std::uint16_t{200}) + "ab";
    items[0].central_extra = overflow;
    check_refused(status_of(make_zip(items).bytes), StatusCode::malformed,
                  {"'a/first'", "extra field longer", "200"});
    items[0].central_extra = {};
    items[0].local_extra = overflow;
    check_refused(status_of(make_zip(items).bytes), StatusCode::malformed,
                  {"'a/first'", "extra field longer", "200"});
    items[0].local_extra = "abc";
    check_refused(status_of(make_zip(items).bytes), StatusCode::malformed,
                  {"'a/first'", "extra field longer"});
}

TEST_CASE("zip: a deflated size that cannot be is refused") {
    std::vector<ZipItem> items = two_items();
    items[0].deflated = "12345";
    ZipImage zip = make_zip(items);
    patch(zip.bytes, zip.central[0] + kCentralSize, 0x7fffffffu);
    check_refused(status_of(zip.bytes), StatusCode::malformed, {"'a/first' claims a size that cannot be"});
}

TEST_CASE("zip: control bytes of a hostile name do not reach the message") {
    const Status status = status_of(make_zip({{.name = "\x1b[2Jboo", .content = "1"}}).bytes);
    CHECK(status.message().find('\x1b') == std::string::npos);
    check_refused(status, StatusCode::malformed, {"\\x1b[2Jboo"});
}
