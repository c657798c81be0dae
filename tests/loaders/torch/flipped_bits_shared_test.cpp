// Flipped bits of the real V1 and V2: one in a tensor's bytes, or in a pickle, is noticed; what is read all
// the same has every tensor as it was.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "loaders/archive/zip.hpp"
#include "support/checkpoint_checks.hpp"
#include "support/files.hpp"
#include "support/sanitized.hpp"
#include "support/shared_data.hpp"

using namespace featherface;
using namespace featherface::test;
using loaders::Checkpoint;
using loaders::CheckpointTensor;

namespace {

// Of each file. Sanitizers watch a tenth of them, as they take a minute for what takes four seconds without.
constexpr int kFlips = kSanitized ? 500 : 5'000;

struct Region {
    std::string name;
    std::size_t begin = 0, end = 0;
};

// Where the entries' contents lie; between them are headers and padding.
std::vector<Region> contents_of(std::span<const std::byte> file) {
    const auto archive = loaders::ZipArchive::open(file);
    REQUIRE_MESSAGE(archive.ok(), archive.status().message());
    std::vector<Region> regions;
    for (const loaders::ZipEntry& entry : archive->entries()) {
        regions.push_back(
            {std::string(entry.name), entry.data_offset, entry.data_offset + entry.data.size()});
    }
    return regions;
}

// Each second flip is of any bit of the file, which nearly always is one of the weights; the others are of
// the bytes around them.
class Positions {
  public:
    Positions(std::size_t size, const std::vector<Region>& contents) : size_(size) {
        for (std::size_t at = 0; at < size; ++at) {
            const bool is_weights = std::ranges::any_of(contents, [&](const Region& region) {
                return at >= region.begin && at < region.end &&
                       region.name.find("/data/") != std::string::npos;
            });
            if (!is_weights) around_.push_back(at);
        }
    }
    std::size_t next(std::mt19937& random) const {
        return random() % 2 == 0 ? random() % size_ : around_[random() % around_.size()];
    }

  private:
    std::size_t size_;
    std::vector<std::size_t> around_;
};

bool same_tensors(const Checkpoint& a, const Checkpoint& b) {
    return std::ranges::equal(a.tensors(), b.tensors(),
                              [](const CheckpointTensor& x, const CheckpointTensor& y) {
                                  return x.name == y.name && x.dtype == y.dtype && x.shape == y.shape &&
                                         x.strides == y.strides && std::ranges::equal(x.bytes, y.bytes);
                              });
}

void check_flips(const std::filesystem::path& path, std::uint32_t seed) {
    const std::vector<std::uint8_t> original = read_file(path);
    const std::vector<Region> contents = contents_of(std::as_bytes(std::span(original)));
    const Checkpoint expected = open_file(path);
    const Positions positions(original.size(), contents);
    std::vector<std::uint8_t> bytes = original;
    std::mt19937 random(seed);
    int in_weights = 0, harmless = 0;
    for (int i = 0; i < kFlips; ++i) {
        const std::size_t at = positions.next(random);
        const int bit = static_cast<int>(random() % 8);
        CAPTURE(at);
        CAPTURE(bit);
        bytes[at] ^= static_cast<std::uint8_t>(1 << bit);
        const auto checkpoint = Checkpoint::from_bytes(std::as_bytes(std::span(bytes)), "flipped.pth");
        const auto region = std::ranges::find_if(
            contents, [&](const Region& content) { return at >= content.begin && at < content.end; });
        if (region != contents.end() && region->name.find("/data") != std::string::npos) {
            check_refused(checkpoint.status(), StatusCode::malformed, {"CRC", region->name});
            ++in_weights;
        } else if (checkpoint.ok()) {
            REQUIRE(same_tensors(checkpoint.value(), expected));
            ++harmless;
        } else {
            REQUIRE(checkpoint.status().message().starts_with("flipped.pth: "));
        }
        bytes[at] = original[at];
    }
    MESSAGE(path.filename().string() << ": " << in_weights << " flips in weights and pickles, all noticed; "
                                     << harmless << " elsewhere harmless, " << kFlips - in_weights - harmless
                                     << " refused");
    CHECK(in_weights > kFlips / 2);
    CHECK(harmless > 0);
}

}  // namespace

TEST_CASE("shared: flipped bits of V1 are noticed or harmless") {
    FEATHERFACE_SHARED_FILE(path, "weights/mobilenet0.25_Final.pth");
    check_flips(path, 1);
}

TEST_CASE("shared: flipped bits of V2 are noticed or harmless") {
    FEATHERFACE_SHARED_FILE(path, "weights/v2/FeatherFaceV2_trial.pth");
    check_flips(path, 2);
}
