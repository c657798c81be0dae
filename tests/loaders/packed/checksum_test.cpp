// The checksum of packed models: files depend on its values.
#include "loaders/packed/checksum.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <string>

#include "support/bytes.hpp"

namespace featherface::loaders {

namespace {

// The formula in docs/packed-models.md, word by word and without thought of speed.
std::uint64_t plain_checksum(std::string bytes) {
    const auto step = [](std::uint64_t state, std::uint64_t word) {
        return std::rotl(state ^ word, 29) * 0x9E3779B97F4A7C15u;
    };
    const std::uint64_t size = bytes.size();
    bytes.resize((bytes.size() + 63) / 64 * 64, '\0');
    std::array<std::uint64_t, 8> lanes = {1, 2, 3, 4, 5, 6, 7, 8};
    for (std::size_t word = 0; word < bytes.size() / 8; ++word) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 8; ++i)
            value |= std::uint64_t{static_cast<unsigned char>(bytes[8 * word + i])} << (8 * i);
        lanes[word % 8] = step(lanes[word % 8], value);
    }
    std::uint64_t sum = size;
    for (const std::uint64_t lane : lanes) sum = step(sum, lane);
    return sum;
}

}  // namespace

TEST_CASE("checksum: as the documentation has it, at any length and alignment") {
    std::string text;
    for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 37 + i / 7);
    for (std::size_t size = 0; size <= text.size(); ++size) {
        CAPTURE(size);
        CHECK(checksum64(test::span_of(std::string_view(text).substr(0, size))) ==
              plain_checksum(text.substr(0, size)));
    }
    const std::string_view odd = std::string_view(text).substr(3, 200);
    CHECK(checksum64(test::span_of(odd)) == plain_checksum(std::string(odd)));
}

TEST_CASE("checksum: a word changed, words that changed places and zeros appended all change it") {
    const std::string text(256, 'a');
    const auto sum = [](std::string_view bytes) { return checksum64(test::span_of(bytes)); };
    const std::uint64_t good = sum(text);
    CHECK(sum(text + std::string(1, '\0')) != good);
    CHECK(sum(text.substr(0, 255)) != good);
    std::string changed = text;
    changed[8] = 'b';
    const std::uint64_t second = sum(changed);
    CHECK(second != good);
    changed[8] = 'a';
    changed[8 + 64] = 'b';  // the same word of the next block
    CHECK(sum(changed) != second);
    CHECK(sum(changed) != good);
}

}  // namespace featherface::loaders
