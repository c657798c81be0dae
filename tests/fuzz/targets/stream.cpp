// Pictures one after another: where each ends is the same however their bytes come in.
#include <algorithm>
#include <optional>

#include "fuzz/target.hpp"
#include "tools/video/picture_end.hpp"

namespace featherface::fuzz {

namespace {

constexpr std::int64_t kMostPixels = 1 << 18;

// Where the first picture ends when so many bytes come in at a time.
Result<std::optional<std::size_t>> end_of_first(Bytes bytes, std::size_t at_a_time) {
    tools::PictureEnd end(kMostPixels);
    for (std::size_t come = std::min(at_a_time, bytes.size()); come < bytes.size();
         come += std::min(at_a_time, bytes.size() - come)) {
        auto found = end.find(bytes.first(come), false);
        if (!found.ok() || found.value()) return found;
    }
    return end.find(bytes, true);
}

// The first byte says how many come in at a time.
void check_stream(Bytes input) {
    if (input.size() < 2) return;
    const std::size_t at_a_time = std::to_integer<std::size_t>(input[0]) + 1;
    Bytes rest = input.subspan(1);
    require(tools::find_jpeg(rest) <= rest.size());
    constexpr int kMostPictures = 8;
    for (int i = 0; i < kMostPictures && !rest.empty(); ++i) {
        const auto at_once = end_of_first(rest, rest.size()), in_parts = end_of_first(rest, at_a_time);
        require(at_once.ok() == in_parts.ok());
        if (!at_once.ok()) return;
        require(at_once.value().has_value() && in_parts.value() == at_once.value());
        require(*at_once.value() > 0 && *at_once.value() <= rest.size());
        rest = rest.subspan(*at_once.value());
    }
}

void mutate_stream(ByteString& input, std::size_t most, Random& random) {
    if (input.size() < 2 || below(4, random) == 0) return mutate_bytes(input, most, random);
    ByteString pictures = input.substr(1);
    image().mutate(pictures, most, random);
    input = input.substr(0, 1) + pictures;
}

std::vector<ByteString> stream_seeds() {
    std::vector<ByteString> seeds;
    for (const Target& format : {png(), jpeg(), bmp(), pnm()}) {
        const std::vector<ByteString> files = format.seeds();
        seeds.push_back("\7" + files.front() + files.back());
    }
    return seeds;
}

}  // namespace

Target stream() {
    return {.name = "stream", .check = check_stream, .seeds = stream_seeds, .mutate = mutate_stream};
}

}  // namespace featherface::fuzz
