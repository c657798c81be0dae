// Labels, and a subset of them behind a zero byte.
#include "tools/eval/labels.hpp"

#include <algorithm>
#include <cmath>

#include "fuzz/memory_file.hpp"
#include "fuzz/target.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::fuzz {

namespace {

void check_labels(Bytes bytes) {
    const std::string_view text = loaders::as_text(bytes);
    const std::size_t cut = std::min(text.find('\0'), text.size());
    const MemoryFile labels(text.substr(0, cut)), subset(text.substr(std::min(cut + 1, text.size())));
    const auto pictures = tools::read_labels(labels.path());
    if (!pictures.ok()) return require(pictures.status().message().size() > 6);
    require(!pictures->empty());
    const auto faces = tools::read_subset(subset.path(), pictures.value());
    if (!faces.ok()) return require(faces.status().message().size() > 6);
    for (const tools::LabelledPicture& picture : pictures.value()) {
        const auto counted = tools::counted_by(faces.value(), picture);
        require(counted.size() == picture.references.size());
        for (std::size_t i = 0; i < counted.size(); ++i) {
            require(counted[i].ignored || !picture.references[i].ignored);
        }
    }
}

std::vector<ByteString> labels_seeds() {
    const ByteString two =
        "a/one.jpg\n2\n10 20 30 40 0 0 0 0 0 0 \n1 2 3 4 0 0 0 1 0 0 \nb/two.jpg\n0\n0 0 0 0\n";
    return {two, two + ByteString(1, '\0') + "a/one.jpg\n1\n2\n",
            "c.png\r\n2\r\n1.5 0 2 2\r\n7 7 0 -5e3\r\n"};
}

}  // namespace

Target labels() {
    return {.name = "labels", .check = check_labels, .seeds = labels_seeds};
}

}  // namespace featherface::fuzz
