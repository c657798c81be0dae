// Picture files of any format, each mutated as its own target does.
#include "fuzz/target.hpp"
#include "loaders/images/image_header.hpp"

namespace featherface::fuzz {

namespace {

void mutate_image(ByteString& file, std::size_t most, Random& random) {
    const auto format = loaders::recognise_image(test::span_of(file));
    const bool is_png = format.ok() && format.value() == loaders::ImageFormat::png;
    const bool is_jpeg = format.ok() && format.value() == loaders::ImageFormat::jpeg;
    (is_png ? png() : is_jpeg ? jpeg() : bmp()).mutate(file, most, random);
}

// Of each format the first and the last, and the beginnings of files that are known by name only.
std::vector<ByteString> image_seeds() {
    std::vector<ByteString> seeds = {"GIF89a",
                                     ByteString("RIFF\4\0\0\0WEBP", 12),
                                     ByteString("\0\0\0\x18"
                                                "ftypheic",
                                                12),
                                     "II*",
                                     "%PDF-",
                                     "<svg"};
    for (const Target& format : {png(), jpeg(), bmp(), pnm()}) {
        const std::vector<ByteString> files = format.seeds();
        seeds.push_back(files.front());
        seeds.push_back(files.back());
    }
    return seeds;
}

}  // namespace

Target image() {
    return {.name = "image", .check = check_picture, .seeds = image_seeds, .mutate = mutate_image};
}

}  // namespace featherface::fuzz
