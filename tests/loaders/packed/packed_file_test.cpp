// The container of packed models: what is written is read, and nothing else is.
#include "loaders/packed/packed_file.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/packed_bytes.hpp"
#include "support/status_checks.hpp"

namespace featherface::loaders {

namespace {

using test::ByteString;

const std::string kSource = "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef";

ByteString file_of(std::span<const PackedSection> sections) {
    const std::vector<std::byte> bytes = make_packed_file(sections, kSource);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Two sections, of 5 and of 100 bytes.
ByteString small_file() {
    static const ByteString long_text(100, 'x');
    const PackedSection sections[] = {{.name = "name", .pieces = {test::span_of("hello")}},
                                      {.name = "licence", .pieces = {test::span_of(long_text)}}};
    return file_of(sections);
}

// What reading all of a file comes to.
Status status_of(std::string_view bytes) {
    const auto file = PackedFile::read(test::span_of(bytes));
    if (!file.ok()) return file.status();
    for (const PackedFile::Section& section : file->sections()) {
        if (Status status = file->check(section); !status.ok()) return status;
    }
    return {};
}

void check_refused(const ByteString& file, std::initializer_list<std::string_view> words) {
    test::check_refused(status_of(file), StatusCode::malformed, words);
}

}  // namespace

TEST_CASE("packed file: sections come back as they were written, each on a boundary of 64 bytes") {
    const ByteString bytes = small_file();
    CHECK(bytes.size() == 64 + 2 * 64 + 64 + 128);
    const auto file = PackedFile::read(test::span_of(bytes));
    REQUIRE_MESSAGE(file.ok(), file.status().message());
    CHECK(file->source_sha256() == kSource);
    REQUIRE(file->sections().size() == 2);
    for (const PackedFile::Section& section : file->sections()) {
        CHECK((reinterpret_cast<const char*>(section.bytes.data()) - bytes.data()) % 64 == 0);
        CHECK(file->check(section).ok());
    }
    CHECK(file->text("name").value() == "hello");
    CHECK(file->text("licence").value() == std::string(100, 'x'));
    CHECK(file->text("no such").value().empty());
    CHECK(file->find("no such") == nullptr);
}

TEST_CASE("packed file: pieces of weights begin on boundaries of their own") {
    const PackedSection sections[] = {{.name = "for avx2",
                                       .pieces = {test::span_of("abcd"), test::span_of("efgh")},
                                       .layout = 77,
                                       .pieces_aligned = true}};
    const ByteString bytes = file_of(sections);
    const auto file = PackedFile::read(test::span_of(bytes));
    REQUIRE(file.ok());
    const auto* section = file->find("for avx2");
    REQUIRE(section != nullptr);
    CHECK(section->layout == 77);
    CHECK(section->bytes.size() == 128);
    CHECK(bytes.substr(128, 5) == std::string("abcd\0", 5));
    CHECK(bytes.substr(192, 4) == "efgh");
}

TEST_CASE("packed file: cut short anywhere it is refused, and so is one with something behind it") {
    const ByteString bytes = small_file();
    REQUIRE(status_of(bytes).ok());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CAPTURE(size);
        const auto file = PackedFile::read(test::span_of(std::string_view(bytes).substr(0, size)));
        REQUIRE_FALSE(file.ok());
        CHECK(file.status().code() == StatusCode::malformed);
    }
    CHECK_FALSE(PackedFile::read(test::span_of(bytes + 'x')).ok());
}

TEST_CASE("packed file: a bit turned anywhere is noticed") {
    const ByteString good = small_file();
    const std::size_t table_end = 64 + 2 * 64;
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            ByteString bytes = good;
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
            CAPTURE(at);
            CAPTURE(bit);
            // One in the header is noticed before anything else is looked at.
            if (at < table_end) REQUIRE_FALSE(PackedFile::read(test::span_of(bytes)).ok());
            const Status status = status_of(bytes);
            REQUIRE_FALSE(status.ok());
            CHECK(status.message().find("packed model: ") == 0);
        }
    }
}

TEST_CASE("packed file: a table that is sealed and yet makes no sense is refused, with what and where") {
    using namespace test::ffm;
    const ByteString good = small_file();
    const std::size_t first = kHeader, second = kHeader + kEntry;
    const auto changed = [&](std::size_t at, auto number) {
        ByteString bytes = good;
        test::patch(bytes, at, number);
        test::seal_table(bytes);
        return bytes;
    };
    check_refused(changed(kFileSize, std::uint64_t{1'000'000}),
                  {"not as long as its header says", "at byte 16"});
    check_refused(changed(first + kOffset, std::uint64_t{0}), {"'name' is not where", "192"});
    check_refused(changed(first + kOffset, ~std::uint64_t{0}), {"'name' is not where"});
    check_refused(changed(second + kOffset, std::uint64_t{192}), {"'licence' is not where", "256"});
    check_refused(changed(second + kOffset, std::uint64_t{257}), {"'licence' is not where"});
    for (const std::uint64_t size :
         {std::uint64_t{193}, std::uint64_t{129}, ~std::uint64_t{0}, ~std::uint64_t{0} - 62})
        check_refused(changed(second + kSize, size), {"'licence' reaches past the end"});
    check_refused(changed(second + kSize, std::uint64_t{64}), {"something follows its last section"});
    check_refused(changed(first, std::uint8_t{0}), {"a section without a name"});
    check_refused(changed(first, std::uint8_t{0x1b}), {"a section without a name"});
    check_refused(changed(first + 31, std::uint8_t{'x'}), {"a section without a name"});

    ByteString twice = good;
    twice.replace(second, 8, ByteString("name\0\0\0\0", 8));
    test::seal_table(twice);
    check_refused(twice, {"'name' is there twice"});

    ByteString full = good;
    full.replace(first, 32, ByteString(32, 'n'));
    test::seal_table(full);
    check_refused(full, {"a section without a name"});

    ByteString many = good;
    test::patch(many, kSections, std::uint32_t{65});
    check_refused(many, {"too many sections", "at most 64"});
    test::patch(many, kSections, std::uint32_t{64});
    check_refused(many, {"ends within its table"});
    test::patch(many, kSections, ~std::uint32_t{0});
    check_refused(many, {"too many sections"});
}

TEST_CASE("packed file: another version is said to be one, whatever else its header holds") {
    ByteString bytes = small_file().substr(0, 70);
    test::patch(bytes, test::ffm::kVersion, std::uint32_t{2});
    test::check_refused(status_of(bytes), StatusCode::unsupported,
                        {"another version of the format", "expected 1"});
}

TEST_CASE("packed file: no sections at all are a file without any") {
    CHECK(status_of(file_of({})).ok());
    CHECK(file_of({}).size() == 64);
}

}  // namespace featherface::loaders
