// The container of packed models (.ffm): a header and named sections, each from a 64-byte boundary on and
// with a checksum of its own, so that a program checks just those that it uses. docs/packed-models.md
// describes it byte by byte. What the sections mean is packed_tensors.hpp's and the engine's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"

namespace featherface::loaders {

constexpr std::size_t kPackedAlignment = 64;
constexpr std::uint32_t kPackedVersion = 1;
using Sha256 = std::array<std::byte, 32>;

namespace packed_section {
constexpr std::string_view kNetwork = "network";    // its id, "featherface_v2"
constexpr std::string_view kName = "name";          // of the checkpoint that was packed
constexpr std::string_view kLicence = "licence";    // a text
constexpr std::string_view kWarnings = "warnings";  // lines, as of Model::warnings(); often none
constexpr std::string_view kTensors = "tensors";    // names, types and shapes of the checkpoint's tensors,
constexpr std::string_view kValues = "values";      // and their elements
constexpr std::string_view kRanges = "ranges";      // of values, for 8 bits
constexpr std::string_view kPackedFor =
    "for ";  // before a CPU architecture: weights as its kernels want them
}  // namespace packed_section

class PackedFile {
  public:
    struct Section {
        std::string_view name;
        std::span<const std::byte> bytes;  // on a 64-byte boundary of the file
        std::uint64_t layout = 0;          // which order packed weights are in; 0 for all else
        std::uint64_t checksum = 0;
    };

    // Whether the bytes begin as a packed model does.
    static bool is_packed(std::span<const std::byte> bytes);

    // Reads header and table and checks all that they say; the bytes must outlive the PackedFile. Errors:
    // malformed; unsupported (another version of the format).
    static Result<PackedFile> read(std::span<const std::byte> bytes);

    std::span<const Section> sections() const { return sections_; }
    const Section* find(std::string_view name) const;  // nullptr when there is none
    // Whether a section's bytes are those that were written: malformed when not.
    Status check(const Section& section) const;
    // The text of a section, "" where there is none, once it is checked.
    Result<std::string_view> text(std::string_view name) const;

    // Of the checkpoint's file, in lower-case hexadecimal.
    const std::string& source_sha256() const { return source_sha256_; }

  private:
    std::span<const std::byte> bytes_;
    std::vector<Section> sections_;
    std::string source_sha256_;
};

// What is to be written: bytes that lie end to end, each piece padded with zeros to the alignment when
// `pieces_aligned`, as blocks of packed weights are.
struct PackedSection {
    std::string name;
    std::vector<std::span<const std::byte>> pieces;
    std::uint64_t layout = 0;
    bool pieces_aligned = false;
};

// A packed model as a file's bytes. Names are at most 31 bytes of printable ASCII, and all different.
std::vector<std::byte> make_packed_file(std::span<const PackedSection> sections,
                                        std::string_view source_sha256);

}  // namespace featherface::loaders
