#include "tools/pictures/run_deflate.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "loaders/archive/zlib.hpp"
#include "support/bytes.hpp"

namespace featherface::test {

namespace {

std::string deflated(const std::string& data, std::size_t at_once) {
    std::string out;
    tools::RunDeflater deflater(out);
    for (std::size_t at = 0; at < data.size(); at += at_once)
        deflater.add(octets_of(std::string_view(data).substr(at, at_once)));
    deflater.finish();
    return out;
}

// As RFC 1950 defines it, big-endian.
std::string adler32(const std::string& data) {
    std::uint32_t a = 1, b = 0;
    for (const char c : data) {
        a = (a + static_cast<std::uint8_t>(c)) % 65521;
        b = (b + a) % 65521;
    }
    return byte_string({static_cast<int>(b >> 8), static_cast<int>(b & 255), static_cast<int>(a >> 8),
                        static_cast<int>(a & 255)});
}

void check_inflates(const std::string& data) {
    for (const std::size_t at_once : {std::size_t{1}, std::size_t{1000}, data.size()}) {
        const std::string stream = deflated(data, at_once);
        std::vector<std::byte> back(data.size());
        REQUIRE(loaders::inflate_zlib(span_of(stream), back).ok());
        CHECK((std::string(reinterpret_cast<const char*>(back.data()), back.size()) == data));
        CHECK(stream.substr(stream.size() - 4) == adler32(data));
    }
}

}  // namespace

TEST_CASE("run deflate: bytes, runs of every length about the limits, and several blocks come back") {
    check_inflates("a");
    check_inflates("abcabc");
    for (const std::size_t length : {1, 2, 3, 4, 257, 258, 259, 260, 261, 262, 517, 518, 100'000})
        check_inflates(std::string("x").append(length, 'y').append("z").append(length, '\0'));
    std::string noise;
    std::uint32_t random = 1;
    for (int i = 0; i < 300'000; ++i) {
        random = random * 1664525u + 1013904223u;
        noise += static_cast<char>(random >> 24);
    }
    check_inflates(noise);
    CHECK(deflated(noise, 1000).size() < noise.size() + noise.size() / 200);
}

TEST_CASE("run deflate: codes are no longer than DEFLATE allows, whatever the frequencies") {
    // Those of the Fibonacci numbers make the deepest trees.
    std::string data;
    std::size_t a = 1, b = 1;
    for (int symbol = 0; symbol < 24; ++symbol) {
        for (std::size_t i = 0; i < a; ++i) data.append(1, static_cast<char>(symbol)).append(i % 2, '\xff');
        const std::size_t next = a + b;
        a = b, b = next;
    }
    check_inflates(data);
}

TEST_CASE(
    "run deflate: what a photo's rows leave becomes as small as its entropy lets it, flat colours next to "
    "nothing") {
    std::string small_differences;
    std::uint32_t random = 1;
    for (int i = 0; i < 200'000; ++i) {
        random = random * 1664525u + 1013904223u;
        small_differences += static_cast<char>(static_cast<int>(random >> 30) - 2);  // two bits of entropy
    }
    CHECK(deflated(small_differences, 1000).size() < 200'000 * 2 / 8 * 1.15);  // runs have codes, too
    CHECK(deflated(std::string(1'000'000, '\0'), 1000).size() < 1'500);
}

}  // namespace featherface::test
