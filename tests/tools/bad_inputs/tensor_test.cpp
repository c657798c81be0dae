// Tensors that reach outside their storage or are no weights, and legacy files, in a network that is sound
// besides.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "support/seeded_checkpoint.hpp"
#include "support/torch_writer.hpp"
#include "tools/bad_inputs/bad_input.hpp"

namespace featherface::test {
namespace {

using namespace std::string_literals;
using loaders::DType;
using Sizes = std::vector<std::int64_t>;

const std::vector<float> kSix = {1, 2, 3, 4, 5, 6};

// One tensor "t" of this place in a storage of six floats.
ByteString placed(Sizes shape, Sizes strides, std::int64_t offset = 0) {
    TorchTensor tensor = make_tensor("t", std::move(shape), kSix);
    tensor.strides = std::move(strides);
    tensor.offset = offset;
    return make_torch_zip({tensor});
}

// The seeded V2 with its tensors changed.
template <class Change>
ByteString network(const Change& change, const TorchOptions& options = {}) {
    std::vector<TorchTensor> tensors = seeded_checkpoint("v2");
    change(tensors);
    return make_torch_zip(tensors, options);
}

TorchTensor& named(std::vector<TorchTensor>& tensors, std::string_view name) {
    const auto found = std::ranges::find(tensors, name, &TorchTensor::name);
    REQUIRE(found != tensors.end());
    return *found;
}

constexpr std::string_view kBias = "shared_heads.0.cls_head.bias";
constexpr std::string_view kVariance = "body.stage1.0.1.running_var";

ByteString of_type(DType dtype) {
    return network([&](auto& tensors) {
        TorchTensor& bias = named(tensors, kBias);
        bias.dtype = dtype;
        bias.bytes.assign(4 * loaders::size_of(dtype), '\1');
    });
}

ByteString with_value(std::string_view name, float value) {
    return network(
        [&](auto& tensors) { std::memcpy(named(tensors, name).bytes.data(), &value, sizeof value); });
}

}  // namespace

namespace {

// What stands in for a tensor that PyTorch keeps in another way than as a block of numbers.
void push_other_layout(PickleWriter& pickle, std::string_view layout) {
    const TorchTensor tensor = make_tensor("o", {4}, std::vector<float>{1, 2, 3, 4});
    const auto push_sizes = [&] { pickle.mark().integer(4).tuple(); };
    const bool sparse = layout == "sparse";
    pickle.global("torch._utils", sparse ? "_rebuild_sparse_tensor" : "_rebuild_qtensor").mark();
    if (sparse) {
        pickle.none().mark();
        for (int part = 0; part < 2; ++part) push_tensor(pickle, tensor, "other", false);
        push_sizes();
        pickle.tuple();
    } else {
        push_storage(pickle, DType::f32, "other", 4, false);
        pickle.integer(0);
        push_sizes();
        pickle.mark().integer(1).tuple().none().boolean(false).none();
    }
    pickle.tuple().reduce();
}

// The seeded V2 with such a tensor beside its own, or, under a name of theirs, instead of one.
ByteString network_with_layout(std::string_view layout, std::string_view name) {
    PickleWriter pickle;
    pickle.empty_dict();
    Storages storages = {{"other", make_tensor("o", {4}, std::vector<float>{1, 2, 3, 4}).bytes}};
    for (const TorchTensor& tensor : seeded_checkpoint("v2")) {
        if (tensor.name == name) continue;
        const std::string key = std::to_string(storages.size());
        pickle.text(tensor.name);
        push_tensor(pickle, tensor, key, false);
        pickle.set_item();
        storages.emplace_back(key, tensor.bytes);
    }
    pickle.text(name);
    push_other_layout(pickle, layout);
    return make_zip(torch_zip_items(pickle.set_item().stop(), storages)).bytes;
}

}  // namespace

TEST_CASE("bad inputs: tensors that reach outside their storage are refused by name") {
    BadInputs verify({"verify", "{}"}, ".pth");
    constexpr std::int64_t kHuge = std::int64_t{1} << 62;
    verify.check({
        {"negative size", placed({-2, 3}, {3, 1}), 3, {"tensor 't'", "negative number", "found -2"}},
        {"negative stride", placed({2, 3}, {3, -1}), 3, {"tensor 't'", "negative number", "found -1"}},
        {"negative offset", placed({2, 3}, {3, 1}, -1), 3, {"tensor 't'", "offset", "found -1"}},
        {"zero stride",
         placed({3, 2}, {0, 1}),
         3,
         {"tensor 't'", "a stride of 0 where its size is 3", ".contiguous()"}},
        {"numel overflow", placed({kHuge, kHuge}, {1, 1}), 3, {"tensor 't'", "its shape is too large"}},
        {"offset and extent overflow",
         placed({2}, {1}, kHuge),
         3,
         {"tensor 't'", "reaches past its storage"}},
        {"more elements than bytes",
         placed({7}, {1}),
         3,
         {"tensor 't'", "more elements than its storage", "at most 6", "found 7"}},
        {"rank 9",
         placed(Sizes(9, 1), Sizes(9, 1)),
         3,
         {"tensor 't'", "too many dimensions", "at most 8", "found 9"}},
    });
    PickleWriter pickle;
    const TorchTensor tensor = make_tensor("t", {6}, kSix);
    pickle.empty_dict().text("t");
    push_tensor(pickle, tensor, "0", false);
    const ByteString object = pickle.set_item().stop();
    const auto stored = [&](const ByteString& bytes) {
        return make_zip(torch_zip_items(object, {{"0", bytes}})).bytes;
    };
    verify.check({
        {"storage length that differs", stored(tensor.bytes.substr(4)), 3, {"storage", "24", "20"}},
        {"odd byte length", stored(tensor.bytes.substr(1)), 3, {"storage", "23"}},
    });
}

TEST_CASE("bad inputs: tensors of all layouts and types are read, and what cannot be a weight is named") {
    BadInputs verify({"verify", "{}"}, ".pth");
    const auto keep = [](auto&) {};
    const auto rename = [](std::string_view prefix, std::size_t every) {
        return network([&](auto& tensors) {
            for (std::size_t i = 0; i < tensors.size(); i += every) tensors[i].name.insert(0, prefix);
        });
    };
    verify.check({
        {"aliasing views", placed({2, 2}, {1, 1}), 4, {"'t' (2, 2)"}},
        {"non-contiguous", placed({2, 3}, {1, 2}), 4, {"'t' (2, 3)"}},
        {"f16", make_torch_zip({make_tensor("t", {6}, kSix, DType::f16)}), 4, {"'t' (6)"}},
        {"bf16", make_torch_zip({make_tensor("t", {6}, kSix, DType::bf16)}), 4, {"'t' (6)"}},
        {"f64", make_torch_zip({make_tensor("t", {6}, kSix, DType::f64)}), 4, {"'t' (6)"}},
        {"int8", of_type(DType::i8), 4, {"nearly FeatherFace V2", kBias, "is int8", "expected float32"}},
        {"bool", of_type(DType::boolean), 4, {kBias, "is bool"}},
        {"complex", of_type(DType::complex64), 4, {kBias, "is complex64"}},
        {"ignored int8",
         network([](auto& tensors) {
             tensors.push_back(make_tensor("t", {6}, kSix));
             tensors.back().dtype = DType::i8;
             tensors.back().bytes.assign(6, '\1');
         }),
         0,
         {"Valid FeatherFace V2"}},
        {"quantized", network_with_layout("quantized", kBias), 4, {kBias, "quantized"}},
        {"sparse", network_with_layout("sparse", kBias), 4, {kBias, "sparse"}},
        {"ignored quantized", network_with_layout("quantized", "t"), 0, {"Valid FeatherFace V2"}},
        {"ignored sparse", network_with_layout("sparse", "t"), 0, {"Valid FeatherFace V2"}},
        {"NaN weight", with_value(kBias, NAN), 0, {"warning", kBias}},
        {"infinite weight", with_value(kBias, INFINITY), 0, {"warning", kBias}},
        {"negative running_var", with_value(kVariance, -1), 0, {"warning", kVariance}},
        {"missing tensor",
         network([](auto& tensors) {
             std::erase_if(tensors, [](const TorchTensor& t) { return t.name == kBias; });
         }),
         4,
         {"nearly FeatherFace V2", kBias, "is missing"}},
        {"extra tensor",
         network([](auto& tensors) {
             tensors.push_back(make_tensor("iou.weight", {2, 3}, kSix));
         }),
         4,
         {"'iou.weight' (2, 3) is not part of it"}},
        {"misshapen tensor",
         network([](auto& tensors) {
             named(tensors, kBias).shape = {2, 2};
         }),
         4,
         {"has shape (2, 2), expected (4)"}},
        {"another network", make_torch_zip(seeded_checkpoint("classifier")), 0, {"Valid"}},
        {"module. prefix", network(keep, {.prefix = "module."}), 0, {"Valid FeatherFace V2", "module."}},
        {"mixed prefixes", rename("module.", 2), 3, {"module."}},
        {"prefix collision",
         network([](auto& tensors) {
             tensors.push_back(named(tensors, kBias));
             tensors.back().name.insert(0, "module.");
         }),
         3,
         {"same name but for 'module.'", kBias}},
        {"optimizer only",
         make_zip(
             torch_zip_items(PickleWriter().empty_dict().text("state").empty_dict().set_item().stop(), {}))
             .bytes,
         4,
         {"without a network", "'state'"}},
        {"under state_dict", network(keep, {.nesting = "state_dict"}), 0, {"Valid FeatherFace V2"}},
        {"under model", network(keep, {.nesting = "model"}), 0, {"Valid FeatherFace V2"}},
        {"under model_state_dict",
         network(keep, {.nesting = "model_state_dict"}),
         0,
         {"Valid FeatherFace V2"}},
        {"under net, beside an optimizer",
         network(keep, {.nesting = "net", .optimizer = true}),
         0,
         {"Valid FeatherFace V2"}},
    });
}

TEST_CASE("bad inputs: legacy files whose parts contradict one another are refused") {
    BadInputs verify({"verify", "{}"}, ".pth");
    const std::vector<TorchTensor> tensors = {make_tensor("t", {6}, kSix)};
    const ByteString whole = make_torch_legacy(tensors);
    const auto object = [&](std::int64_t elements, const std::string& key) {
        PickleWriter pickle;
        TorchTensor tensor = tensors[0];
        tensor.bytes.resize(static_cast<std::size_t>(elements) * 4);
        tensor.shape = {elements};
        pickle.empty_dict().text("t");
        push_tensor(pickle, tensor, key, true);
        return pickle.set_item().stop();
    };
    ByteString magic = whole, protocol = whole;
    magic[5] ^= 1;
    protocol.replace(15, 6, PickleWriter().integer(1002).stop());
    verify.check({
        {"sound", whole, 4, {"'t' (6)"}},
        {"wrong magic", magic, 3, {"magic number"}},
        {"wrong protocol", protocol, 3, {"protocol", "1001", "1002"}},
        {"little_endian False", legacy_header(false) + whole.substr(legacy_header().size()), 3, {"endian"}},
        {"storage list mismatch",
         torch_legacy(object(6, "1"), {{"0", tensors[0].bytes}}, {4}),
         3,
         {"storage '0' is in the list of storages, but nothing refers to it"}},
        {"element count that differs",
         torch_legacy(object(5, "0"), {{"0", tensors[0].bytes}}, {4}),
         3,
         {"another number of elements", "expected 5", "found 6"}},
        {"views metadata",
         [&] {
             PickleWriter pickle;
             pickle.empty_dict().text("t").global("torch._utils", "_rebuild_tensor_v2").mark();
             pickle.mark().text("storage").global("torch", "FloatStorage").text("0").text("cpu").integer(6);
             pickle.mark().text("view").integer(2).integer(3).tuple().tuple().persistent();
             push_place_and_call(pickle, 3);
             return torch_legacy(pickle.set_item().stop(), {{"0", tensors[0].bytes}}, {4});
         }(),
         3,
         {"a view of a storage", "PyTorch before 0.4"}},
        {"cut in the last storage",
         whole.substr(0, whole.size() - 1),
         3,
         {"is cut short", "expected 24 bytes", "found 23"}},
    });
}

}  // namespace featherface::test
