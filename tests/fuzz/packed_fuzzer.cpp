// libFuzzer harness of packed models. An input is a file; since no mutation keeps checksums right, it is read
// as it is and once more with the checksums of its table and sections mended.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "loaders/packed/packed_file.hpp"
#include "loaders/torch/checkpoint.hpp"
#include "support/packed_bytes.hpp"

namespace {

using namespace featherface;

void require(bool claim) {
    if (!claim) std::abort();
}

// Whatever is accepted can be read to the last byte; whatever is refused is told why.
void check_packed(std::span<const std::byte> bytes) {
    const Result<loaders::PackedFile> file = loaders::PackedFile::read(bytes);
    if (!file.ok()) {
        require(file.status().message().size() > 6);
        return;
    }
    for (const auto& section : file->sections()) {
        require(file->find(section.name) == &section);
        if (!file->check(section).ok()) return;
        std::size_t ones = 0;
        for (const std::byte byte : section.bytes) ones += byte == std::byte{1};
        require(file->text(section.name).ok() && ones <= section.bytes.size());
    }
    const Result<loaders::Checkpoint> checkpoint = loaders::Checkpoint::from_bytes(bytes, "fuzz");
    if (!checkpoint.ok()) {
        require(checkpoint.status().message().size() > 6);
        return;
    }
    for (const loaders::CheckpointTensor& tensor : checkpoint->tensors()) {
        require(checkpoint->find(tensor.name) == &tensor);
        std::vector<float> values(static_cast<std::size_t>(tensor.element_count()));
        require(loaders::copy_as_f32(tensor, values).ok());
        const std::span<const float> view = loaders::view_as_f32(tensor);
        require(view.empty() || view.size() == values.size());
    }
}

// Makes magic, version, size and checksums right, as far as there is a table to go by.
void mend(test::ByteString& file) {
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    test::ByteString file(reinterpret_cast<const char*>(data), size);
    check_packed(test::span_of(file));
    mend(file);
    check_packed(test::span_of(file));
    return 0;
}
