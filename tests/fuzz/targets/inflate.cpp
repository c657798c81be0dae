// DEFLATE streams. The first two bytes of an input are the size that is promised, as a container's would be.
#include "loaders/archive/inflate.hpp"

#include <algorithm>
#include <cstdint>

#include "fuzz/target.hpp"

namespace featherface::fuzz {

namespace {

// A buffer's bytes lie on the heap by themselves, so that AddressSanitizer sees what is written beside them.
void check_inflate(Bytes input) {
    if (input.size() < 2) return;
    const std::size_t size = std::to_integer<std::size_t>(input[0]) | std::to_integer<std::size_t>(input[1])
                                                                          << 8;
    const Bytes stream = input.subspan(2);
    std::vector<std::byte> whole(size), prefix(size), longer(size + 300);
    const Status status = loaders::inflate(stream, whole);
    const auto written = loaders::inflate_prefix(stream, prefix);
    require(status.ok() || status.message().size() > 6);
    require(!written.ok() || written.value() <= size);
    if (!status.ok()) return;
    // What is whole is its own prefix, and the same where there is more room.
    require(written.ok() && written.value() == size && prefix == whole);
    const auto beyond = loaders::inflate_prefix(stream, longer);
    require(beyond.ok() && beyond.value() == size && std::equal(whole.begin(), whole.end(), longer.begin()));
}

std::vector<ByteString> inflate_seeds() {
    std::vector<ByteString> seeds;
    constexpr std::uint16_t kContents =
        35'506;  // bytes in each of the data's streams, see tests/data/deflate/make.py
    for (const ByteString& stream : data_files("deflate", ".deflate")) {
        seeds.push_back(test::bytes_of(kContents) + stream);
        seeds.push_back(test::bytes_of(std::uint16_t{400}) + stream.substr(0, 300));
    }
    seeds.push_back(test::bytes_of(std::uint16_t{3}) + test::byte_string({1, 3, 0, 252, 255, 'a', 'b', 'c'}));
    seeds.push_back(test::bytes_of(std::uint16_t{0}) + test::byte_string({3, 0}));
    return seeds;
}

}  // namespace

Target inflate() {
    return {.name = "inflate", .check = check_inflate, .seeds = inflate_seeds};
}

}  // namespace featherface::fuzz
