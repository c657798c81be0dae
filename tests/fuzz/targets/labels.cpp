// Labels, behind a zero byte a subset of them, and behind another one landmarks as JSON.
#include "tools/eval/labels.hpp"

#include <algorithm>
#include <cmath>

#include "fuzz/memory_file.hpp"
#include "fuzz/target.hpp"
#include "loaders/little_endian.hpp"
#include "tools/eval/landmarks.hpp"

namespace featherface::fuzz {

namespace {

// Takes what is before the next zero byte off `text`.
std::string_view next_part(std::string_view& text) {
    const std::string_view part = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

void require_told(const Status& status) {
    require(status.ok() || status.message().size() > 6);
}

void check_finite(const tools::Reference& reference) {
    for (const float coordinate : reference.box) require(std::isfinite(coordinate));
    if (!reference.landmarks) return;
    for (const auto& [x, y] : *reference.landmarks) require(std::isfinite(x) && std::isfinite(y));
}

void check_labels(Bytes bytes) {
    std::string_view text = loaders::as_text(bytes);
    const MemoryFile labels(next_part(text)), subset(next_part(text)), landmarks(text);
    auto pictures = tools::read_labels(labels.path());
    if (!pictures.ok()) return require_told(pictures.status());
    require(!pictures->empty());
    require_told(tools::add_landmarks(landmarks.path(), pictures.value()));
    for (const tools::LabelledPicture& picture : pictures.value()) {
        for (const tools::Reference& reference : picture.references) check_finite(reference);
    }
    const auto faces = tools::read_subset(subset.path(), pictures.value());
    if (!faces.ok()) return require_told(faces.status());
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
    const ByteString zero(1, '\0');
    return {two, two + zero + "a/one.jpg\n1\n2\n", "c.png\r\n2\r\n1.5 0 2 2\r\n7 7 0 -5e3\r\n",
            "# a.jpg\n1 2 3 4\n1 2 3 4 1 2 0 3 4 0 5 6 1 7 8 0 9 10 0 0.8\n# b.jpg\n",
            "a.jpg\n1\n1 2 3 4\n" + zero + "a.jpg\n1\n1\n" + zero +
                "{\"a.jpg\": [{\"points\": {\"left_eye\": [1, 2], \"right_eye\": [3, 4], \"nose\": [5, 6.5], "
                "\"mouth\": [7, 8e0]}}]}"};
}

}  // namespace

Target labels() {
    return {.name = "labels", .check = check_labels, .seeds = labels_seeds};
}

}  // namespace featherface::fuzz
