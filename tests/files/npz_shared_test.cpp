// npz: every reference dump opens, and its arrays have the types and shapes their meaning asks for.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/shared_data.hpp"
#include "tools/files/npz.hpp"

using namespace featherface;
using loaders::DType;
using tools::NpzArray;
using tools::NpzReader;

namespace {

using Shape = std::vector<std::int64_t>;

// Two anchors per cell, at strides 8, 16 and 32.
std::int64_t anchors(std::int64_t width, std::int64_t height) {
    std::int64_t count = 0;
    for (const int stride : {8, 16, 32}) {
        count += 2 * ((width + stride - 1) / stride) * ((height + stride - 1) / stride);
    }
    return count;
}

NpzReader opened(const std::filesystem::path& path) {
    auto reader = NpzReader::open(path);
    REQUIRE_MESSAGE(reader.ok(), reader.status().message());
    return std::move(reader).value();
}

void check_array(const NpzReader& dump, std::string_view name, DType dtype, const Shape& shape) {
    CAPTURE(name);
    const auto array = dump.read(name);
    REQUIRE_MESSAGE(array.ok(), array.status().message());
    CHECK(array->dtype == dtype);
    CHECK(array->shape == shape);
}

}  // namespace

TEST_CASE("npz: the dumps of both detectors have the names and shapes they should") {
    struct Dump {
        const char* name;
        int width, height;
        std::size_t arrays;
        bool has_input, has_priors;
    };
    const Dump dumps[] = {
        {"v1_160x128_all", 160, 128, 482, true, true},
        {"v1_333x257_stages", 333, 257, 30, true, false},
        {"v1_640x640_outputs", 640, 640, 5, false, false},
        {"v1_700x405_outputs", 700, 405, 5, false, false},
        {"v2_160x128_all", 160, 128, 394, true, true},
        {"v2_333x257_stages", 333, 257, 21, true, false},
        {"v2_640x640_outputs", 640, 640, 5, false, false},
        {"v2_700x405_outputs", 700, 405, 5, false, false},
        {"v2trial_333x257_stages", 333, 257, 21, true, false},
        {"v2trial_700x405_outputs", 700, 405, 5, false, false},
    };
    for (const Dump& expected : dumps) {
        CAPTURE(expected.name);
        FEATHERFACE_SHARED_FILE(path, "reference/" + std::string(expected.name) + ".npz");
        const NpzReader dump = opened(path);
        CHECK(dump.names().size() == expected.arrays);
        const std::int64_t count = anchors(expected.width, expected.height);
        check_array(dump, "image_bgr", DType::u8, {expected.height, expected.width, 3});
        check_array(dump, "loc", DType::f32, {1, count, 4});
        check_array(dump, "conf", DType::f32, {1, count, 2});
        check_array(dump, "landms", DType::f32, {1, count, 10});
        CHECK(dump.read("dets")->shape.back() == 15);
        CHECK(dump.contains("input") == expected.has_input);
        if (expected.has_input)
            check_array(dump, "input", DType::f32, {1, 3, expected.height, expected.width});
        CHECK(dump.contains("priors") == expected.has_priors);
        if (expected.has_priors) check_array(dump, "priors", DType::f32, {count, 4});
        for (const std::string& name : dump.names()) {
            const auto array = dump.read(name);
            REQUIRE_MESSAGE(array.ok(), array.status().message());
            CHECK(array->dtype == (name == "image_bgr" ? DType::u8 : DType::f32));
            CHECK(array->element_count() > 0);
        }
    }
}

TEST_CASE("npz: the dump of the classifier has the names and shapes it should") {
    FEATHERFACE_SHARED_FILE(path, "reference/backbone_224x224.npz");
    const NpzReader dump = opened(path);
    CHECK(dump.names().size() == 5);
    check_array(dump, "input", DType::f32, {1, 3, 224, 224});
    check_array(dump, "stage1", DType::f32, {1, 64, 28, 28});
    check_array(dump, "stage2", DType::f32, {1, 128, 14, 14});
    check_array(dump, "stage3", DType::f32, {1, 256, 7, 7});
    check_array(dump, "logits", DType::f32, {1, 1000});
}
