// DEFLATE: what zlib writes is read back, and every way a stream can be wrong is refused by name.
#include "loaders/archive/inflate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/files.hpp"

using featherface::Status;
using featherface::StatusCode;
using featherface::loaders::inflate;

namespace {

using Bytes = std::vector<std::uint8_t>;

Status inflate_to(const Bytes& stream, Bytes& output) {
    return inflate(std::as_bytes(std::span(stream)), std::as_writable_bytes(std::span(output)));
}

// The bytes tests/data/deflate/make.py compressed.
Bytes contents() {
    Bytes noise;
    std::uint32_t state = 1;
    for (int i = 0; i < 3000; ++i) {
        state = (state * 1103515245u + 12345u) & 0x7fffffffu;
        noise.push_back(static_cast<std::uint8_t>(state >> 16));
    }
    Bytes data = noise;
    const std::string_view text = "featherface ";
    for (int i = 0; i < 500; ++i) data.insert(data.end(), text.begin(), text.end());
    for (const std::uint8_t b : noise) data.push_back(b < 0xf0 ? b & 0x0f : b);
    data.resize(32506);
    data.insert(data.end(), noise.begin(), noise.end());
    return data;
}

// Writes a stream bit by bit, least significant first.
class BitWriter {
  public:
    BitWriter& bits(std::uint64_t value, int count) {
        for (int i = 0; i < count; ++i) {
            if (used_ % 8 == 0) bytes_.push_back(0);
            bytes_.back() |= static_cast<std::uint8_t>((value >> i & 1) << (used_ % 8));
            ++used_;
        }
        return *this;
    }
    // Huffman codes are sent from their most significant bit.
    BitWriter& code(std::uint64_t value, int count) {
        for (int i = count - 1; i >= 0; --i) bits(value >> i, 1);
        return *this;
    }
    BitWriter& align() {
        while (used_ % 8 != 0) bits(0, 1);
        return *this;
    }
    BitWriter& stored(bool last, const Bytes& data) {
        bits(last, 1).bits(0, 2).align();
        bits(static_cast<std::uint32_t>(data.size()), 16).bits(~static_cast<std::uint32_t>(data.size()), 16);
        for (const std::uint8_t b : data) bits(b, 8);
        return *this;
    }
    const Bytes& done() const { return bytes_; }

  private:
    Bytes bytes_;
    int used_ = 0;
};

// The header of a dynamic block whose code length code is given in the order of the format.
BitWriter dynamic_header(int literals, int distances, const std::vector<int>& code_lengths) {
    BitWriter writer;
    writer.bits(1, 1).bits(2, 2);
    writer.bits(static_cast<std::uint32_t>(literals - 257), 5)
        .bits(static_cast<std::uint32_t>(distances - 1), 5);
    writer.bits(static_cast<std::uint32_t>(code_lengths.size() - 4), 4);
    for (const int length : code_lengths) writer.bits(static_cast<std::uint32_t>(length), 3);
    return writer;
}

void check_refused(const Bytes& stream, std::size_t output_size, std::string_view expected) {
    Bytes output(output_size);
    const Status status = inflate_to(stream, output);
    CHECK(status.code() == StatusCode::malformed);
    CHECK_MESSAGE(status.message().find(expected) != std::string::npos,
                  "message: " << status.message() << ", expected: " << expected);
}

}  // namespace

TEST_CASE("inflate: streams of zlib with dynamic, fixed, literal-only and run-length codes come out whole") {
    const Bytes expected = contents();
    for (const char* name : {"dynamic", "fixed", "huffman_only", "rle"}) {
        CAPTURE(name);
        const Bytes stream = featherface::test::read_file(
            featherface::test::data_file(std::string("deflate/") + name + ".deflate"));
        Bytes output(expected.size());
        const Status status = inflate_to(stream, output);
        CHECK_MESSAGE(status.ok(), status.message());
        CHECK((output == expected));
    }
}

