// The bits of a JPEG's picture data, read eight bytes at a time where that is possible: always the same bits.
#include "loaders/images/jpeg_bits.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "support/bytes.hpp"

using namespace featherface;
using namespace featherface::test;
using loaders::JpegBits;

namespace {

// Each bit of the bytes up to a marker or the end, FF 00 standing for FF.
std::vector<std::uint32_t> plain_bits(const ByteString& bytes) {
    std::vector<std::uint32_t> bits;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        if (byte == 0xff) {
            while (i + 1 < bytes.size() && bytes[i + 1] == '\xff') ++i;
            if (i + 1 == bytes.size() || bytes[i + 1] != '\0') break;
            ++i;
        }
        for (int bit = 7; bit >= 0; --bit) bits.push_back(byte >> bit & 1u);
    }
    return bits;
}

}  // namespace

TEST_CASE("jpeg bits: whatever the portions, they are those of the bytes, and zeros behind them") {
    std::mt19937 random(1);
    for (int round = 0; round < 500; ++round) {
        ByteString bytes;
        const std::size_t size = random() % 80;
        while (bytes.size() < size) {
            const unsigned kind = random() % 24;
            if (kind == 0) bytes += ByteString("\xff\0", 2);
            if (kind == 1) bytes += ByteString("\xff\xff\xff\0", 4);
            bytes += static_cast<char>(random() % 255);  // anything but FF
        }
        if (round % 3 == 0) bytes += "\xff\xd9trailing bytes that are no bits";
        if (round % 3 == 1) bytes += "\xff\xff";
        const auto expected = plain_bits(bytes);
        JpegBits reader(span_of(bytes), 0);
        std::size_t at = 0;
        while (at < expected.size() + 40) {
            const int most = static_cast<int>(random() % 33);
            reader.fill();
            std::uint32_t wanted = 0;
            for (int i = 0; i < most; ++i, ++at)
                wanted = wanted << 1 | (at < expected.size() ? expected[at] : 0u);
            CHECK(reader.take(most) == wanted);
            CHECK(reader.overdrawn() == (at > expected.size()));
        }
    }
}

TEST_CASE("jpeg bits: a restart marker is passed with the bytes before it, up to so many") {
    const ByteString data = ByteString("\x12\x34\x56\0\0\0\xff\xd3\xab\xcd", 10);
    for (const std::size_t most : {4u, 5u}) {  // three of zeros, and one of 34 and 56 each
        JpegBits reader(span_of(data), 0);
        reader.fill();
        CHECK(reader.take(8) == 0x12);
        CHECK_FALSE(JpegBits(reader).pass_restart(2, most));
        CHECK(reader.pass_restart(3, most) == (most == 5));
        if (most < 5) continue;
        CHECK(reader.position() == 8);
        reader.fill();
        CHECK(reader.take(16) == 0xabcd);
        CHECK_FALSE(reader.overdrawn());
    }
}
