// The ranges of a packed model that is made for 8 bits: they come back as they were written, and are refused
// where they are not what they should be.
#include "loaders/packed/packed_ranges.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "support/bytes.hpp"
#include "support/status_checks.hpp"

namespace featherface::loaders {

namespace {

using Bytes = std::vector<std::byte>;

Result<std::vector<PackedRange>> read(const Bytes& section) {
    const PackedSection sections[] = {{.name = "ranges", .pieces = {section}}};
    static Bytes file;  // what is read refers to it
    file = make_packed_file(sections, "");
    const auto packed = PackedFile::read(file);
    REQUIRE(packed.ok());
    return read_packed_ranges(packed.value());
}

Bytes written(float low = -1, float high = 2) {
    const PackedRange ranges[] = {{"a.1", low, high}, {"b", 0, 0.5f}};
    return packed_ranges_bytes(ranges);
}

template <class Number>
Bytes with_number(Bytes bytes, std::size_t at, Number number) {
    std::memcpy(bytes.data() + at, &number, sizeof(number));
    return bytes;
}

void check_refused(const Bytes& section, std::string_view words) {
    test::check_refused(read(section).status(), StatusCode::malformed, {words});
}

}  // namespace

TEST_CASE("packed ranges: names and ends come back in order; a file without any has none") {
    const auto ranges = read(written());
    REQUIRE(ranges.ok());
    REQUIRE(ranges->size() == 2);
    CHECK(ranges.value()[0].name == "a.1");
    CHECK(ranges.value()[0].low == -1);
    CHECK(ranges.value()[0].high == 2);
    CHECK(ranges.value()[1].name == "b");
    CHECK(ranges.value()[1].high == 0.5f);
    const Bytes empty = make_packed_file({}, "");
    const auto none = read_packed_ranges(PackedFile::read(empty).value());
    REQUIRE(none.ok());
    CHECK(none->empty());
}

TEST_CASE("packed ranges: ends that are not finite, not in order or too close are refused") {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
    for (const auto& [low, high] : {std::pair{0.0f, 0.0f},
                                    {1.0f, 0.0f},
                                    {kNaN, 1.0f},
                                    {0.0f, kNaN},
                                    {-kInfinity, 1.0f},
                                    {0.0f, kInfinity},
                                    {0.0f, 1e-31f}}) {
        check_refused(written(low, high), "the range of 'a.1' is none");
    }
    CHECK(read(written(-3e38f, 3e38f)).ok());
}

TEST_CASE("packed ranges: sections that are cut, too long, of odd names or of another version are refused") {
    const Bytes good = written();
    for (std::size_t size = 0; size < good.size(); ++size)
        check_refused(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)),
                      "ends too early");
    Bytes longer = good;
    longer.push_back(std::byte{0});
    check_refused(longer, "something follows");
    check_refused(with_number(good, 4, std::uint32_t{5000}), "too many");
    check_refused(packed_ranges_bytes({}), "no ranges");
    check_refused(with_number(good, 4, std::uint32_t{3}), "ends too early");
    check_refused(with_number(good, 16, std::uint16_t{0}), "a name of an odd length");
    const PackedRange twice[] = {{"a", 0, 1}, {"a", 0, 2}};
    check_refused(packed_ranges_bytes(twice), "'a' is there twice");
    test::check_refused(read(with_number(good, 0, std::uint32_t{2})).status(), StatusCode::unsupported,
                        {"another version"});
}

}  // namespace featherface::loaders