TEST_CASE("inflate: every proper prefix of a stream is refused as cut short") {
    const Bytes stream =
        featherface::test::read_file(featherface::test::data_file("deflate/dynamic.deflate"));
    const std::size_t size = contents().size();
    for (std::size_t length = 0; length < stream.size(); length += length < 200 ? 1 : 97) {
        CAPTURE(length);
        check_refused(Bytes(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(length)), size,
                      "cut short");
    }
}

TEST_CASE("inflate: an output larger or smaller than the stream's is an error that states the sizes") {
    const Bytes stream = BitWriter().stored(true, {1, 2, 3}).done();
    check_refused(stream, 2, "holds more than the expected 2 output bytes");
    check_refused(stream, 4, "ends after 3 of the expected 4 output bytes");
    const Bytes literal = BitWriter().bits(1, 1).bits(1, 2).code(0x30 + 'a', 8).code(0, 7).done();
    check_refused(literal, 0, "holds more than the expected 0 output bytes");
    // A literal, then a copy of three: the copy alone overruns.
    const Bytes copy =
        BitWriter().bits(1, 1).bits(1, 2).code(0x30 + 'a', 8).code(1, 7).code(0, 5).code(0, 7).done();
    check_refused(copy, 3, "holds more than the expected 3 output bytes");
    Bytes output(4);
    CHECK(inflate_to(copy, output).ok());
    CHECK(output == Bytes{'a', 'a', 'a', 'a'});
}

TEST_CASE("inflate: an empty output is fine when the stream says so") {
    Bytes none;
    CHECK(inflate_to(BitWriter().stored(true, {}).done(), none).ok());
    CHECK(inflate_to(BitWriter().bits(1, 1).bits(1, 2).code(0, 7).done(), none).ok());
    check_refused({}, 0, "cut short");
}

TEST_CASE("inflate: stored blocks may follow anything and start at the next byte") {
    BitWriter writer;
    writer.bits(0, 1).bits(1, 2).code(0x30 + 'x', 8).code(0, 7);  // a fixed block that ends inside a byte
    writer.stored(false, Bytes(65535, 'y')).stored(true, {'z'});
    Bytes output(65537);
    CHECK(inflate_to(writer.done(), output).ok());
    CHECK(output.front() == 'x');
    CHECK(std::count(output.begin(), output.end(), std::uint8_t{'y'}) == 65535);
    CHECK(output.back() == 'z');
}

TEST_CASE("inflate: the farthest copy, 32768 bytes back, and the longest, 258 bytes") {
    Bytes block(32768);
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<std::uint8_t>(i * 7 >> 3);
    BitWriter writer;
    writer.stored(false, block).bits(1, 1).bits(1, 2);
    writer.code(0xc0 + 285 - 280, 8).code(29, 5).bits(8191, 13).code(0, 7);
    Bytes output(block.size() + 258);
    CHECK(inflate_to(writer.done(), output).ok());
    CHECK(std::equal(output.begin() + 32768, output.end(), block.begin()));
}

TEST_CASE("inflate: a copy from before the start of the output is refused") {
    check_refused(BitWriter().bits(1, 1).bits(1, 2).code(1, 7).code(0, 5).code(0, 7).done(), 3,
                  "copy from before the start");
    check_refused(BitWriter().bits(1, 1).bits(1, 2).code(0x30, 8).code(1, 7).code(1, 5).code(0, 7).done(), 4,
                  "copy from before the start");
}

TEST_CASE("inflate: bytes after the last block are refused") {
    Bytes stream = BitWriter().stored(true, {1}).done();
    stream.push_back(0);
    check_refused(stream, 1, "data after the last block (at byte 6 of 7)");
}

TEST_CASE("inflate: reserved block types and symbols are refused") {
    check_refused(BitWriter().bits(1, 1).bits(3, 2).bits(0, 16).done(), 1, "reserved block type");
    check_refused(BitWriter().bits(1, 1).bits(1, 2).code(0xc0 + 286 - 280, 8).bits(0, 16).done(), 1,
                  "reserved length symbol");
    check_refused(BitWriter().bits(1, 1).bits(1, 2).code(0x30, 8).code(1, 7).code(30, 5).bits(0, 16).done(),
                  4, "reserved distance symbol");
}

