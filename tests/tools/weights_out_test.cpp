// `featherface extract` and `featherface export`: weights and networks for others.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "loaders/torch/checkpoint.hpp"
#include "support/files.hpp"
#include "support/pictures.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/seeded_model.hpp"
#include "support/text.hpp"

namespace featherface::test {

namespace {

loaders::Checkpoint opened_checkpoint(const std::string& path) {
    auto checkpoint = loaders::Checkpoint::open(path);
    REQUIRE_MESSAGE(checkpoint.ok(), checkpoint.status().message());
    return std::move(checkpoint).value();
}

std::vector<float> values_of(const loaders::CheckpointTensor& tensor) {
    std::vector<float> values(static_cast<std::size_t>(tensor.element_count()));
    CHECK(loaders::copy_as_f32(tensor, values).ok());
    return values;
}

}  // namespace

TEST_CASE("extract: the whole network keeps its bits, from a checkpoint and from a packed model of it") {
    const ProgramFiles files;
    const std::string model = files.model("v1.pth", "v1"), packed = files.path("v1.ffm");
    check_program(featherface({"pack", "-m", model, "-o", packed, "--architectures", "none"}), 0);
    const std::string of_checkpoint = files.path("a.pth"), of_packed = files.path("b.pth");
    const ProgramResult said = featherface({"extract", "-m", model, "-o", of_checkpoint});
    check_program(said, 0, {"FeatherFace V1, ", " tensors"});
    CHECK(said.out.empty());
    check_program(featherface({"extract", "-m", packed, "-o", of_packed}), 0);
    check_program(featherface({"verify", of_checkpoint}), 0);

    const loaders::Checkpoint before = opened_checkpoint(model);
    for (const std::string& path : {of_checkpoint, of_packed}) {
        const loaders::Checkpoint after = opened_checkpoint(path);
        CHECK(after.calls().empty());
        for (const loaders::CheckpointTensor& tensor : before.tensors()) {
            CAPTURE(tensor.name);
            if (tensor.name.ends_with("num_batches_tracked")) continue;
            const loaders::CheckpointTensor* found = after.find(tensor.name);
            REQUIRE(found != nullptr);
            CHECK(found->dtype == loaders::DType::f32);
            CHECK(found->shape == tensor.shape);
            CHECK(values_of(*found) == values_of(tensor));
        }
    }
}

TEST_CASE("extract: a body has the backbone's names, whichever network it was in") {
    const ProgramFiles files;
    std::vector<std::string> names;
    for (const std::string network : {"v1", "v2", "classifier"}) {
        CAPTURE(network);
        const std::string model = files.model(network + ".pth", network);
        const std::string body = files.path(network + "_body.pth");
        check_program(featherface({"extract", "-m", model, "--as", "body", "-o", body}), 0,
                      {"'s backbone, "});
        std::vector<std::string> found;
        const loaders::Checkpoint checkpoint = opened_checkpoint(body);
        for (const loaders::CheckpointTensor& tensor : checkpoint.tensors()) {
            CHECK(tensor.name.starts_with("stage"));
            found.push_back(tensor.name);
        }
        std::ranges::sort(found);
        if (names.empty()) names = found;
        CHECK(found == names);
        CHECK(std::ranges::count_if(found, [](const std::string& name) {
                  return name.ends_with("num_batches_tracked");
              }) == 27);  // as many as BatchNorms
    }
}

TEST_CASE("extract: as half, matrices and filters are float16 and the rest stays float32") {
    const ProgramFiles files;
    const std::string model = files.model("v2.pth", "v2"), half = files.path("half.pth");
    check_program(featherface({"extract", "-m", model, "--as", "half", "-o", half}), 0);
    check_program(featherface({"verify", half}), 0);
    const loaders::Checkpoint before = opened_checkpoint(model), after = opened_checkpoint(half);
    for (const loaders::CheckpointTensor& tensor : after.tensors()) {
        CAPTURE(tensor.name);
        if (tensor.name.ends_with("num_batches_tracked")) continue;
        CHECK(tensor.dtype == (tensor.shape.size() > 1 ? loaders::DType::f16 : loaders::DType::f32));
        const std::vector<float> expected = values_of(*before.find(tensor.name)), found = values_of(tensor);
        for (std::size_t i = 0; i < found.size(); ++i)
            CHECK(std::abs(found[i] - expected[i]) <= std::abs(expected[i]) * 0x1p-11f + 0x1p-24f);
    }
}

TEST_CASE("extract and export: what is no checkpoint, or the input itself, is refused and nothing written") {
    const ProgramFiles files;
    const std::string text = files.text("a.pth", "no checkpoint"), out = files.path("out");
    const std::string model = files.model("v2.pth", "v2");
    for (const std::string verb : {"extract", "export"}) {
        CAPTURE(verb);
        check_program(featherface({verb, "-m", text, "-o", out}), 3, {"a.pth"});
        CHECK(!std::filesystem::exists(out));
        check_program(featherface({verb, "-m", model, "-o", model}), 2);
        check_program(featherface({verb, "-o", out}), 2, {"give a checkpoint"});
        check_program(featherface({verb, "-m", model}), 2, {"give a file to write"});
    }
    check_program(featherface({"extract", "-m", model, "--as", "legs", "-o", out}), 2, {"legs"});
    check_program(featherface({"export", "-m", model, "--size", "640", "-o", out}), 2, {"no size like"});
}

TEST_CASE("export: the file is ONNX of any size, or of the one that is asked for") {
    const ProgramFiles files;
    const std::string model = files.model("v2.pth", "v2");
    const std::string any = files.path("any.onnx"), fixed = files.path("fixed.onnx");
    check_program(featherface({"export", "--onnx", "-m", model, "-o", any}), 0);
    check_program(featherface({"export", "-m", model, "--size", "96x64", "-o", fixed}), 0);
    const std::vector<std::uint8_t> any_bytes = read_file(any), fixed_bytes = read_file(fixed);
    const std::string any_text(any_bytes.begin(), any_bytes.end());
    const std::string fixed_text(fixed_bytes.begin(), fixed_bytes.end());
    CHECK(contains(any_text, "anchors"));
    CHECK(!contains(fixed_text, "anchors"));
    CHECK(contains(any_text, "featherface"));
}

}  // namespace featherface::test
