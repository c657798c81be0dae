// Packed models: the checkpoint's bits for every network and architecture, whatever they were packed for, and
// nothing made or copied where they are ready.
#include "engine/packed/packed_program.hpp"

#include <doctest/doctest.h>
#include <Eigen/Core>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "engine/identity/identify.hpp"
#include "engine/loaded_model.hpp"
#include "engine/system/aligned_buffer.hpp"
#include "kernels/select.hpp"
#include "support/checkpoint_checks.hpp"
#include "support/files.hpp"
#include "support/packed_bytes.hpp"
#include "support/packed_models.hpp"
#include "support/seeded_checkpoint.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_model.hpp"
#include "support/seeded_weights.hpp"
#include "support/small_graph.hpp"

namespace featherface::engine {

namespace {

using test::ByteString;

Model loaded(const ByteString& file, const ModelOptions& options = {}) {
    auto model = Model::from_bytes(test::octets_of(file), "packed.ffm", options);
    REQUIRE_MESSAGE(model.ok(), model.status().message());
    return std::move(model).value();
}

// Whether the model's weights are the file's, and none were made when it was loaded.
bool is_taken_as_it_lies(const Model& model) {
    return program_of(model)->weights.made().empty();
}

test::NamedValues values_of(const Model& model, std::string_view network) {
    return test::run_program(*program_of(model), test::seeded_input(network, 41, 70));
}

void check_same(const Model& model, const Model& expected, std::string_view network) {
    CHECK(model.architecture() == expected.architecture());
    CHECK(model.parameters() == expected.parameters());
    CHECK(model.sha256() == expected.sha256());
    CHECK(model.warnings() == expected.warnings());
    CHECK(values_of(model, network).values == values_of(expected, network).values);
}

// A packed V2 for the best architecture alone.
const ByteString& packed_v2() {
    static const ByteString file = test::bytes_of_file(
        test::packed_network("v2", {.cpu_architectures = {test::all_architectures()[0]}}));
    return file;
}

std::string own_section() {
    return packed_section_name(test::all_architectures()[0]);
}

}  // namespace

TEST_CASE("packed model: every network has the checkpoint's bits on every architecture, as it lies") {
    for (const std::string_view network : test::kNetworks) {
        CAPTURE(network);
        const ByteString file = test::bytes_of_file(
            test::packed_network(network, {.cpu_architectures = test::all_architectures()}));
        for (const std::string& architecture : test::all_architectures()) {
            CAPTURE(architecture);
            const ModelOptions options = {.cpu_architecture = architecture};
            const Model model = loaded(file, options);
            CHECK(is_taken_as_it_lies(model));
            CHECK(model.cpu_architecture() == architecture);
            check_same(model, test::seeded_model(network, options), network);
        }
    }
}

TEST_CASE("packed model: packed for no architecture it has the same bits, only made at load") {
    for (const std::string_view network : test::kNetworks) {
        CAPTURE(network);
        const Model model = loaded(test::bytes_of_file(test::packed_network(network, {})));
        CHECK_FALSE(is_taken_as_it_lies(model));
        check_same(model, test::seeded_model(network), network);
    }
}

TEST_CASE("packed model: layer by layer, and with modules kept apart, it does what a checkpoint does") {
    for (const ModelOptions& options : {ModelOptions{.layerwise = true}, ModelOptions{.unfused = {"ssh1"}}}) {
        const Model model = loaded(packed_v2(), options);
        check_same(model, test::seeded_model("v2", options), "v2");
    }
}

TEST_CASE("packed model: those of another order of weights, or of too few or too many, are made anew") {
    const std::size_t entry = test::entry_of(packed_v2(), own_section());
    REQUIRE(entry != ByteString::npos);
    const Model expected = test::seeded_model("v2");
    ByteString other = packed_v2();
    test::patch(other, entry + test::ffm::kLayout, std::uint64_t{1});
    test::seal_table(other);
    CHECK_FALSE(is_taken_as_it_lies(loaded(other)));
    check_same(loaded(other), expected, "v2");

    // It is the file's last section.
    for (const int blocks : {-1, 1}) {
        ByteString changed = packed_v2();
        changed.resize(changed.size() + static_cast<std::size_t>(64 * blocks), '\0');
        const auto size = test::peek<std::uint64_t>(changed, entry + test::ffm::kSize);
        test::patch(changed, entry + test::ffm::kSize, size + static_cast<std::uint64_t>(64 * blocks));
        test::patch(changed, test::ffm::kFileSize, std::uint64_t{changed.size()});
        test::seal_section(changed, own_section());
        CHECK_FALSE(is_taken_as_it_lies(loaded(changed)));
        check_same(loaded(changed), expected, "v2");
    }
}

TEST_CASE("packed model: damaged weights are refused by who uses them, and by who looks at all") {
    const auto architectures = test::all_architectures();
    const ByteString good =
        test::bytes_of_file(test::packed_network("v2", {.cpu_architectures = architectures}));
    for (const std::string& damaged : architectures) {
        ByteString file = good;
        const std::size_t at = test::section_offset(file, packed_section_name(damaged)) + 1000;
        file[at] = static_cast<char>(file[at] ^ 1);
        CHECK_FALSE(loaders::Checkpoint::from_bytes(test::span_of(file), "x").ok());
        for (const std::string& used : architectures) {
            const auto model =
                Model::from_bytes(test::octets_of(file), "packed.ffm", {.cpu_architecture = used});
            CHECK(model.ok() == (used != damaged));
            if (!model.ok())
                test::check_refused(model.status(), StatusCode::malformed,
                                    {"packed.ffm: ", "'for " + damaged + "' is not as it was written"});
        }
    }
}

TEST_CASE("packed model: of a network that is not known here it says so") {
    ByteString file = packed_v2();
    file[test::section_offset(file, "network")] = 'x';
    test::seal_section(file, "network");
    test::check_refused(Model::from_bytes(test::octets_of(file), "packed.ffm").status(),
                        StatusCode::unsupported, {"packed.ffm: ", "'xeatherface_v2'"});
}

TEST_CASE("packed model: said to be another network than its tensors are, it is what its tensors are") {
    ByteString file = packed_v2();
    file[test::section_offset(file, "network") + 13] = '1';  // featherface_v1
    test::seal_section(file, "network");
    const Model model = loaded(file);
    CHECK(model.architecture() == Architecture::featherface_v2);
    check_same(model, test::seeded_model("v2"), "v2");
}

TEST_CASE("packed model: a file is mapped; bytes on a boundary are used in place, others are copied") {
    const Model expected = test::seeded_model("v2");
    const test::TempDir folder;
    test::write_file(folder / "v2.ffm", packed_v2());
    const auto from_file = Model::load(folder / "v2.ffm");
    REQUIRE_MESSAGE(from_file.ok(), from_file.status().message());
    CHECK(is_taken_as_it_lies(from_file.value()));
    check_same(from_file.value(), expected, "v2");

    AlignedBuffer memory(packed_v2().size() / sizeof(float) + 64);
    auto* const begin = reinterpret_cast<std::uint8_t*>(memory.data());
    const auto at = [&](std::size_t offset) {
        std::memcpy(begin + offset, packed_v2().data(), packed_v2().size());
        return std::span<const std::uint8_t>(begin + offset, packed_v2().size());
    };
    for (const std::size_t offset : {0, 4, 7, 64}) {
        CAPTURE(offset);
        const auto model = Model::in_place(at(offset), "memory");
        REQUIRE(model.ok());
        CHECK(is_taken_as_it_lies(model.value()));
        check_same(model.value(), expected, "v2");
    }
    // A change shows in the model that lies there, and not in one made of a copy.
    const auto in_place = Model::in_place(at(0), "memory"), copied = Model::from_bytes(at(0), "memory");
    const auto before = values_of(in_place.value(), "v2").values;
    std::memset(begin + test::section_offset(packed_v2(), own_section()), 0, 4096);
    CHECK(values_of(in_place.value(), "v2").values != before);
    CHECK(values_of(copied.value(), "v2").values == before);
    // A checkpoint in memory is no packed model, and read all the same.
    const ByteString checkpoint = make_torch_zip(test::seeded_checkpoint("v2"));
    const auto plain = Model::in_place(test::octets_of(checkpoint), "memory");
    REQUIRE(plain.ok());
    check_same(plain.value(), expected, "v2");
}

TEST_CASE("packed model: packed again it is the same file, and keeps where it came from") {
    PackOptions options = {.cpu_architectures = test::all_architectures(), .name = "a.pth", .licence = "MIT"};
    const PackedModel once = test::packed_network("v2", options);
    auto checkpoint = loaders::Checkpoint::from_bytes(once.file, "a.ffm");
    REQUIRE(checkpoint.ok());
    const auto twice = pack(checkpoint.value(), options);
    REQUIRE(twice.ok());
    CHECK(twice->file == once.file);
}

TEST_CASE("packed model: --half keeps vectors, rounds the rest, and float16 tensors lose nothing anyway") {
    const PackedModel whole = test::packed_network("v2", {}),
                      half = test::packed_network("v2", {.half = true});
    CHECK(whole.rounded == 0);
    CHECK(half.rounded > 200'000);
    CHECK(half.largest_change > 0);
    CHECK(half.largest_change <= 0x1p-11f);  // half a unit in the last place of the largest
    CHECK(half.file.size() < whole.file.size() * 6 / 10);
    const ByteString bytes = test::bytes_of_file(half), exact = test::bytes_of_file(whole);
    const auto checkpoint = test::open_bytes(bytes), expected = test::open_bytes(exact);
    for (const loaders::CheckpointTensor& tensor : checkpoint.tensors()) {
        CAPTURE(tensor.name);
        const auto found = test::values_of(checkpoint, tensor.name),
                   before = test::values_of(expected, tensor.name);
        if (tensor.shape.size() <= 1) {
            CHECK(found == before);
            continue;
        }
        CHECK(tensor.dtype == loaders::DType::f16);
        for (std::size_t i = 0; i < found.size(); ++i)
            CHECK(found[i] == static_cast<float>(Eigen::half(before[i])));
    }
    // A checkpoint in float16 is packed as such without being asked.
    const auto again = [&](bool rounding) {
        auto source = loaders::Checkpoint::from_bytes(half.file, "half.ffm");
        return pack(source.value(), {.half = rounding}).value();
    };
    CHECK(again(false).file == half.file);
    CHECK(again(true).rounded == 0);
}

TEST_CASE("packed model: numbers that float16 does not have stay as they are") {
    std::vector<test::TorchTensor> tensors = test::seeded_checkpoint("v2");
    const auto weight = std::ranges::find(tensors, "body.stage1.0.0.weight", &test::TorchTensor::name);
    REQUIRE(weight != tensors.end());
    test::patch(weight->bytes, 0, 1e6f);
    const ByteString file = make_torch_zip(tensors);
    auto checkpoint = test::open_bytes(file);
    const auto packed = pack(checkpoint, {.half = true});
    REQUIRE(packed.ok());
    const auto read = loaders::Checkpoint::from_bytes(packed->file, "x");
    CHECK(read->find(weight->name)->dtype == loaders::DType::f32);
    CHECK(test::values_of(read.value(), weight->name)[0] == 1e6f);
}

TEST_CASE("packed model: warnings about its weights are in it") {
    std::vector<test::TorchTensor> tensors = test::seeded_checkpoint("v2");
    test::patch(tensors[0].bytes, 0, std::numeric_limits<float>::quiet_NaN());
    const ByteString file = make_torch_zip(tensors);
    auto checkpoint = test::open_bytes(file);
    const auto packed = pack(checkpoint, {.cpu_architectures = test::all_architectures()});
    REQUIRE(packed.ok());
    const Model model = loaded({reinterpret_cast<const char*>(packed->file.data()), packed->file.size()});
    CHECK(is_taken_as_it_lies(model));
    REQUIRE(model.warnings().size() == 1);
    CHECK(model.warnings()[0].find("NaN") != std::string::npos);
    CHECK(model.warnings() == packed->warnings);
}

TEST_CASE("pack: another network, and an architecture that is not here, are refused") {
    const ByteString file = test::make_torch_zip({test::make_tensor("a", {2}, std::vector<float>{1, 2})});
    auto checkpoint = test::open_bytes(file);
    test::check_refused(pack(checkpoint, {}).status(), StatusCode::wrong_model, {"unknown network"});
    const ByteString v2 = make_torch_zip(test::seeded_checkpoint("v2"));
    auto good = test::open_bytes(v2);
    test::check_refused(pack(good, {.cpu_architectures = {"vax"}}).status(), StatusCode::invalid_argument,
                        {"vax"});
}

// Whoever changes what a kernel packs, or what the passes make of a checkpoint's weights, changes these, and
// counts kPackedLayout (engine/packed/packed_program.cpp) up: else files of before are taken for what they
// are not.
TEST_CASE("packed model: the order of the weights is the one of kPackedLayout") {
    const std::map<std::pair<std::string, std::string>, std::uint64_t> expected = {
        {{"v1", "avx512"}, 7298495823383802136u},   {{"v1", "avx2"}, 5413913430186308628u},
        {{"v1", "sse2"}, 11467350277932108524u},    {{"v2", "avx512"}, 14481549399285085053u},
        {{"v2", "avx2"}, 18428902654497111081u},    {{"v2", "sse2"}, 17191294041725576363u},
        {{"ffca", "avx512"}, 8268387354746036146u}, {{"ffca", "avx2"}, 17469416250134300935u},
        {{"ffca", "sse2"}, 1544974760639235398u},   {{"ffeca", "avx512"}, 7124731982287591511u},
        {{"ffeca", "avx2"}, 8709601891425769107u},  {{"ffeca", "sse2"}, 14545580161426701581u},
    };
    for (const std::string network : {"v1", "v2", "ffca", "ffeca"}) {
        const ByteString file = test::bytes_of_file(
            test::packed_network(network, {.cpu_architectures = test::all_architectures()}));
        for (const std::string& architecture : test::all_architectures()) {
            const auto known = expected.find({network, architecture});
            const std::size_t entry = test::entry_of(file, packed_section_name(architecture));
            const auto checksum = test::peek<std::uint64_t>(file, entry + test::ffm::kSectionChecksum);
            CAPTURE(network);
            CAPTURE(architecture);
            if (known != expected.end()) CHECK(checksum == known->second);
        }
    }
}

}  // namespace featherface::engine
