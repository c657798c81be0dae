// PNG pictures. Mutations are of chunks, or of the rows before they are compressed; lengths and CRCs come out
// right.
#include <algorithm>
#include <string>

#include "fuzz/target.hpp"
#include "loaders/archive/zlib.hpp"
#include "loaders/big_endian.hpp"
#include "support/png_writer.hpp"

namespace featherface::fuzz {

namespace {

constexpr std::size_t kType = 4;  // bytes of a chunk's type; a part is the type and the content

std::vector<ByteString> chunks_of(std::string_view file) {
    std::vector<ByteString> chunks;
    constexpr std::size_t kAround = 12;  // bytes of a chunk besides its content
    for (std::size_t at = test::kPngSignature.size(); at + kAround <= file.size();) {
        const std::size_t length = std::min<std::size_t>(
            loaders::load_be<std::uint32_t>(test::span_of(file), at), file.size() - at - kAround);
        chunks.emplace_back(file.substr(at + 4, kType + length));
        at += kAround + length;
    }
    return chunks;
}

bool is_data(const ByteString& chunk) {
    return chunk.starts_with("IDAT");
}

// All image data becomes one stream of stored rows, changed, in one chunk or two.
void mutate_rows(std::vector<ByteString>& chunks, std::size_t most, Random& random) {
    ByteString stream;
    for (const ByteString& chunk : chunks) stream += is_data(chunk) ? chunk.substr(kType) : ByteString();
    ByteString rows(std::size_t{1} << 16, '\0');
    const auto size = loaders::inflate_zlib(test::span_of(stream), std::as_writable_bytes(std::span(rows)));
    rows.resize(size.ok() ? size.value() : 0);
    mutate_bytes(rows, most, random);
    if (below(4, random) == 0) rows.resize(rows.size() + below(256, random));
    stream = test::zlib_stored(rows);
    const auto first = std::ranges::find_if(chunks, is_data);
    const auto place = chunks.erase(std::remove_if(first, chunks.end(), is_data), chunks.end());
    const std::size_t cut = below(4, random) == 0 ? below(stream.size(), random) : stream.size();
    // IEND stands behind the data where there is one.
    const auto end =
        place != chunks.begin() && std::prev(place)->starts_with("IEND") ? std::prev(place) : place;
    chunks.insert(end, {"IDAT" + stream.substr(0, cut), "IDAT" + stream.substr(cut)});
}

void mutate_png(ByteString& file, std::size_t most, Random& random) {
    std::vector<ByteString> chunks = chunks_of(file);
    if (chunks.empty() || below(16, random) == 0) return mutate_bytes(file, most, random);
    if (below(2, random) == 0) {
        mutate_rows(chunks, most, random);
    } else {
        mutate_parts(chunks, most, random);
    }
    file = test::kPngSignature;
    for (ByteString& chunk : chunks) {
        chunk.resize(std::max(chunk.size(), kType));
        file += test::png_chunk(chunk.substr(0, kType), chunk.substr(kType));
    }
}

// A small picture of each colour type, depth and kind of interlacing, with the chunks that mean something.
std::vector<ByteString> png_seeds() {
    std::vector<ByteString> seeds = data_files("pictures", ".png");
    const ByteString palette = test::png_chunk("PLTE", "abcdefghijkl") + test::png_chunk("tRNS", "ab");
    const ByteString turned =
        test::png_chunk("eXIf", ByteString("II*\0\10\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0", 26));
    for (const int colour : {0, 2, 3, 4, 6}) {
        for (const int depth : {1, 2, 4, 8, 16}) {
            for (const int interlace : {0, 1}) {
                const test::PngHeader header{.width = 9,
                                             .height = 7,
                                             .depth = static_cast<std::uint8_t>(depth),
                                             .colour = static_cast<std::uint8_t>(colour),
                                             .interlace = static_cast<std::uint8_t>(interlace)};
                const ByteString before = (colour == 3 ? palette : ByteString()) + turned;
                ByteString rows;
                for (int i = 0; i < 16 * 80; ++i) rows += static_cast<char>(i % 5);
                if (depth == 8) seeds.push_back(test::make_png(header, test::zlib_stored(rows), before));
                seeds.push_back(test::make_png(header, test::zlib_zeros(2000), before));
            }
        }
    }
    return seeds;
}

}  // namespace

Target png() {
    return {.name = "png", .check = check_picture, .seeds = png_seeds, .mutate = mutate_png};
}

}  // namespace featherface::fuzz