TEST_CASE("inflate: a stored block whose length fails its check is refused") {
    Bytes stream = BitWriter().stored(true, {1, 2}).done();
    stream[3] ^= 1;
    check_refused(stream, 2, "stored block whose length fails its check");
}

TEST_CASE("inflate: too many codes in a dynamic block are refused") {
    check_refused(dynamic_header(287, 1, {1, 1, 0, 0}).bits(0, 32).done(), 1, "too many literal codes");
    check_refused(dynamic_header(286, 31, {1, 1, 0, 0}).bits(0, 32).done(), 1, "too many distance codes");
}

TEST_CASE("inflate: oversubscribed and incomplete codes are refused, and the code at fault is named") {
    check_refused(dynamic_header(257, 1, {1, 1, 1, 0}).bits(0, 32).done(), 1,
                  "oversubscribed code length code");
    check_refused(dynamic_header(257, 1, {2, 2, 2, 0}).bits(0, 32).done(), 1, "incomplete code length code");
    // Code length symbols 18 (zeros), 0, 1 and 2 with lengths 2: codes 0 -> 00, 1 -> 01, 2 -> 10, 18 -> 11.
    const std::vector<int> order = {0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2};
    const auto zeros = [](BitWriter& w, std::uint32_t count) { w.code(3, 2).bits(count - 11, 7); };
    // The lengths (0, 1 or 2) of the first literals, of the end of block and what follows it, with zeros
    // between.
    const auto with_lengths = [&](const std::vector<std::uint32_t>& literals,
                                  const std::vector<std::uint32_t>& from_end_of_block,
                                  int literal_codes = 257) {
        BitWriter w = dynamic_header(literal_codes, 1, order);
        for (const std::uint32_t length : literals) w.code(length, 2);
        zeros(w, 138);
        zeros(w, static_cast<std::uint32_t>(256 - 138 - literals.size()));
        for (const std::uint32_t length : from_end_of_block) w.code(length, 2);
        return w;
    };
    const auto refused = [](BitWriter w, std::string_view words) {
        check_refused(w.bits(0, 32).done(), 1, words);
    };
    refused(with_lengths({1, 1}, {1, 1}), "oversubscribed literal code");
    refused(with_lengths({2}, {1, 1}), "incomplete literal code");
    refused(with_lengths({1}, {1, 2}), "incomplete distance code");
    refused(with_lengths({1, 1}, {0, 1}), "without an end-of-block code");
    for (const std::uint32_t distance : {1u, 0u}) {
        CAPTURE(distance);  // a single one of length 1 is fine, and so is none when there are only literals
        Bytes output(2, 0xff);
        BitWriter w = with_lengths({1}, {1, distance});
        CHECK(inflate_to(w.code(0, 1).code(0, 1).code(1, 1).done(), output).ok());  // 0, 0, end
        CHECK(output == Bytes{0, 0});
    }
    // 0 -> 0, end -> 10, length 3 -> 11, distance 1 -> 0: a literal, then a copy with the other half of the
    // distance code, which is not in use.
    BitWriter half = with_lengths({1}, {2, 2, 1}, 258);
    check_refused(half.code(0, 1).code(3, 2).code(1, 1).code(0, 32).done(), 4, "no distance code");
}

TEST_CASE("inflate: code length repetitions must have something to repeat and must not run over") {
    // Code length symbols 16 -> 10, 17 -> 11, 18 -> 0.
    check_refused(dynamic_header(257, 1, {2, 2, 1, 0}).code(2, 2).bits(0, 40).done(), 1, "nothing to repeat");
    check_refused(dynamic_header(257, 1, {2, 2, 1, 0})
                      .code(0, 1)
                      .bits(127, 7)
                      .code(0, 1)
                      .bits(127, 7)
                      .bits(0, 32)
                      .done(),
                  1, "more code lengths than codes");
}
