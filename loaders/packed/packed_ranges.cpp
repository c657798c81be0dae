#include "loaders/packed/packed_ranges.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <unordered_set>

#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

constexpr std::uint32_t kRangesVersion = 1;
constexpr std::size_t kRangesStart = 8, kRangeStart = 10;
constexpr std::size_t kMostRanges = 4096, kLongestRangeName = 1024;

bool is_range(float low, float high) {
    return std::isfinite(low) && std::isfinite(high) && low < high &&
           (double{high} - double{low}) >= double{kLeastRange};
}

Status odd_range(std::string_view name, std::string_view what) {
    return malformed("packed model: the range of " + quoted(name) + " " + std::string(what));
}

}  // namespace

Result<std::vector<PackedRange>> read_packed_ranges(const PackedFile& file) {
    std::vector<PackedRange> ranges;
    const PackedFile::Section* section = file.find(packed_section::kRanges);
    if (!section) return ranges;
    if (Status status = file.check(*section); !status.ok()) return status;
    std::span<const std::byte> rest = section->bytes;
    const auto too_short = [] { return malformed("packed model: section 'ranges' ends too early"); };
    if (rest.size() < kRangesStart) return too_short();
    if (const auto version = load_le<std::uint32_t>(rest, 0); version != kRangesVersion) {
        return error(StatusCode::unsupported, "packed model: its ranges are of another version",
                     {.expected = std::to_string(kRangesVersion),
                      .found = std::to_string(version),
                      .hint = "use the version of the program that made it"});
    }
    const std::size_t count = load_le<std::uint32_t>(rest, 4);
    if (count == 0 || count > kMostRanges) {
        return malformed("packed model: no ranges, or too many",
                         {.expected = "1 to " + std::to_string(kMostRanges), .found = std::to_string(count)});
    }
    rest = rest.subspan(kRangesStart);
    std::unordered_set<std::string_view> names;
    for (std::size_t i = 0; i < count; ++i) {
        if (rest.size() < kRangeStart) return too_short();
        PackedRange range;
        range.low = load_le<float>(rest, 0);
        range.high = load_le<float>(rest, 4);
        const std::size_t length = load_le<std::uint16_t>(rest, 8);
        rest = rest.subspan(kRangeStart);
        if (length > rest.size()) return too_short();
        range.name = as_text(rest.first(length));
        rest = rest.subspan(length);
        if (length == 0 || length > kLongestRangeName)
            return odd_range(range.name, "has a name of an odd length");
        if (!is_range(range.low, range.high)) return odd_range(range.name, "is none");
        if (!names.insert(range.name).second) return odd_range(range.name, "is there twice");
        ranges.push_back(range);
    }
    if (!rest.empty()) return malformed("packed model: something follows its last range");
    return ranges;
}

std::vector<std::byte> packed_ranges_bytes(std::span<const PackedRange> ranges) {
    std::vector<std::byte> bytes;
    const auto put = [&](auto number) {
        const std::size_t at = bytes.size();
        bytes.resize(at + sizeof(number));
        std::memcpy(bytes.data() + at, &number, sizeof(number));
    };
    put(kRangesVersion);
    put(static_cast<std::uint32_t>(ranges.size()));
    for (const PackedRange& range : ranges) {
        put(range.low);
        put(range.high);
        put(static_cast<std::uint16_t>(range.name.size()));
        const auto text = std::as_bytes(std::span(range.name.data(), range.name.size()));
        bytes.insert(bytes.end(), text.begin(), text.end());
    }
    return bytes;
}

}  // namespace featherface::loaders
