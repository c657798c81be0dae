#include "engine/identity/identify.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "engine/identity/text.hpp"
#include "engine/identity/weights.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/torch_writer.hpp"

namespace featherface::test {

using engine::Identity;

namespace {

using Tensors = std::vector<TorchTensor>;

TorchTensor tensor(const std::string& name, std::vector<std::int64_t> shape, float value = 0.5f) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) count *= extent;
    return make_tensor(name, std::move(shape), std::vector<float>(static_cast<std::size_t>(count), value));
}

// One float per name.
Tensors tensors_named(const std::vector<std::string>& names) {
    Tensors tensors;
    for (const std::string& name : names) tensors.push_back(tensor(name, {1}));
    return tensors;
}

Identity identify(const ByteString& file) {
    auto checkpoint = loaders::Checkpoint::from_bytes(std::as_bytes(std::span(file)), "test.pth");
    REQUIRE_MESSAGE(checkpoint.ok(), checkpoint.status().message());
    return engine::identify(checkpoint.value());
}

Identity identify(const Tensors& tensors, const TorchOptions& options = {}) {
    return identify(make_torch_zip(tensors, options));
}

Tensors backbone() {
    Tensors tensors = seeded_checkpoint("classifier");
    std::erase_if(tensors, [](const TorchTensor& t) { return t.name.starts_with("fc."); });
    return tensors;
}

TorchTensor& find(Tensors& tensors, std::string_view name) {
    const auto found =
        std::find_if(tensors.begin(), tensors.end(), [&](const auto& t) { return t.name == name; });
    REQUIRE(found != tensors.end());
    return *found;
}

void set_value(Tensors& tensors, std::string_view name, std::size_t index, float value) {
    TorchTensor& t = find(tensors, name);
    REQUIRE(t.dtype == loaders::DType::f32);
    std::memcpy(t.bytes.data() + index * sizeof value, &value, sizeof value);
}

void check_says(const std::string& text, std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
        CHECK_MESSAGE(text.find(word) != std::string::npos, "'" << word << "' is not in: " << text);
    }
}

// Checks that it is refused, told to be `name`, with an explanation that says so.
Identity check_not_ours(const Identity& identity, const std::string& name,
                        std::initializer_list<std::string_view> words) {
    CHECK_FALSE(identity.architecture.has_value());
    CHECK(identity.name == name);
    check_says(identity.explanation, words);
    return identity;
}

}  // namespace

