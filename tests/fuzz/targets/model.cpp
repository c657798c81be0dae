// Packed models as the engine takes them: the built-in V2, packed for this CPU, with some bytes changed and
// every checksum right. An input is a list of changes. What loads also runs.
#include <algorithm>
#include <cstdint>
#include <string>

#include "engine/packed/pack.hpp"
#include "featherface/detector.hpp"
#include "fuzz/target.hpp"
#include "support/packed_bytes.hpp"
#include "tools/model/builtin_model.hpp"

namespace featherface::fuzz {

namespace {

// Replaces four bytes.
struct Change {
    std::uint32_t place, bytes;
};

ByteString packed_here() {
    const auto model = Model::in_place(tools::builtin_model(), "built-in");
    auto checkpoint = loaders::Checkpoint::from_bytes(std::as_bytes(tools::builtin_model()), "built-in");
    require(model.ok() && checkpoint.ok());
    const auto packed =
        engine::pack(checkpoint.value(), {.cpu_architectures = {std::string(model->cpu_architecture())}});
    require(packed.ok());
    return {reinterpret_cast<const char*>(packed->file.data()), packed->file.size()};
}

// Three of four changes are of the header and of the tables of sections and tensors, which come first.
std::size_t place_of(const Change& change, const ByteString& file) {
    constexpr std::size_t kTables = 1 << 14;
    const std::size_t most = change.place % 4 == 0 ? file.size() : kTables;
    return change.place / 4 % (most - sizeof(Change::bytes));
}

void run_model(const Model& model) {
    auto detector = Detector::create(model);
    require(detector.ok());
    constexpr int kSide = 16;
    const std::vector<std::uint8_t> pixels(std::size_t{3} * kSide * kSide, 100);
    const auto faces = detector->detect({.data = pixels.data(), .width = kSide, .height = kSide});
    // Other weights may compute what is not finite.
    require(faces.ok() || faces.status().message().size() > 6);
}

void check_model(Bytes input) {
    static const ByteString whole = packed_here();
    ByteString file = whole;
    for (std::size_t at = 0; at + sizeof(Change) <= input.size(); at += sizeof(Change)) {
        const std::string_view bytes(reinterpret_cast<const char*>(input.data()) + at, sizeof(Change));
        const auto change = test::peek<Change>(bytes, 0);
        test::patch(file, place_of(change, file), change.bytes);
    }
    mend_packed(file);
    const auto model = Model::from_bytes(test::octets_of(file), "fuzz");
    if (!model.ok()) return require(model.status().message().size() > 6);
    if (model->architecture() != Architecture::mobilenet_classifier &&
        model->architecture() != Architecture::mobilenet_backbone) {
        run_model(model.value());
    }
}

// No change; and one of each field of the header and of the first sections.
std::vector<ByteString> model_seeds() {
    std::vector<ByteString> seeds = {""};
    for (std::uint32_t place = 8; place < 64 * 8; place += 8) {
        seeds.push_back(test::bytes_of(Change{.place = 4 * place + 1, .bytes = place}));
    }
    return seeds;
}

}  // namespace

Target model() {
    return {.name = "model", .check = check_model, .seeds = model_seeds};
}

}  // namespace featherface::fuzz
