// `featherface verify` and `featherface inspect`.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "featherface/model.hpp"
#include "support/files.hpp"
#include "support/json.hpp"
#include "support/module_writer.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/text.hpp"

namespace featherface::test {

namespace {

// An ordinary file of another kind of network.
std::vector<TorchTensor> feathernet() {
    std::vector<TorchTensor> tensors;
    for (const char* name :
         {"features.0.0.weight", "features.4.fc.0.weight", "features.4.fc.2.weight", "final_DW.0.weight"}) {
        tensors.push_back(make_tensor(name, {2}, std::vector<float>{1, 2}));
    }
    return tensors;
}

}  // namespace

TEST_CASE("verify: each network is called valid, with its parameters, hash and usual file name") {
    struct Expected {
        const char *network, *title, *parameters, *usual, *architecture;
        long count;
    };
    const std::vector<Expected> all = {
        {"v1", "Valid FeatherFace V1 model\n", "592,371", "mobilenet0.25_*", "featherface_v1", 592'371},
        {"v2", "Valid FeatherFace V2 model\n", "256,156", "FeatherFaceV2_*", "featherface_v2", 256'156},
        {"retinaface", "Valid RetinaFace-MobileNet0.25 model\n", "426,608", "mobilenet0.25_*",
         "retinaface_mobilenet025", 426'608},
        {"ff489k", "Valid FeatherFace 489K model\n", "489,015", "mobilenet0.25_*", "featherface_489k",
         489'015},
        {"ffeca", "Valid FeatherFace ECA-CBAM model\n", "476,345", "featherface_eca_cbam_*",
         "featherface_eca_cbam", 476'345},
        {"ffca", "Valid FeatherFace model with coordinate attention\n", "493,095", "featherface_v2_*",
         "featherface_coordinate", 493'095},
        {"classifier", "Valid MobileNetV1-0.25 backbone model with its ImageNet classifier\n", "470,072",
         "mobilenetV1X0.25_*", "mobilenet_classifier", 470'072},
    };
    const ProgramFiles files;
    for (const Expected& expected : all) {
        CAPTURE(expected.network);
        const std::string file = files.model("misleading_name.pth", expected.network);
        const ProgramResult text = featherface({"verify", file});
        check_program(text, 0);
        CHECK(text.err.empty());
        CHECK(text.out.starts_with(expected.title));
        const std::string sha256 = Model::load(file)->sha256();
        for (const std::string& what :
             {std::string(expected.parameters), std::string(expected.usual), sha256}) {
            CHECK_MESSAGE(contains(text.out, what), what << " is not in " << text.out);
        }

        const ProgramResult answer = featherface({"verify", "--format", "json", file});
        check_program(answer, 0);
        const Json json = parse_json(answer.out);
        CHECK(json["schema"].whole() == 1);
        CHECK(json["file"].string() == file);
        CHECK(json["valid"].truth);
        CHECK(json["architecture"].string() == expected.architecture);
        CHECK(json["parameters"].whole() == expected.count);
        CHECK(json["sha256"].string() == sha256);
        CHECK(json["warnings"].size() == 0);
        CHECK_FALSE(json.has("differences"));
    }
}

TEST_CASE("verify: the bare backbone is a backbone") {
    const ProgramFiles files;
    auto tensors = seeded_checkpoint("classifier");
    std::erase_if(tensors, [](const TorchTensor& t) { return t.name.starts_with("fc."); });
    write_torch_zip(files.path("backbone.pth"), tensors);
    const ProgramResult result = featherface({"verify", files.path("backbone.pth")});
    check_program(result, 0);
    CHECK(result.out.starts_with("Valid MobileNetV1-0.25 backbone model\n"));
    CHECK(contains(result.out, "213,072"));
}

TEST_CASE("verify: another network is named, with exit code 4") {
    const ProgramFiles files;
    write_torch_zip(files.path("FeatherFaceV2_final.pth"), feathernet());
    const ProgramResult text = featherface({"verify", files.path("FeatherFaceV2_final.pth")});
    check_program(text, 4);
    CHECK(text.out.starts_with("Not a model this program runs: this is FeatherNetB anti-spoofing network"));

    const ProgramResult answer =
        featherface({"verify", "--format", "json", files.path("FeatherFaceV2_final.pth")});
    check_program(answer, 4);
    const Json json = parse_json(answer.out);
    CHECK_FALSE(json["valid"].truth);
    CHECK_FALSE(json.has("architecture"));
    CHECK(json["name"].string() == "FeatherNetB anti-spoofing network");
    CHECK(contains(json["explanation"].string(), "anti-spoofing"));
    CHECK(json["parameters"].whole() == 8);
    CHECK(json["difference_count"].whole() > 100);
    CHECK(json["differences"].size() == 100);
}

TEST_CASE("verify, inspect: what cannot be read is exit code 3, with the reason in JSON too") {
    const ProgramFiles files;
    const std::string page = files.text("model.pth", "<!DOCTYPE html><html>404</html>");
    for (const std::string verb : {"verify", "inspect"}) {
        const ProgramResult text = featherface({verb, page});
        check_program(text, 3, {page});
        CHECK(text.out.empty());
        const ProgramResult answer = featherface({verb, "--format", "json", page});
        check_program(answer, 3, {page});
        const Json json = parse_json(answer.out);
        CHECK(json.keys == std::vector<std::string>{"schema", "file", "valid", "error"});
        CHECK_FALSE(json["valid"].truth);
        CHECK(contains(answer.err, json["error"].string()));
        check_program(featherface({verb, files.path("none.pth")}), 3, {"none.pth"});
        check_program(featherface({verb, files.folder()}), 3, {"directory"});
    }
}

TEST_CASE("verify, detect: a model whose weights are of a type that is none of a network's is exit code 4") {
    const ProgramFiles files;
    auto tensors = seeded_checkpoint("v2");
    TorchTensor& weight = tensors.front();
    weight.dtype = loaders::DType::boolean;
    weight.bytes.assign(weight.bytes.size() / 4, '\1');
    write_torch_zip(files.path("bool.pth"), tensors);
    const ProgramResult verified = featherface({"verify", files.path("bool.pth")});
    check_program(verified, 4);
    CHECK(contains(verified.out, "'" + weight.name + "' is bool, expected float32"));
    const std::string picture =
        files.picture("a.ppm", {2, 2, PixelFormat::bgr8, std::vector<std::uint8_t>(12)});
    check_program(featherface({"detect", "-m", files.path("bool.pth"), picture}), 4,
                  {"bool.pth", weight.name, "bool"});
}

TEST_CASE("verify, detect: a prefix is taken off, and said") {
    const ProgramFiles files;
    TorchOptions options;
    options.prefix = "_orig_mod.model.";
    write_torch_zip(files.path("compiled.pth"), seeded_checkpoint("v2"), options);
    const ProgramResult text = featherface({"verify", files.path("compiled.pth")});
    check_program(text, 0);
    CHECK(text.out.starts_with("Valid FeatherFace V2 model\n"));
    CHECK(contains(text.out, "'_orig_mod.model.'"));
    const std::string picture =
        files.picture("a.ppm", {2, 2, PixelFormat::bgr8, std::vector<std::uint8_t>(12)});
    check_program(featherface({"detect", "-m", files.path("compiled.pth"), picture}), 0);
}

TEST_CASE("--key: every verb that takes a checkpoint takes the network that is asked for") {
    const ProgramFiles files;
    PickleWriter pickle;
    Storages storages;
    pickle.empty_dict().mark();
    for (const char* network : {"v1", "v2"}) {
        pickle.text(network).empty_dict().mark();
        for (const TorchTensor& tensor : seeded_checkpoint(network)) {
            storages.emplace_back(std::to_string(storages.size()), tensor.bytes);
            pickle.text(tensor.name);
            push_tensor(pickle, tensor, storages.back().first, false);
        }
        pickle.set_items();
    }
    const ByteString bytes = make_zip(torch_zip_items(pickle.set_items().stop(), storages)).bytes;
    const std::string file = files.text("both.pth", bytes);
    const std::string picture =
        files.picture("a.ppm", {2, 2, PixelFormat::bgr8, std::vector<std::uint8_t>(12)});

    check_program(featherface({"verify", file}), 3, {"several networks", "'v1'", "'v2'", "--key NAME"});
    const ProgramResult verified = featherface({"verify", file, "--key", "v1"});
    check_program(verified, 0);
    CHECK(verified.out.starts_with("Valid FeatherFace V1 model\n"));
    CHECK(contains(featherface({"inspect", file, "--key", "v2"}).out, "under 'v2'"));
    check_program(featherface({"verify", file, "--key", "v3"}), 2, {"no entry 'v3'"});
    check_program(featherface({"detect", "-m", file, picture}), 3, {"several networks"});
    check_program(featherface({"detect", "-m", file, "--key", "v2", picture}), 0);
    check_program(featherface({"dump", "-m", file, "--key", "v2", picture, "-o", files.path("v2.npz")}), 0);
    check_program(featherface({"compare", "-m", file, "--key", "v2", files.path("v2.npz")}), 0);
    check_program(featherface({"compare", "-m", file, "--key", "v1", files.path("v2.npz")}), 1);
    check_program(featherface({"classify", "-m", file, "--key", "v2", picture}), 4);
    const ProgramResult times =
        featherface({"bench", "-m", file, "--key", "v2", "--size", "32x32", "--repeat", "1", "--no-peak"});
    check_program(times, 0);
    CHECK(contains(times.out, "256,156 parameters"));
    const std::string folder = files.path("pictures");
    std::filesystem::create_directory(folder);
    std::filesystem::copy(picture, folder);
    check_program(featherface({"eval", "-m", file, "--key", "v2", "--reference", file, "--reference-key",
                               "v1", "--images", folder}),
                  0);
}

TEST_CASE("detect, inspect: a whole module, TorchScript and safetensors are read like a state_dict") {
    const ProgramFiles files;
    const auto tensors = seeded_checkpoint("v2");
    const std::string picture =
        files.picture("a.ppm", {8, 8, PixelFormat::bgr8, std::vector<std::uint8_t>(192)});
    const std::string plain = files.model("plain.pth", "v2");
    const std::vector<std::string> options = {"--score", "0", "--format", "csv", picture};
    const auto faces = [&](const std::string& file) {
        std::vector<std::string> words = {"detect", "-m", file};
        words.insert(words.end(), options.begin(), options.end());
        const ProgramResult result = featherface(words);
        check_program(result, 0);
        return result.out;
    };
    const std::string expected = faces(plain);
    const std::string module = files.text("module.pth", make_module_file(tensors));
    CHECK(faces(module) == expected);
    CHECK(contains(featherface({"inspect", module}).out, "a whole module"));
    const std::string script = files.text("script.pt", make_module_file(tensors, {.script = true}));
    CHECK(faces(script) == expected);
    CHECK(contains(featherface({"inspect", script}).out, "a TorchScript module"));
}

TEST_CASE("inspect: one long name does not widen the column for all") {
    const ProgramFiles files;
    std::vector<TorchTensor> tensors = {make_tensor(std::string(1000, 'n'), {1}, std::vector<float>{1})};
    for (int i = 0; i < 100; ++i)
        tensors.push_back(make_tensor(std::to_string(i), {1}, std::vector<float>{1}));
    write_torch_zip(files.path("long.pth"), tensors);
    const ProgramResult result = featherface({"inspect", files.path("long.pth")});
    check_program(result, 0);
    CHECK(contains(result.out, tensors[0].name));
    CHECK(result.out.size() < 100 * 100);
}

TEST_CASE("verify: odd weights are warned of, and so does detect") {
    const ProgramFiles files;
    auto tensors = seeded_checkpoint("v2");
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto found = std::find_if(tensors.begin(), tensors.end(),
                                    [](const auto& t) { return t.name == "body.stage1.0.0.weight"; });
    REQUIRE(found != tensors.end());
    patch(found->bytes, 0, nan);
    write_torch_zip(files.path("nan.pth"), tensors);

    const ProgramResult text = featherface({"verify", files.path("nan.pth")});
    check_program(text, 0);
    CHECK(contains(text.out, "warning: NaN or infinite values in 'body.stage1.0.0.weight' (1 of 216)"));
    const Json json = parse_json(featherface({"verify", "--format", "json", files.path("nan.pth")}).out);
    CHECK(json["warnings"].size() == 1);
    const std::string picture =
        files.picture("a.ppm", {2, 2, PixelFormat::bgr8, std::vector<std::uint8_t>(12)});
    check_program(featherface({"detect", "-m", files.path("nan.pth"), picture}), 0,
                  {"warning: ", "nan.pth", "NaN or infinite"});
}

TEST_CASE("inspect: JSON lists every tensor in file order, the counts, keys and globals") {
    const ProgramFiles files;
    const auto tensors = seeded_checkpoint("v2");
    TorchOptions options;
    options.nesting = "state_dict";
    options.prefix = "module.";
    options.optimizer = true;
    write_torch_legacy(files.path("v2.pth"), tensors, options);

    const ProgramResult result = featherface({"inspect", "--format", "json", files.path("v2.pth")});
    check_program(result, 0);
    CHECK(result.err.empty());
    const Json json = parse_json(result.out);
    CHECK(json["file"].string() == files.path("v2.pth"));
    CHECK(json["bytes"].whole() == static_cast<long>(read_file(files.path("v2.pth")).size()));
    CHECK(json["container"].string() == "torch legacy");
    CHECK(json["state_dict"].string() == "state_dict");
    CHECK(json["prefix"].string() == "module.");
    CHECK(json["name"].string() == "FeatherFace V2");
    CHECK(json["parameters"].whole() == 256'156);
    std::vector<std::string> keys, globals;
    for (const Json& key : json["top_level_keys"].items) keys.push_back(key.string());
    for (const Json& global : json["globals"].items) globals.push_back(global.string());
    CHECK(std::count(keys.begin(), keys.end(), "optimizer") == 1);
    CHECK(std::count(globals.begin(), globals.end(), "collections.OrderedDict") == 1);
    CHECK(std::count(globals.begin(), globals.end(), "torch._utils._rebuild_tensor_v2") == 1);

    REQUIRE(json["tensors"].size() == tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const Json& tensor = json["tensors"][i];
        CHECK(tensor["name"].string() == tensors[i].name);
        CHECK(tensor["dtype"].string() == loaders::name_of(tensors[i].dtype));
        std::vector<std::int64_t> shape;
        for (const Json& extent : tensor["shape"].items) shape.push_back(extent.whole());
        CHECK(shape == tensors[i].shape);
    }
}

TEST_CASE("inspect: the text says the same, and any checkpoint will do") {
    const ProgramFiles files;
    write_torch_zip(files.path("other.pth"), feathernet());
    const ProgramResult result = featherface({"inspect", files.path("other.pth")});
    check_program(result, 0);
    for (const char* what :
         {"other.pth", "container   torch zip", "state_dict  the whole file", "FeatherNetB", "parameters  8",
          "collections.OrderedDict", "tensors     4", "    final_DW.0.weight       float32  (2)"}) {
        CHECK_MESSAGE(contains(result.out, what), what << " is not in " << result.out);
    }
    check_program(featherface({"inspect", files.path("none.pth")}), 3, {"none.pth"});
}

}  // namespace featherface::test