TEST_CASE("identify: each network is told by its tensors, with its parameters counted as PyTorch does") {
    struct Expected {
        Tensors tensors;
        Architecture architecture;
        std::string name;
        std::int64_t parameters;
    };
    const std::vector<Expected> all = {
        {seeded_checkpoint("v1"), Architecture::featherface_v1, "FeatherFace V1", 592'371},
        {seeded_checkpoint("v2"), Architecture::featherface_v2, "FeatherFace V2", 256'156},
        {seeded_checkpoint("retinaface"), Architecture::retinaface, "RetinaFace-MobileNet0.25", 426'608},
        {seeded_checkpoint("ff489k"), Architecture::featherface_489k, "FeatherFace 489K", 489'015},
        {seeded_checkpoint("ffeca"), Architecture::featherface_eca_cbam, "FeatherFace ECA-CBAM", 476'345},
        {seeded_checkpoint("ffca"), Architecture::featherface_coordinate,
         "FeatherFace with coordinate attention", 493'095},
        {seeded_checkpoint("classifier"), Architecture::mobilenet_classifier, "MobileNetV1-0.25 classifier",
         470'072},
        {backbone(), Architecture::mobilenet_backbone, "MobileNetV1-0.25 backbone", 213'072},
    };
    for (const Expected& expected : all) {
        CAPTURE(expected.name);
        const Identity identity = identify(expected.tensors);
        CHECK(identity.architecture == expected.architecture);
        CHECK(identity.name == expected.name);
        CHECK(identity.graph.name == expected.name);
        CHECK(!identity.graph.nodes.empty());
        CHECK(identity.parameters == expected.parameters);
        CHECK(identity.debris == 0);
        CHECK(identity.explanation.empty());
        CHECK(identity.differences.empty());
        CHECK(identity.warnings.empty());

        std::int64_t counters = 0, statistics = 0;
        for (const TorchTensor& t : expected.tensors) {
            counters += t.name.ends_with("num_batches_tracked");
            if (t.name.ends_with("running_mean") || t.name.ends_with("running_var")) statistics += t.shape[0];
        }
        CHECK(counters > 0);
        CHECK(identity.buffers == counters + statistics);
    }
}

TEST_CASE("identify: the container, nesting, a module. prefix and element types make no difference") {
    const Tensors v2 = seeded_checkpoint("v2");
    TorchOptions nested;
    nested.nesting = "state_dict";
    nested.prefix = "module.";
    nested.optimizer = true;
    CHECK(identify(make_torch_legacy(v2, nested)).architecture == Architecture::featherface_v2);

    Tensors doubles;
    for (const TorchTensor& t : v2) {
        if (t.dtype != loaders::DType::f32) {
            doubles.push_back(t);
            continue;
        }
        std::vector<float> values(t.bytes.size() / sizeof(float));
        std::memcpy(values.data(), t.bytes.data(), t.bytes.size());
        doubles.push_back(make_tensor(t.name, t.shape, values, loaders::DType::f64));
    }
    const Identity identity = identify(doubles);
    CHECK(identity.architecture == Architecture::featherface_v2);
    CHECK(identity.parameters == 256'156);
}

TEST_CASE("identify: a prefix that all names share and without which the network fits is taken off") {
    for (const char* prefix : {"_orig_mod.", "model.", "student.", "any_name_at_all.", "_orig_mod.module.",
                               "module._orig_mod.", "model.net.", "a.b.c.d."}) {
        CAPTURE(prefix);
        for (const char* network : {"v1", "v2", "classifier"}) {
            TorchOptions options;
            options.prefix = prefix;
            const ByteString file = make_torch_zip(seeded_checkpoint(network), options);
            auto checkpoint = loaders::Checkpoint::from_bytes(std::as_bytes(std::span(file)), "test.pth");
            REQUIRE(checkpoint.ok());
            const Identity identity = engine::identify(checkpoint.value());
            CHECK(identity.architecture.has_value());
            CHECK(checkpoint->prefix() == prefix);
            CHECK(std::ranges::none_of(identity.graph.parameters, [](const engine::Parameter& parameter) {
                return parameter.values.empty();
            }));
        }
    }
}

TEST_CASE("identify: debris and counters of a wrapper need not share the prefix") {
    Tensors tensors;
    for (TorchTensor& t : seeded_checkpoint("v2")) {
        t.name.insert(0, "module.");
        tensors.push_back(std::move(t));
    }
    for (const char* name : {"total_ops", "total_params", "module.total_ops", "module.body.total_params"})
        tensors.push_back(make_tensor(name, {1}, std::vector<float>{3}, loaders::DType::f64));
    TorchTensor averaged;  // of torch.optim.swa_utils.AveragedModel
    averaged.name = "n_averaged";
    averaged.dtype = loaders::DType::i64;
    averaged.bytes = ByteString(8, '\0');
    tensors.push_back(averaged);
    const Identity identity = identify(tensors);
    CHECK(identity.architecture == Architecture::featherface_v2);
    CHECK(identity.parameters == 256'156);
    CHECK(identity.debris == 3);  // of two of one name, the network's
}

TEST_CASE("identify: a prefix hides neither what is missing nor another known network") {
    Tensors tensors = seeded_checkpoint("v1");
    std::erase_if(tensors, [](const TorchTensor& t) { return t.name == "bifpn.0.p4_w1"; });
    TorchOptions options;
    options.prefix = "_orig_mod.";
    const Identity identity =
        check_not_ours(identify(tensors, options), "FeatherFace V1", {"nearly FeatherFace V1"});
    CHECK(identity.difference_count == 1);
    check_not_ours(identify(tensors_named({"features.0.0.weight", "features.4.fc.0.weight",
                                           "features.4.fc.2.weight", "final_DW.0.weight"}),
                            options),
                   "FeatherNetB anti-spoofing network", {"351,220"});
}

TEST_CASE(
    "identify: profiler counters are debris, counted apart; BatchNorm's batch counters may be missing") {
    Tensors tensors = seeded_checkpoint("v1");
    std::erase_if(tensors, [](const TorchTensor& t) { return t.name.ends_with("num_batches_tracked"); });
    for (const char* name : {"total_ops", "total_params", "body.stage1.0.total_ops", "ssh1.total_params"}) {
        tensors.push_back(make_tensor(name, {}, std::vector<float>{3}, loaders::DType::f64));
    }
    const Identity identity = identify(tensors);
    CHECK(identity.architecture == Architecture::featherface_v1);
    CHECK(identity.parameters == 592'371);
    CHECK(identity.debris == 4);
    CHECK(identity.warnings.empty());
}

TEST_CASE("identify: FeatherNetB is named and told from FeatherFace") {
    const Tensors tensors = tensors_named(
        {"features.0.0.weight", "features.4.fc.0.weight", "features.4.fc.2.weight", "final_DW.0.weight"});
    check_not_ours(identify(tensors), "FeatherNetB anti-spoofing network",
                   {"FeatherNetB", "4 parameters", "351,220", "no part of FeatherFace"});
}

TEST_CASE("identify: RetinaFace-ResNet50 is named and told from its small sister") {
    // The same pyramid and SSH, four times as wide, on another backbone.
    Tensors tensors = tensors_named({"body.conv1.weight", "body.layer1.0.conv1.weight",
                                     "body.layer4.2.conv3.weight", "body.layer4.2.bn3.weight"});
    for (TorchTensor& t : seeded_checkpoint("retinaface")) {
        if (t.name.starts_with("body.") || t.dtype != loaders::DType::f32) continue;
        for (std::int64_t& extent : t.shape) extent = extent >= 16 ? 4 * extent : extent;
        tensors.push_back(tensor(t.name, t.shape));
    }
    check_not_ours(identify(tensors), "RetinaFace-ResNet50",
                   {"27,293,600", "large sister of RetinaFace-MobileNet0.25", "'body.stage1.0.0.weight'"});
}

TEST_CASE("identify: networks that have the family's keys and others beside them are refused") {
    struct LookAlike {
        const char* of;
        Tensors more;
        const char* named;
    };
    const LookAlike all[] = {
        {"ff489k", {tensor("backbone_cbam_0.ChannelGate.mlp.1.weight", {4, 64})}, "FeatherFace 489K"},
        {"ff489k",
         {tensor("attention_cbam_2.SpatialGate.spatial.conv.weight", {1, 2, 7, 7})},
         "FeatherFace 489K"},
        {"ff489k", {tensor("bacbkbone_0_cbam.ChannelGate.mlp.1.weight", {4, 64})}, "FeatherFace 489K"},
        {"ff489k", {tensor("ssh1.ssh_original.conv3X3.0.weight", {28, 56, 3, 3})}, "FeatherFace 489K"},
        {"ffeca", {tensor("backbone_attention_0.sam.bn.weight", {1})}, "FeatherFace ECA-CBAM"},
        {"ffca", {tensor("ca_p3.conv_v.weight", {56, 8, 1, 1})}, "FeatherFace with coordinate attention"},
        {"retinaface", {tensor("fpn.merge3.0.weight", {64, 64, 3, 3})}, "RetinaFace-MobileNet0.25"},
    };
    for (const LookAlike& look_alike : all) {
        Tensors tensors = seeded_checkpoint(look_alike.of);
        const std::string& extra = look_alike.more[0].name;
        CAPTURE(extra);
        CHECK(identify(tensors).architecture.has_value());
        tensors.insert(tensors.end(), look_alike.more.begin(), look_alike.more.end());
        const Identity identity =
            check_not_ours(identify(tensors), look_alike.named, {"but not quite", "is not part of it"});
        REQUIRE(identity.differences.size() == 1);
        check_says(identity.differences[0], {extra});
    }
}

TEST_CASE("identify: the family's networks at another width, or with a cell more or less, are refused") {
    for (const char* network : {"retinaface", "ff489k", "ffeca", "ffca"}) {
        CAPTURE(network);
        Tensors narrow;
        for (const TorchTensor& t : seeded_checkpoint(network)) {
            if (t.dtype != loaders::DType::f32) continue;
            std::vector<std::int64_t> shape = t.shape;
            if (!t.name.starts_with("body.")) {
                for (const int width : {64, 56, 52})
                    std::replace(shape.begin(), shape.end(), std::int64_t{width}, std::int64_t{48});
            }
            narrow.push_back(tensor(t.name, shape));
        }
        CHECK_FALSE(identify(narrow).architecture.has_value());
    }
    Tensors fewer = seeded_checkpoint("ffeca"), more = seeded_checkpoint("ff489k");
    std::erase_if(fewer, [](const TorchTensor& t) { return t.name.starts_with("bifpn.2."); });
    for (TorchTensor& t : seeded_checkpoint("ff489k")) {
        if (!t.name.starts_with("bifpn.1.")) continue;
        t.name.replace(0, 8, "bifpn.2.");
        more.push_back(std::move(t));
    }
    check_not_ours(identify(fewer), "FeatherFace ECA-CBAM", {"'bifpn.2.p4_w1' (2) is missing"});
    check_not_ours(identify(more), "FeatherFace 489K", {"'bifpn.2.p4_w1' (2) is not part of it"});
}

TEST_CASE("identify: a missing tensor, a misshapen one and an extra one are named, and so is the network") {
    Tensors tensors = seeded_checkpoint("v1");
    std::erase_if(tensors,
                  [](const TorchTensor& t) { return t.name == "ssh2.conv5X5_1.0.offset_conv.bias"; });
    find(tensors, "body.stage1.0.0.weight") = tensor("body.stage1.0.0.weight", {8, 1, 3, 3});
    tensors.push_back(tensor("iou_head.weight", {2, 2}));

    const Identity identity =
        check_not_ours(identify(tensors), "FeatherFace V1", {"nearly FeatherFace V1", "not quite"});
    CHECK(identity.difference_count == 3);
    CHECK(identity.differences ==
          std::vector<std::string>{"'body.stage1.0.0.weight' has shape (8, 1, 3, 3), expected (8, 3, 3, 3)",
                                   "'ssh2.conv5X5_1.0.offset_conv.bias' (18) is missing",
                                   "'iou_head.weight' (2, 2) is not part of it"});
    for (const std::string& difference : identity.differences) check_says(identity.explanation, {difference});
}

TEST_CASE("identify: tensors of a type that is no floating-point one are named where they are needed") {
    using loaders::DType;
    for (const DType dtype : {DType::i8, DType::boolean, DType::complex64}) {
        Tensors tensors = seeded_checkpoint("v2");
        TorchTensor& weight = find(tensors, "shared_heads.0.cls_head.bias");
        weight.dtype = dtype;
        weight.bytes.assign(4 * loaders::size_of(dtype), '\1');
        const Identity identity =
            check_not_ours(identify(tensors), "FeatherFace V2", {"nearly FeatherFace V2"});
        CHECK(identity.differences ==
              std::vector<std::string>{"'shared_heads.0.cls_head.bias' is " +
                                       std::string(loaders::name_of(dtype)) +
                                       ", expected float32, float64, float16 or bfloat16"});
    }
}

TEST_CASE("identify: quantized and sparse tensors are named where they are needed") {
    const std::string needed = "shared_heads.0.cls_head.bias";
    const auto push_quantized = [](PickleWriter& pickle) {
        pickle.global("torch._utils", "_rebuild_qtensor").mark();
        push_storage(pickle, loaders::DType::i8, "needed", 4, false);
        pickle.integer(0).mark().integer(4).tuple().mark().integer(1).tuple();
        pickle.empty_tuple().boolean(false).none().tuple().reduce();
    };
    const auto push_sparse = [](PickleWriter& pickle) {
        const TorchTensor values = tensor("values", {1}), indices = tensor("indices", {1, 1});
        pickle.global("torch._utils", "_rebuild_sparse_tensor").mark();
        pickle.global("torch.serialization", "_get_layout").mark().text("torch.sparse_coo").tuple().reduce();
        pickle.mark();
        push_tensor(pickle, indices, "needed", false);
        push_tensor(pickle, values, "needed", false);
        pickle.mark().integer(4).tuple().tuple().tuple().reduce();
    };
    const auto refused = [&](auto push, const std::string& described) {
        PickleWriter pickle;
        Storages storages = {{"needed", ByteString(4, '\0')}};
        pickle.empty_dict();
        for (const TorchTensor& tensor : seeded_checkpoint("v2")) {
            pickle.text(tensor.name);
            if (tensor.name == needed) {
                push(pickle);
            } else {
                storages.emplace_back(std::to_string(storages.size()), tensor.bytes);
                push_tensor(pickle, tensor, storages.back().first, false);
            }
            pickle.set_item();
        }
        const ByteString file = make_zip(torch_zip_items(pickle.stop(), storages)).bytes;
        const Identity identity = check_not_ours(identify(file), "FeatherFace V2", {"nearly FeatherFace V2"});
        REQUIRE(identity.differences.size() == 1);
        check_says(identity.differences[0], {needed, described, "expected float32"});
    };
    refused(push_quantized, "quantized");
    refused(push_sparse, "sparse");
}

TEST_CASE("identify: other tensors that cannot be weights are ignored, with a warning, and not counted") {
    Tensors tensors = seeded_checkpoint("v2");
    TorchTensor mask;
    mask.name = "mask\n";
    mask.dtype = loaders::DType::boolean;
    mask.shape = {1000};
    mask.bytes.resize(1000);
    tensors.push_back(mask);
    const Identity whole = identify(seeded_checkpoint("v2")), identity = identify(tensors);
    CHECK(identity.architecture == Architecture::featherface_v2);
    REQUIRE(identity.warnings.size() == 1);
    check_says(identity.warnings[0], {"ignored", "'mask\\x0a' (bool)"});
    CHECK(identity.parameters == 256'156);
    CHECK(identity.buffers == whole.buffers);
    CHECK(identity.debris == whole.debris);
}

TEST_CASE("identify: half of a network is nearest to it, half of another nearest to that") {
    for (const char* network : {"v1", "v2", "retinaface", "ffeca", "classifier"}) {
        Tensors tensors = seeded_checkpoint(network);
        const std::string& whole = identify(tensors).name;
        tensors.resize(tensors.size() * 2 / 3);
        if (std::string(network) == "classifier") find(tensors, "stage1.0.0.weight").name = "renamed";
        const Identity identity = identify(tensors);
        CHECK_FALSE(identity.architecture.has_value());
        const bool backbone_is_as_near = whole == "MobileNetV1-0.25 classifier";
        CHECK(identity.name == (backbone_is_as_near ? "MobileNetV1-0.25 backbone" : whole));
    }
}

TEST_CASE("identify: an unknown network is called that, with its first tensors") {
    const Tensors tensors = {tensor("conv1.weight", {64, 3, 7, 7}), tensor("bn1.weight", {64}),
                             tensor("fc.weight", {10, 64}), tensor("fc2.weight", {10})};
    check_not_ours(identify(tensors), "unknown network",
                   {"10,122 parameters", "shares no tensor", "'conv1.weight' (64, 3, 7, 7)",
                    "'fc.weight' (10, 64)", "and 1 more"});
}

TEST_CASE("identify: a network that shares only some tensors is unknown, with the nearest one named") {
    Tensors tensors = backbone();
    for (TorchTensor& t : tensors) t.name.insert(0, "body.");
    tensors.push_back(tensor("head.weight", {2, 2}));
    const Identity identity = check_not_ours(identify(tensors), "unknown network",
                                             {"nearest is RetinaFace-MobileNet0.25", "is missing", "more"});
    CHECK(identity.differences.size() == Identity::kMostDifferences);
    CHECK(identity.difference_count > Identity::kMostDifferences);
}

TEST_CASE("identify: a file with an optimizer's state only holds no network") {
    PickleWriter pickle;
    pickle.empty_dict().mark();
    pickle.text("state").empty_dict();
    pickle.text("param_groups").empty_list();
    const ByteString file = make_zip(torch_zip_items(pickle.set_items().stop(), {})).bytes;
    check_not_ours(identify(file), "optimizer state without a network",
                   {"'state'", "'param_groups'", "net.state_dict()"});
}

TEST_CASE("identify: NaN and infinite weights are warned of, with the tensors and how many values") {
    Tensors tensors = seeded_checkpoint("v1");
    set_value(tensors, "body.stage1.0.0.weight", 0, std::numeric_limits<float>::quiet_NaN());
    set_value(tensors, "body.stage1.0.0.weight", 215, -std::numeric_limits<float>::infinity());
    set_value(tensors, "ssh3_cs.6.running_mean", 7, std::numeric_limits<float>::infinity());
    const Identity identity = identify(tensors);
    CHECK(identity.architecture == Architecture::featherface_v1);
    CHECK(identity.warnings ==
          std::vector<std::string>{
              "NaN or infinite values in 'body.stage1.0.0.weight' (2 of 216) and in 1 more tensor"});
}

TEST_CASE("identify: negative running variances are warned of, negative weights are not") {
    Tensors tensors = seeded_checkpoint("v2");
    set_value(tensors, "body.stage1.0.1.running_var", 3, -0.25f);
    set_value(tensors, "body.stage1.0.1.weight", 3, -0.25f);
    CHECK(identify(tensors).warnings ==
          std::vector<std::string>{"negative running variances in 'body.stage1.0.1.running_var' (1 of 8)"});
}

TEST_CASE("text: numbers in groups of three, shapes in parentheses") {
    CHECK(engine::grouped(0) == "0");
    CHECK(engine::grouped(999) == "999");
    CHECK(engine::grouped(1000) == "1,000");
    CHECK(engine::grouped(-1234567) == "-1,234,567");
    CHECK(engine::grouped(-100) == "-100");
    const std::vector<std::int64_t> shape = {8, 3};
    CHECK(engine::shape_text(shape) == "(8, 3)");
    CHECK(engine::shape_text({}) == "()");
}

}  // namespace featherface::test
