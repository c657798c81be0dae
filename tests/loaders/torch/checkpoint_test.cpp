// Checkpoints that PyTorch wrote (tests/data/torch, see make.py there): every tensor has the values it was
// given, in both containers, whatever its type, strides, nesting or prefix.
#include "loaders/torch/checkpoint.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/checkpoint_checks.hpp"
#include "support/files.hpp"

using namespace featherface;
using namespace featherface::test;
using loaders::Checkpoint;
using loaders::CheckpointTensor;
using loaders::DType;

namespace {

using Shape = std::vector<std::int64_t>;

Checkpoint open_data(std::string_view name) {
    return open_file(data_file("torch") / name);
}

// What make.py calls ramp(start, count).
std::vector<float> ramp(int start, int count) {
    std::vector<float> values;
    for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(start + i) / 8);
    return values;
}

std::vector<std::string> names_of(const Checkpoint& checkpoint) {
    std::vector<std::string> names;
    for (const CheckpointTensor& tensor : checkpoint.tensors()) names.push_back(tensor.name);
    return names;
}

std::vector<std::string> copy_of(std::span<const std::string> strings) {
    return {strings.begin(), strings.end()};
}

void check_small_model(const Checkpoint& checkpoint) {
    CHECK(names_of(checkpoint) == std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias",
                                                           "1.running_mean", "1.running_var",
                                                           "1.num_batches_tracked"});
    CHECK(values_of(checkpoint, "0.weight") == ramp(0, 54));
    CHECK(checkpoint.find("0.weight")->shape == Shape{3, 2, 3, 3});
    CHECK(checkpoint.find("0.weight")->strides == Shape{18, 9, 3, 1});
    CHECK(values_of(checkpoint, "0.bias") == ramp(100, 3));
    CHECK(values_of(checkpoint, "1.weight") == ramp(200, 3));
    CHECK(values_of(checkpoint, "1.bias") == ramp(300, 3));
    CHECK(values_of(checkpoint, "1.running_mean") == ramp(400, 3));
    CHECK(values_of(checkpoint, "1.running_var") == ramp(500, 3));
    const CheckpointTensor* tracked = checkpoint.find("1.num_batches_tracked");
    REQUIRE(tracked != nullptr);
    CHECK(tracked->dtype == DType::i64);
    CHECK(tracked->shape.empty());
    CHECK(tracked->element_count() == 1);
    CHECK(checkpoint.find("1.nothing") == nullptr);
}

}  // namespace

TEST_CASE("checkpoint: a state_dict of PyTorch's in either container and pickle protocol") {
    for (const std::string name : {"zip.pth", "zip_protocol4.pth", "legacy.pth"}) {
        CAPTURE(name);
        const Checkpoint checkpoint = open_data(name);
        check_small_model(checkpoint);
        CHECK(checkpoint.container() == (name == "legacy.pth" ? "torch legacy" : "torch zip"));
        CHECK(checkpoint.state_dict_path().empty());
        CHECK(checkpoint.prefix().empty());
        CHECK(checkpoint.top_level_keys().empty());
        CHECK(copy_of(checkpoint.globals()) ==
              std::vector<std::string>{"collections.OrderedDict", "torch.FloatStorage", "torch.LongStorage",
                                       "torch._utils._rebuild_tensor_v2"});
        CHECK(checkpoint.file_name() == (data_file("torch") / name).string());
        CHECK(checkpoint.file_size() == std::filesystem::file_size(data_file("torch") / name));
        CHECK(checkpoint.sha256().size() == 64);
    }
}

TEST_CASE(
    "checkpoint: a training checkpoint's state_dict, found beside the optimizer and freed of 'module.'") {
    for (const char* name : {"training_zip.pth", "training_legacy.pth"}) {
        CAPTURE(name);
        const Checkpoint checkpoint = open_data(name);
        check_small_model(checkpoint);
        CHECK(checkpoint.state_dict_path() == "state_dict");
        CHECK(checkpoint.prefix() == "module.");
        CHECK(copy_of(checkpoint.top_level_keys()) == std::vector<std::string>{"epoch", "optimizer", "best"});
    }
}

TEST_CASE("checkpoint: an optimizer alone is a readable file without tensors") {
    const Checkpoint checkpoint = open_data("optimizer.pth");
    CHECK(checkpoint.tensors().empty());
    CHECK(copy_of(checkpoint.top_level_keys()) == std::vector<std::string>{"state", "param_groups"});
}

TEST_CASE("checkpoint: every element type is named, and the floating-point ones are converted") {
    for (const char* name : {"dtypes_zip.pth", "dtypes_legacy.pth"}) {
        CAPTURE(name);
        const Checkpoint checkpoint = open_data(name);
        CHECK(values_of(checkpoint, "f16") == ramp(0, 4));
        CHECK(values_of(checkpoint, "bf16") == ramp(10, 4));
        CHECK(values_of(checkpoint, "f32") == ramp(20, 4));
        CHECK(values_of(checkpoint, "f64") == ramp(30, 4));
        const std::vector<std::pair<const char*, DType>> types = {
            {"f16", DType::f16}, {"bf16", DType::bf16},    {"f32", DType::f32},      {"f64", DType::f64},
            {"i8", DType::i8},   {"u8", DType::u8},        {"i16", DType::i16},      {"i32", DType::i32},
            {"i64", DType::i64}, {"bool", DType::boolean}, {"c64", DType::complex64}};
        REQUIRE(checkpoint.tensors().size() == types.size());
        for (const auto& type : types) {
            const auto* tensor = type.first;
            const DType dtype = type.second;
            CAPTURE(tensor);
            CHECK(checkpoint.find(tensor)->dtype == dtype);
            CHECK(checkpoint.find(tensor)->dtype_name == loaders::name_of(dtype));
            CHECK(checkpoint.find(tensor)->layout.empty());
        }
        std::vector<float> out(1);
        check_refused(loaders::copy_as_f32(*checkpoint.find("c64"), out), StatusCode::unsupported,
                      {"tensor 'c64'", "found complex64", "float32, float64, float16 or bfloat16"});
    }
}

