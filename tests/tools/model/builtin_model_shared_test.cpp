// The model in the repository was trained, not copied: it starts from V1's backbone, and every tensor of it
// has moved since.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "loaders/torch/checkpoint.hpp"
#include "support/shared_data.hpp"

namespace featherface::test {

namespace {

std::map<std::string, std::vector<float>> tensors_of(const std::filesystem::path& path) {
    const auto checkpoint = loaders::Checkpoint::open(path);
    REQUIRE_MESSAGE(checkpoint.ok(), checkpoint.status().message());
    std::map<std::string, std::vector<float>> tensors;
    for (const loaders::CheckpointTensor& tensor : checkpoint->tensors()) {
        std::vector<float> values(static_cast<std::size_t>(tensor.element_count()));
        if (loaders::copy_as_f32(tensor, values).ok())  // not so for the counters
            tensors.emplace(std::string(tensor.name), std::move(values));
    }
    return tensors;
}

// As many values alike, to float16's precision, are no coincidence. A single one may be: the gates'
// normalisations of one channel are tensors of one number, and one of V2's has come out as one of V1's, of
// another layer, rounded.
bool is_copy(const std::vector<float>& a, const std::vector<float>& b) {
    if (a.size() != b.size() || a.size() == 1) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::abs(a[i] - b[i]) > 1e-3f * std::abs(a[i])) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("built-in model: none of its tensors is one of V1's") {
    FEATHERFACE_SHARED_FILE(v1_file, "weights/mobilenet0.25_Final.pth");
    const auto v1 = tensors_of(v1_file);
    const auto ours = tensors_of(FEATHERFACE_SOURCE_DIR "/tools/model/FeatherFaceV2_final.pth");
    CHECK(is_copy(v1.at("body.stage1.0.0.weight"), v1.at("body.stage1.0.0.weight")));
    int of_the_same_name = 0;
    for (const auto& tensor : ours) {
        of_the_same_name += v1.contains(tensor.first) ? 1 : 0;
        for (const auto& original : v1) {
            CHECK_MESSAGE(!is_copy(tensor.second, original.second), tensor.first << " is " << original.first);
        }
    }
    CHECK(of_the_same_name > 100);
}

}  // namespace featherface::test
