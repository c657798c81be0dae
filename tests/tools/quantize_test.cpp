// `featherface quantize` on a seeded network and pictures of noise, and what the verbs that run a model make
// of the file.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/json.hpp"
#include "support/packed_bytes.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_model.hpp"
#include "support/text.hpp"

namespace featherface::test {

namespace {

// A seeded V2 and a folder of pictures.
struct Photos {
    ProgramFiles files;
    std::string checkpoint = files.model("v2.pth", "v2"), model = files.path("v2.ffm");
    std::string images =
        (std::filesystem::create_directories(files.folder() / "images"), files.path("images"));

    Photos(int pictures = 6) {
        for (int i = 0; i < pictures; ++i)
            files.picture("images/" + std::to_string(i) + ".ppm", noise(60 + i, 50));
    }
    ProgramResult quantize(const std::vector<std::string>& options = {}) const {
        std::vector<std::string> words = {"quantize", "-m",  checkpoint, "--images", images,
                                          "-o",       model, "--side",   "0"};
        words.insert(words.end(), options.begin(), options.end());
        return featherface(words);
    }
};

}  // namespace

TEST_CASE("quantize: where the pictures held out have the faces of float32, the file is written") {
    const Photos photos;
    check_program(photos.quantize(), 0, {"FeatherFace V2, 8 bits in 29 convolutions", "written: "});
    CHECK(std::filesystem::exists(photos.model));
}

TEST_CASE("quantize: where they have others, nothing is written without --force") {
    // Black pictures show no values; the fifth, which judges, is of noise.
    const Photos photos;
    for (const std::string name : {"0", "1", "2", "3", "5"}) {
        Image black = noise(60, 50);
        std::fill(black.pixels.begin(), black.pixels.end(), std::uint8_t{0});
        photos.files.picture("images/" + name + ".ppm", black);
    }
    check_program(photos.quantize(), 1, {"less than 0.985", "--force"});
    CHECK_FALSE(std::filesystem::exists(photos.model));
    check_program(photos.quantize({"--force"}), 0, {"written: "});
    CHECK(std::filesystem::exists(photos.model));
}

TEST_CASE("quantize: the file is run with 8 bits, and with --precision float32 as the checkpoint") {
    const Photos photos;
    check_program(photos.quantize({"--licence", photos.files.text("l.txt", "Take it.\n")}), 0);
    const std::string picture = photos.files.picture("a.ppm", noise(64, 48));
    const auto detect = [&](const std::string& model, const std::string& precision) {
        const ProgramResult result = featherface(
            {"detect", "--score", "0.01", "--format", "csv", "-m", model, "--precision", precision, picture});
        check_program(result, 0);
        return result.out;
    };
    CHECK(detect(photos.model, "float32") == detect(photos.checkpoint, "as-made"));
    CHECK(detect(photos.model, "int8") == detect(photos.model, "as-made"));
    CHECK(detect(photos.model, "int8") != detect(photos.model, "float32"));
    const auto verify = featherface({"verify", photos.model});
    check_program(verify, 0);
    CHECK(contains(verify.out, "8 bits           in "));
    CHECK(contains(verify.out, "Take it."));
    check_program(featherface({"inspect", photos.model}), 0);
    const auto bench = featherface({"bench", "-m", photos.model, "--precision", "int8", "--size", "64x64",
                                    "--repeat", "1", "--no-peak", "--per-layer"});
    check_program(bench, 0);
    CHECK(contains(bench.out, ", with 8 bits\n"));
    const auto kernels = featherface({"bench", "-m", photos.model, "--list-kernels", "--size", "64x64"});
    check_program(kernels, 0);
    CHECK(contains(kernels.out, "conv_int8_"));
    const auto eval = [&](const std::string& precision, const std::string& format) {
        const ProgramResult result = featherface({"eval", "-m", photos.model, "--precision", precision,
                                                  "--reference", photos.checkpoint, "--images", photos.images,
                                                  "--score", "0.02", "--format", format});
        check_program(result, 0);
        return result.out;
    };
    CHECK(contains(eval("as-made", "table"), ", with 8 bits\n"));
    CHECK_FALSE(contains(eval("float32", "table"), "8 bits"));
    CHECK(contains(eval("int8", "json"), R"("precision": "int8")"));
    CHECK_FALSE(contains(eval("float32", "json"), R"("precision": "int8")"));
    check_program(featherface({"detect", "-m", photos.checkpoint, "--precision", "int8", picture}), 2,
                  {"quantize"});
}

TEST_CASE("quantize: a dump is of the precision asked for, and compare runs the file as asked") {
    const Photos photos;
    check_program(photos.quantize(), 0);
    const std::string picture = photos.files.picture("a.ppm", noise(64, 48));
    const auto dump = [&](const std::string& precision) {
        const std::string file = photos.files.path(precision + ".npz");
        check_program(
            featherface({"dump", "-m", photos.model, "--precision", precision, picture, "-o", file}), 0);
        return file;
    };
    const auto compare = [&](const std::string& model, const std::string& precision,
                             const std::string& reference) {
        return featherface(
            {"compare", "-m", model, "--precision", precision, "--layers", "outputs", reference});
    };
    const std::string exact = dump("float32"), rounded = dump("int8");
    check_program(compare(photos.checkpoint, "as-made", exact), 0);
    check_program(compare(photos.model, "float32", exact), 0);
    check_program(compare(photos.model, "int8", rounded), 0);
    check_program(compare(photos.model, "int8", exact), 1);
}

TEST_CASE("quantize: models, folders and files that will not do are refused") {
    const Photos photos;
    const std::string classifier = photos.files.model("c.pth", "classifier");
    const auto run = [&](const std::string& model, const std::string& images, const std::string& output) {
        return featherface({"quantize", "-m", model, "--images", images, "-o", output});
    };
    check_program(run(classifier, photos.images, photos.model), 4, {"no detector"});
    check_program(run(photos.checkpoint, photos.files.path("nowhere"), photos.model), 3);
    check_program(run(photos.checkpoint, photos.images, photos.checkpoint), 2);
    check_program(featherface({"quantize", "-m", photos.checkpoint, "-o", photos.model}), 2, {"--images"});
    const Photos few(4);
    check_program(few.quantize(), 2, {"at least 5 pictures are needed, found 4"});
    photos.files.text("images/broken.ppm", "P6 3");
    check_program(photos.quantize({"--force"}), 3, {"broken.ppm"});
    CHECK_FALSE(std::filesystem::exists(photos.model));
}

TEST_CASE("quantize: an output or an architecture that will not do is told before any picture is read") {
    const Photos photos;
    photos.files.text("images/0.ppm", "P6 3");  // as the first one would be
    const std::string nowhere = photos.files.path("nowhere/v2.ffm");
    check_program(photos.quantize({"-o", nowhere}), 6, {nowhere, "cannot write"});
    check_program(photos.quantize({"--architectures", "pentium"}), 2, {"\"pentium\"", "available"});
    check_program(photos.quantize(), 3, {"0.ppm"});
}

TEST_CASE("quantize: of a network whose values are not finite the layer is named, as by detect") {
    const Photos photos;
    auto tensors = seeded_checkpoint("v2");
    const auto weight = std::ranges::find(tensors, "body.stage1.3.3.weight", &TorchTensor::name);
    REQUIRE(weight != tensors.end());
    for (std::size_t at = 0; at < weight->bytes.size(); at += sizeof(float)) patch(weight->bytes, at, 3e38f);
    write_torch_zip(photos.checkpoint, tensors);
    check_program(photos.quantize({"--force"}), 3,
                  {"0.ppm", "values that are not finite, first in layer 'body.stage1.3.3'"});
    CHECK_FALSE(std::filesystem::exists(photos.model));
}

TEST_CASE("quantize: ranges that 8 bits cannot be computed with are told by verify and inspect, too") {
    const Photos photos;
    check_program(photos.quantize({"--force"}), 0);
    const auto bytes = read_file(photos.model);
    ByteString file(bytes.begin(), bytes.end());
    const std::size_t name = section_offset(file, "ranges") + 8 + 10;
    file[name] = 'x';
    seal_section(file, "ranges");
    write_file(photos.model, file);
    const std::string picture = photos.files.picture("a.ppm", noise(64, 48));
    check_program(featherface({"detect", "-m", photos.model, picture}), 3, {"v2.ffm: ", "with 8 bits"});
    check_program(featherface({"detect", "-m", photos.model, "--precision", "float32", picture}), 0);
    for (const std::string verb : {"verify", "inspect"}) {
        check_program(featherface({verb, photos.model}), 3, {"v2.ffm: ", "with 8 bits"});
        const ProgramResult result = featherface({verb, "--format", "json", photos.model});
        check_program(result, 3);
        CHECK(contains(parse_json(result.out)["error"].string(), "with 8 bits"));
    }
}

}  // namespace featherface::test
