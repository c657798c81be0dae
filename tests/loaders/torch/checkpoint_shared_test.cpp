// The real checkpoints: their containers, names and numbers of parameters, and V2's equal contents in both
// containers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "loaders/torch/checkpoint.hpp"
#include "support/checkpoint_checks.hpp"
#include "support/shared_data.hpp"

using namespace featherface;
using namespace featherface::test;
using loaders::Checkpoint;
using loaders::CheckpointTensor;
using loaders::DType;

namespace {

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> endings) {
    return std::ranges::any_of(endings, [&](std::string_view ending) { return name.ends_with(ending); });
}

struct Counts {
    std::int64_t parameters = 0;  // elements
    int debris = 0;               // tensors
};

Counts count(const Checkpoint& checkpoint, std::string_view without = "none") {
    Counts counts;
    for (const CheckpointTensor& tensor : checkpoint.tensors()) {
        if (ends_with_any(tensor.name, {"total_ops", "total_params"})) {
            ++counts.debris;
        } else if (!ends_with_any(tensor.name, {"running_mean", "running_var", "num_batches_tracked"}) &&
                   !tensor.name.starts_with(without)) {
            counts.parameters += tensor.element_count();
        }
    }
    return counts;
}

// Every float tensor can be read and holds numbers only.
void check_numbers(const Checkpoint& checkpoint) {
    for (const CheckpointTensor& tensor : checkpoint.tensors()) {
        CAPTURE(tensor.name);
        CHECK(tensor.layout.empty());
        if (!is_float(tensor.dtype)) continue;
        const std::vector<float> values = values_of(checkpoint, tensor.name);
        CHECK(std::ranges::all_of(values, [](float value) { return std::isfinite(value); }));
    }
}

}  // namespace

TEST_CASE("shared: V1 is a bare zip checkpoint of 592,371 parameters and 248 scalars of debris") {
    FEATHERFACE_SHARED_FILE(path, "weights/mobilenet0.25_Final.pth");
    const Checkpoint checkpoint = open_file(path);
    CHECK(checkpoint.container() == "torch zip");
    CHECK(checkpoint.state_dict_path().empty());
    CHECK(checkpoint.prefix().empty());
    CHECK(count(checkpoint).parameters == 592371);
    CHECK(count(checkpoint).debris == 248);
    CHECK(checkpoint.sha256() == "78cee1c6b825d155d2778e39c27b39b2edb4c45249bed34ffe8a5a80f65f6a00");
    const CheckpointTensor* first = checkpoint.find("body.stage1.0.0.weight");
    REQUIRE(first != nullptr);
    CHECK(first->shape == std::vector<std::int64_t>{8, 3, 3, 3});
    CHECK(checkpoint.find("total_ops")->dtype == DType::f64);
    check_numbers(checkpoint);
}

TEST_CASE("shared: the backbone is a legacy checkpoint of 470,072 parameters, 213,072 without fc") {
    FEATHERFACE_SHARED_FILE(path, "weights/mobilenetV1X0.25_pretrain.tar");
    const Checkpoint checkpoint = open_file(path);
    CHECK(checkpoint.container() == "torch legacy");
    CHECK(checkpoint.state_dict_path() == "state_dict");
    CHECK(checkpoint.prefix() == "module.");
    CHECK(count(checkpoint).parameters == 470072);
    CHECK(count(checkpoint, "fc.").parameters == 213072);
    CHECK(checkpoint.find("fc.weight")->shape == std::vector<std::int64_t>{1000, 256});
    check_numbers(checkpoint);
}

TEST_CASE("shared: V2 has 256,156 parameters") {
    FEATHERFACE_SHARED_FILE(path, "weights/v2/FeatherFaceV2_trial.pth");
    const Checkpoint checkpoint = open_file(path);
    CHECK(count(checkpoint).parameters == 256156);
    CHECK(count(checkpoint).debris == 0);
    check_numbers(checkpoint);
}

TEST_CASE("shared: the untrained V2 is the same in a zip and in a legacy training checkpoint") {
    FEATHERFACE_SHARED_FILE(zip_path, "weights/v2/FeatherFaceV2_untrained.pth");
    FEATHERFACE_SHARED_FILE(legacy_path, "weights/v2/FeatherFaceV2_untrained_ddp_legacy.pth");
    const Checkpoint zip = open_file(zip_path), legacy = open_file(legacy_path);
    CHECK(zip.container() == "torch zip");
    CHECK(legacy.container() == "torch legacy");
    CHECK(legacy.state_dict_path() == "state_dict");
    CHECK(legacy.prefix() == "module.");
    CHECK(count(zip).parameters == 256156);
    CHECK(count(legacy).parameters == 256156);
    REQUIRE(zip.tensors().size() == legacy.tensors().size());
    for (const CheckpointTensor& tensor : zip.tensors()) {
        CAPTURE(tensor.name);
        const CheckpointTensor* other = legacy.find(tensor.name);
        REQUIRE(other != nullptr);
        CHECK(tensor.dtype == other->dtype);
        CHECK(tensor.shape == other->shape);
        if (is_float(tensor.dtype)) CHECK(values_of(zip, tensor.name) == values_of(legacy, tensor.name));
    }
}
