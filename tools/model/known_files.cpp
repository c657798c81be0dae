#include "tools/model/known_files.hpp"

#include <algorithm>
#include <iterator>

namespace featherface::tools {

namespace {

struct PublishedFile {
    std::string_view sha256, what;
};

// As README.md lists them.
constexpr PublishedFile kPublishedFiles[] = {
    {"78cee1c6b825d155d2778e39c27b39b2edb4c45249bed34ffe8a5a80f65f6a00",
     "mobilenet0.25_Final.pth, FeatherFace V1 trained on WIDER FACE"},
    {"75c37f8d438b7c6aed2e6b310fd0540c40dabf0dd820770bd7082668dfd7c1c1",
     "mobilenetV1X0.25_pretrain.tar, the ImageNet backbone"},
};

}  // namespace

std::string_view published_file(std::string_view sha256) {
    const auto* found = std::ranges::find(kPublishedFiles, sha256, &PublishedFile::sha256);
    return found == std::end(kPublishedFiles) ? std::string_view() : found->what;
}

bool has_checksums(std::string_view container) {
    return container.ends_with("zip") || container == "packed model";
}

}  // namespace featherface::tools
