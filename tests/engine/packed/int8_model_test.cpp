// Models that are made for 8 bits: which convolutions are computed so, what the options make of that, and
// that hostile ranges are refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include "engine/identity/networks.hpp"
#include "engine/loaded_model.hpp"
#include "engine/packed/input_ranges.hpp"
#include "featherface/detector.hpp"
#include "featherface/featherface.h"
#include "support/packed_bytes.hpp"
#include "support/packed_models.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_model.hpp"
#include "support/small_graph.hpp"
#include "support/status_checks.hpp"

namespace featherface::engine {

namespace {

using test::ByteString;

// Ranges for all convolutions of V2 that can have them; what the seeded network's values are is well within.
std::vector<InputRange> ranges_of_v2() {
    std::vector<InputRange> ranges;
    const auto v2 = std::ranges::find(networks(), "featherface_v2", &Network::id);
    const Graph graph = v2->make_graph();
    for (const Node& node : graph.nodes) {
        const auto* conv = std::get_if<Conv>(&node.operation);
        if (conv && conv->can_have_int8()) ranges.push_back({node.names.front(), {-8, 8}});
    }
    return ranges;
}

ByteString made_for_int8(const std::vector<InputRange>& ranges,
                         const std::vector<std::string>& architectures = {}) {
    return test::bytes_of_file(
        test::packed_network("v2", {.cpu_architectures = architectures, .ranges = ranges}));
}

Result<Model> open_int8(const ByteString& file, const ModelOptions& options = {}) {
    return Model::from_bytes(test::octets_of(file), "int8.ffm", options);
}

Model int8_loaded(const ByteString& file, const ModelOptions& options = {}) {
    auto model = open_int8(file, options);
    REQUIRE_MESSAGE(model.ok(), model.status().message());
    return std::move(model).value();
}

test::NamedValues int8_values(const Model& model) {
    return test::run_program(*program_of(model), test::seeded_input("v2", 41, 70));
}

int int8_kernels(const Model& model) {
    int count = 0;
    for (const BoundOperator& bound : program_of(model)->operators) {
        const Operator* op = any_operator(bound);
        count += op != nullptr && op->kernel_name().starts_with("conv_int8");
    }
    return count;
}

}  // namespace

TEST_CASE(
    "8-bit model: it computes with 8 bits unless float32 is asked for, which has the checkpoint's bits") {
    const ByteString file = made_for_int8(ranges_of_v2());
    const auto exact = int8_values(test::seeded_model("v2")).values;
    for (const Precision precision : {Precision::as_made, Precision::int8}) {
        const Model model = int8_loaded(file, {.precision = precision});
        CHECK(model.precision() == Precision::int8);
        CHECK(int8_kernels(model) > 20);
        const auto fast = int8_values(model).values;
        CHECK(fast != exact);
    }
    const Model model = int8_loaded(file, {.precision = Precision::float32});
    CHECK(model.precision() == Precision::float32);
    CHECK(int8_kernels(model) == 0);
    CHECK(int8_values(model).values == exact);
    // Layer by layer it is the same network.
    CHECK(int8_kernels(int8_loaded(file, {.layerwise = true})) == static_cast<int>(ranges_of_v2().size()));
}

TEST_CASE(
    "8-bit model: packed for an architecture it is used as it lies, with the bits of one made at load") {
    for (const std::string& architecture : test::all_architectures()) {
        CAPTURE(architecture);
        const ModelOptions options = {.cpu_architecture = architecture};
        const Model made = int8_loaded(made_for_int8(ranges_of_v2()), options);
        const Model taken = int8_loaded(made_for_int8(ranges_of_v2(), {architecture}), options);
        CHECK_FALSE(program_of(made)->weights.made().empty());
        CHECK(program_of(taken)->weights.made().empty());
        CHECK(int8_values(taken).values == int8_values(made).values);
    }
}

TEST_CASE("8-bit model: float32 is asked of one that is packed for an architecture: its tensors serve") {
    const auto architectures = test::all_architectures();
    const Model model =
        int8_loaded(made_for_int8(ranges_of_v2(), architectures), {.precision = Precision::float32});
    CHECK(int8_values(model).values == int8_values(test::seeded_model("v2")).values);
}

TEST_CASE("8-bit model: faces are the same for any number of threads") {
    const Model model = int8_loaded(made_for_int8(ranges_of_v2()));
    const Image picture = test::noise(512, 400);  // enough for two threads
    std::vector<Face> first;
    for (const int threads : {1, 2, 5}) {
        auto detector = Detector::create(model, {.score_threshold = 0.02f, .threads = threads});
        REQUIRE(detector.ok());
        const auto faces = detector->detect(picture.view());
        REQUIRE(faces.ok());
        REQUIRE(!faces->empty());
        if (first.empty()) first = faces.value();
        REQUIRE(faces->size() == first.size());
        for (std::size_t i = 0; i < first.size(); ++i) {
            CHECK(faces.value()[i].box == first[i].box);
            CHECK(faces.value()[i].score == first[i].score);
            CHECK(faces.value()[i].landmarks == first[i].landmarks);
        }
    }
}

TEST_CASE("8-bit model: 8 bits of a model that is not made for them are an error that says who makes one") {
    const ByteString file = test::bytes_of_file(test::packed_network("v2", {}));
    test::check_refused(open_int8(file, {.precision = Precision::int8}).status(),
                        StatusCode::invalid_argument, {"int8.ffm: ", "featherface quantize"});
    CHECK(int8_loaded(file).precision() == Precision::float32);
}

TEST_CASE("8-bit model: packed again, it stays one") {
    const ByteString file = made_for_int8(ranges_of_v2());
    auto checkpoint = loaders::Checkpoint::from_bytes(test::span_of(file), "x");
    REQUIRE(checkpoint.ok());
    const auto again = pack(checkpoint.value(), {});
    REQUIRE(again.ok());
    CHECK(again->ranges == ranges_of_v2().size());
    CHECK(int8_values(int8_loaded(test::bytes_of_file(again.value()))).values ==
          int8_values(int8_loaded(file)).values);
}

TEST_CASE("8-bit model: ranges for what is no pointwise convolution, or not there, are refused") {
    for (const std::string name : {"nowhere", "body.stage1.0.0", "body.stage1.1.0", "body"}) {
        CAPTURE(name);
        Graph graph = networks()[1].make_graph();
        const InputRange range[] = {{name, {0, 1}}};
        test::check_refused(set_input_ranges(graph, range), StatusCode::malformed, {name});
    }
    // In a file, too: the first range's name is changed.
    ByteString file = made_for_int8(ranges_of_v2());
    const std::size_t name = test::section_offset(file, "ranges") + 8 + 10;
    file[name] = 'x';
    test::seal_section(file, "ranges");
    test::check_refused(open_int8(file).status(), StatusCode::malformed,
                        {"int8.ffm: ", "does not compute with 8 bits"});
    CHECK(open_int8(file, {.precision = Precision::float32}).ok());
    // Who packs it again is told the file, too.
    auto checkpoint = loaders::Checkpoint::from_bytes(test::span_of(file), "odd.ffm");
    REQUIRE(checkpoint.ok());
    test::check_refused(pack(checkpoint.value(), {}).status(), StatusCode::malformed,
                        {"odd.ffm: ", "does not compute with 8 bits"});
    test::patch(file, test::section_offset(file, "ranges"), std::uint32_t{2});
    test::seal_section(file, "ranges");
    auto newer = loaders::Checkpoint::from_bytes(test::span_of(file), "newer.ffm");
    REQUIRE(newer.ok());
    test::check_refused(pack(newer.value(), {}).status(), StatusCode::unsupported,
                        {"newer.ffm: ", "another version"});
}

TEST_CASE("8-bit model: the C interface has the precision, too, and refuses one that is none") {
    const ByteString file = made_for_int8(ranges_of_v2());
    featherface_model_options options = FEATHERFACE_MODEL_OPTIONS_INIT;
    for (const std::int32_t precision : {-1, 3}) {
        options.precision = precision;
        featherface_model* model = nullptr;
        CHECK(featherface_model_from_bytes(file.data(), file.size(), "x", &options, &model) ==
              FEATHERFACE_INVALID_ARGUMENT);
    }
    const ByteString plain = test::bytes_of_file(test::packed_network("v2", {}));
    options.precision = FEATHERFACE_PRECISION_INT8;
    featherface_model* model = nullptr;
    CHECK(featherface_model_from_bytes(plain.data(), plain.size(), "x", &options, &model) ==
          FEATHERFACE_INVALID_ARGUMENT);
    CHECK(featherface_model_precision(nullptr) == FEATHERFACE_PRECISION_AS_MADE);
    for (const std::int32_t precision : {FEATHERFACE_PRECISION_INT8, FEATHERFACE_PRECISION_FLOAT32}) {
        options.precision = precision;
        REQUIRE(featherface_model_from_bytes(file.data(), file.size(), "x", &options, &model) ==
                FEATHERFACE_OK);
        CHECK(featherface_model_precision(model) == precision);
        featherface_model_free(model);
    }
}

}  // namespace featherface::engine
