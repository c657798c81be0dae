// Packed models: the container, the tensors and the ranges in it. Mutations keep sizes and checksums right.
#include "loaders/packed/packed_file.hpp"
#include "loaders/packed/packed_ranges.hpp"

#include <cstdint>

#include "fuzz/target.hpp"
#include "support/packed_bytes.hpp"

namespace featherface::fuzz {

namespace {

void check_packed(Bytes bytes) {
    const auto file = loaders::PackedFile::read(bytes);
    if (!file.ok()) return require(file.status().message().size() > 6);
    for (const auto& section : file->sections()) {
        require(file->find(section.name) == &section);
        if (!file->check(section).ok()) return;
        std::size_t ones = 0;
        for (const std::byte byte : section.bytes) ones += byte == std::byte{1};
        require(file->text(section.name).ok() && ones <= section.bytes.size());
    }
    const auto ranges = loaders::read_packed_ranges(file.value());
    if (ranges.ok()) {
        for (const loaders::PackedRange& range : ranges.value()) require(range.low < range.high);
    }
    check_checkpoint(bytes);
}

}  // namespace

void mend_packed(ByteString& file) {
    using namespace test::ffm;
    if (file.size() < kHeader) return;
    file.replace(0, 8,
                 "\x89"
                 "FFM\r\n\x1a\n");
    test::patch(file, kVersion, std::uint32_t{1});
    test::patch(file, kSections, test::peek<std::uint32_t>(file, kSections) % 8);
    test::patch(file, kFileSize, std::uint64_t{file.size()});
    if (file.size() < kHeader + test::section_count(file) * kEntry) return;
    for (std::size_t i = 0; i < test::section_count(file); ++i) {
        const std::size_t entry = kHeader + i * kEntry;
        const auto offset = test::peek<std::uint64_t>(file, entry + kOffset);
        const auto size = test::peek<std::uint64_t>(file, entry + kSize);
        if (offset > file.size() || size > file.size() - offset) continue;
        const std::string_view section = std::string_view(file).substr(offset, (size + 63) / 64 * 64);
        test::patch(file, entry + kSectionChecksum, loaders::checksum64(test::span_of(section)));
    }
    test::seal_table(file);
}

namespace {

void mutate_packed(ByteString& file, std::size_t most, Random& random) {
    mutate_bytes(file, most, random);
    if (below(8, random) != 0) mend_packed(file);
}

std::vector<ByteString> packed_seeds() {
    std::vector<ByteString> seeds = data_files("packed", ".ffm");
    const loaders::PackedRange ranges[] = {{"body.stage1.2.3", -1, 5}, {"ssh1.conv3x3.0", 0, 3}};
    const std::vector<std::byte> section = loaders::packed_ranges_bytes(ranges);
    const loaders::PackedSection sections[] = {{.name = "ranges", .pieces = {section}}};
    const std::vector<std::byte> file = loaders::make_packed_file(sections, "");
    seeds.emplace_back(reinterpret_cast<const char*>(file.data()), file.size());
    return seeds;
}

}  // namespace

Target packed() {
    return {.name = "packed", .check = check_packed, .seeds = packed_seeds, .mutate = mutate_packed};
}

}  // namespace featherface::fuzz