TEST_CASE("checkpoint: views, shared storages, any strides and offsets, scalars, empty tensors, parameters") {
    for (const char* name : {"views_zip.pth", "views_legacy.pth"}) {
        CAPTURE(name);
        const Checkpoint checkpoint = open_data(name);
        const std::vector<float> base = ramp(0, 24);
        const auto at = [&](int row, int column) { return base[static_cast<std::size_t>(row * 6 + column)]; };
        CHECK(values_of(checkpoint, "base") == base);
        std::vector<float> transposed;
        for (int column = 0; column < 6; ++column) {
            for (int row = 0; row < 4; ++row) transposed.push_back(at(row, column));
        }
        CHECK(values_of(checkpoint, "transposed") == transposed);
        CHECK_FALSE(checkpoint.find("transposed")->is_contiguous());
        CHECK(values_of(checkpoint, "part") ==
              std::vector<float>{at(1, 2), at(1, 3), at(1, 4), at(2, 2), at(2, 3), at(2, 4)});
        CHECK(values_of(checkpoint, "stepped") == std::vector<float>{at(0, 0), at(0, 3), at(2, 0), at(2, 3)});
        CHECK(values_of(checkpoint, "column") == std::vector<float>{at(0, 1), at(1, 1), at(2, 1), at(3, 1)});
        CHECK(values_of(checkpoint, "scalar") == std::vector<float>{2.5f});
        CHECK(values_of(checkpoint, "empty").empty());
        CHECK(checkpoint.find("empty")->shape == Shape{0, 3});
        CHECK(values_of(checkpoint, "parameter") == ramp(50, 4));
        CHECK(values_of(checkpoint, "channels_last") == ramp(60, 8));
        CHECK_FALSE(checkpoint.find("channels_last")->is_contiguous());
        // The views share the base's bytes.
        CHECK(checkpoint.find("transposed")->bytes.data() == checkpoint.find("base")->bytes.data());
        CHECK(checkpoint.find("column")->bytes.data() ==
              checkpoint.find("base")->bytes.data() + sizeof(float));
    }
}

TEST_CASE("checkpoint: tensors that are no plain arrays are named and do not disturb the others") {
    const Checkpoint checkpoint = open_data("layouts.pth");
    CHECK(values_of(checkpoint, "dense") == ramp(0, 2));
    CHECK(values_of(checkpoint, "tagged") == ramp(10, 3));  // a subclass of Tensor
    const auto check = [&](const char* name, std::string_view layout, std::string_view dtype,
                           const Shape& shape) {
        CAPTURE(name);
        const CheckpointTensor* tensor = checkpoint.find(name);
        REQUIRE(tensor != nullptr);
        CHECK(tensor->layout == layout);
        CHECK(tensor->dtype_name == dtype);
        CHECK(tensor->shape == shape);
        std::vector<float> out(static_cast<std::size_t>(tensor->element_count()));
        check_refused(loaders::copy_as_f32(*tensor, out), StatusCode::unsupported, {name, layout, dtype});
    };
    check("quantized", "quantized", "quint8", {2, 2});
    check("sparse", "sparse", "float32", {2, 3});
    check("meta", "meta", "unknown", {});
}

TEST_CASE("checkpoint: a whole model that PyTorch pickled holds what its state_dict does") {
    const Checkpoint checkpoint = open_data("whole_model.pth");
    check_small_model(checkpoint);
    CHECK(checkpoint.form() == "whole module");
}

TEST_CASE("checkpoint: a TorchScript archive of PyTorch's holds what its module's state_dict does") {
    const Checkpoint checkpoint = open_data("torchscript.pt");
    check_small_model(checkpoint);
    CHECK(checkpoint.form() == "TorchScript module");
}

TEST_CASE(
    "checkpoint: every cut and a flipped bit in every byte of a real file is either refused or harmless") {
    for (const char* name : {"zip.pth", "legacy.pth", "layouts.pth"}) {
        CAPTURE(name);
        const std::vector<std::uint8_t> original = read_file(data_file("torch") / name);
        std::size_t accepted = 0, refused = 0;
        for (std::size_t size = 0; size < original.size(); ++size) {
            accepted +=
                Checkpoint::from_bytes(std::as_bytes(std::span(original)).first(size), name).ok() ? 1 : 0;
        }
        CHECK(accepted == 0);
        std::vector<std::uint8_t> bytes = original;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] ^= static_cast<std::uint8_t>(1u << (i % 8));
            const Result<Checkpoint> result = Checkpoint::from_bytes(std::as_bytes(std::span(bytes)), name);
            bytes[i] = original[i];
            if (!result.ok()) {
                ++refused;
                continue;
            }
            // What is accepted can be read to the last element.
            for (const CheckpointTensor& tensor : result.value().tensors()) {
                if (!is_float(tensor.dtype) || !tensor.layout.empty()) continue;
                std::vector<float> out(static_cast<std::size_t>(tensor.element_count()));
                accepted += loaders::copy_as_f32(tensor, out).ok() ? 0 : 1;
            }
        }
        CHECK(accepted == 0);
        CHECK(refused > original.size() / 2);
    }
}
