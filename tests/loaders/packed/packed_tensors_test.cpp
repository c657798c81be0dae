// The tensors of a packed model: as checkpoints' are, and refused where their table is not what it should be.
#include "loaders/packed/packed_tensors.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "loaders/torch/checkpoint.hpp"
#include "support/checkpoint_checks.hpp"
#include "support/files.hpp"
#include "support/packed_bytes.hpp"
#include "support/status_checks.hpp"

namespace featherface::loaders {

namespace {

using test::ByteString;
using Floats = std::vector<float>;

ByteString file_of(const PackedTensorSections& sections) {
    const PackedSection all[] = {{.name = "tensors", .pieces = {sections.tensors}},
                                 {.name = "values", .pieces = {sections.values}}};
    const std::vector<std::byte> bytes = make_packed_file(all, "");
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A matrix of 2x3 in f32, a vector of 3 in f16 (1, 2, -0.5), a scalar.
PackedTensorSections three_tensors() {
    const Floats matrix = {1, 2, 3, 4, 5, 6}, scalar = {7};
    const std::uint16_t halves[] = {0x3c00, 0x4000, 0xb800};
    PackedTensorSections sections;
    sections.add("conv.weight", std::vector<std::int64_t>{2, 3}, PackedType::f32,
                 std::as_bytes(std::span(matrix)));
    sections.add("conv.bias", std::vector<std::int64_t>{3}, PackedType::f16,
                 std::as_bytes(std::span(halves)));
    sections.add("s", {}, PackedType::f32, std::as_bytes(std::span(scalar)));
    return sections;
}

template <class Number>
std::vector<std::byte> patched(std::vector<std::byte> bytes, std::size_t at, Number number) {
    std::memcpy(bytes.data() + at, &number, sizeof(number));
    return bytes;
}

void check_refused(const PackedTensorSections& sections, std::initializer_list<std::string_view> words) {
    test::check_malformed(file_of(sections), words);
}

}  // namespace

TEST_CASE("packed tensors: names, types, shapes and values come back, as a checkpoint's") {
    const ByteString file = file_of(three_tensors());
    const Checkpoint checkpoint = test::open_bytes(file);
    CHECK(checkpoint.container() == "packed model");
    CHECK(checkpoint.packed() != nullptr);
    REQUIRE(checkpoint.tensors().size() == 3);
    CHECK(checkpoint.find("conv.weight")->shape == std::vector<std::int64_t>{2, 3});
    CHECK(checkpoint.find("conv.weight")->strides == std::vector<std::int64_t>{3, 1});
    CHECK(checkpoint.find("conv.bias")->dtype == DType::f16);
    CHECK(test::values_of(checkpoint, "conv.weight") == Floats{1, 2, 3, 4, 5, 6});
    CHECK(test::values_of(checkpoint, "conv.bias") == Floats{1, 2, -0.5f});
    CHECK(test::values_of(checkpoint, "s") == Floats{7});
    test::check_refused(Checkpoint::from_bytes(test::span_of(file), "x", {.key = "ema"}).status(),
                        StatusCode::invalid_argument, {"a key for a packed model"});
}

// Its bytes were put together from the tables of docs/packed-models.md, by another program.
TEST_CASE("packed tensors: a file made by the documentation is read") {
    const Checkpoint checkpoint = test::open_file(test::data_file("packed/three_tensors.ffm"));
    CHECK(test::values_of(checkpoint, "conv.weight") == Floats{1, 2, 3, 4, 5, 6});
    CHECK(test::values_of(checkpoint, "conv.bias") == Floats{1, 2, -0.5f});
    CHECK(test::values_of(checkpoint, "s") == Floats{7});
    const PackedFile& file = *checkpoint.packed();
    CHECK(file.source_sha256() == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    CHECK(file.text("network").value() == "featherface_v2");
    CHECK(file.text("licence").value() == "None.\n");
    REQUIRE(file.find("for vax") != nullptr);
    CHECK(file.find("for vax")->layout == 99);
    CHECK(file.find("for vax")->bytes.size() == 64);
}

TEST_CASE("packed tensors: a table that does not fit its values is refused") {
    // The first entry: count 4; type 1, rank 1, name length 2, dimensions 4 each.
    constexpr std::size_t kType = 4, kRank = 5, kLength = 6, kFirst = 8, kSecond = 12;
    const PackedTensorSections good = three_tensors();
    const auto with = [&](std::size_t at, auto number) {
        PackedTensorSections sections = good;
        sections.tensors = patched(sections.tensors, at, number);
        return sections;
    };
    check_refused(with(0, std::uint32_t{2}), {"something follows its last tensor"});
    check_refused(with(0, std::uint32_t{4}), {"ends too early"});
    check_refused(with(0, std::uint32_t{1'000'000}), {"too many tensors"});
    check_refused(with(kType, std::uint8_t{2}), {"'conv.weight' is of an unknown type"});
    check_refused(with(kRank, std::uint8_t{255}), {"ends too early"});
    check_refused(with(kRank, std::uint8_t{9}), {"ends too early"});
    check_refused(with(kLength, std::uint16_t{0}), {"a name of an odd length"});
    check_refused(with(kLength, std::uint16_t{0xffff}), {"ends too early"});
    check_refused(with(kFirst, std::uint32_t{0}), {"'conv.weight' has no room for its shape"});
    for (const std::uint32_t extent : {10u, 0x80000000u, 0xffffffffu})
        check_refused(with(kFirst, extent), {"'conv.weight' has no room for its shape"});
    // 2^32 * 2^32 * 4 is 0 in 64 bits.
    PackedTensorSections both = with(kFirst, ~std::uint32_t{0});
    both.tensors = patched(both.tensors, kSecond, ~std::uint32_t{0});
    check_refused(both, {"has no room for its shape"});

    PackedTensorSections cut = good;
    cut.values.pop_back();
    check_refused(cut, {"ends too early"});
    PackedTensorSections more = good;
    more.values.resize(more.values.size() + 4);
    check_refused(more, {"something follows its last tensor"});
    PackedTensorSections twice = good;
    twice.add("s", {}, PackedType::f32, std::as_bytes(std::span<const float>(Floats{1})));
    check_refused(twice, {"'s' is there twice"});
    PackedTensorSections deep;
    deep.add("deep", std::vector<std::int64_t>(9, 1), PackedType::f32,
             std::as_bytes(std::span<const float>(Floats{1})));
    check_refused(deep, {"'deep' has too many dimensions"});
}

TEST_CASE("packed tensors: cut short anywhere, the table is refused") {
    const PackedTensorSections good = three_tensors();
    for (std::size_t size = 0; size < good.tensors.size(); ++size) {
        CAPTURE(size);
        PackedTensorSections cut = good;
        cut.tensors.resize(size);
        check_refused(cut, {"packed model"});
    }
}

TEST_CASE("packed tensors: a file without them is refused") {
    const std::vector<std::byte> bytes = make_packed_file({}, "");
    test::check_malformed({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, {"it has no tensors"});
}

}  // namespace featherface::loaders
