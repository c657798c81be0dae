// featherface compare on every reference dump of the published checkpoints, in both modes, as a person runs
// it.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/torch/checkpoint.hpp"
#include "support/capture.hpp"
#include "support/json.hpp"
#include "support/npz.hpp"
#include "support/program.hpp"
#include "support/program_files.hpp"
#include "support/shared_data.hpp"
#include "support/shared_dumps.hpp"
#include "support/torch_writer.hpp"

namespace featherface::test {

namespace {

std::vector<SharedDump> all_dumps() {
    std::vector<SharedDump> dumps(std::begin(kDetectorDumps), std::end(kDetectorDumps));
    dumps.push_back(kClassifierDump);
    return dumps;
}

// Names there is nothing to compare with: what the network is run on where that is no picture, and the
// picture.
std::size_t not_compared(const tools::NpzReader& dump) {
    return dump.contains("image_bgr") ? 1 : dump.contains("input") ? 1 : 0;
}

// A copy of a checkpoint with one BatchNorm's running_var scaled.
void write_damaged(const std::filesystem::path& from, const std::string& batch_norm, float factor,
                   const std::filesystem::path& to) {
    const auto checkpoint = loaders::Checkpoint::open(from);
    REQUIRE_MESSAGE(checkpoint.ok(), checkpoint.status().message());
    std::vector<TorchTensor> tensors;
    bool found = false;
    for (const loaders::CheckpointTensor& tensor : checkpoint->tensors()) {
        if (tensor.dtype != loaders::DType::f32) continue;  // counters and the profiler's debris
        std::vector<float> values(static_cast<std::size_t>(tensor.element_count()));
        REQUIRE(loaders::copy_as_f32(tensor, values).ok());
        if (tensor.name == batch_norm + ".running_var") {
            found = true;
            for (float& value : values) value *= factor;
        }
        tensors.push_back(
            make_tensor(std::string(tensor.name), {tensor.shape.begin(), tensor.shape.end()}, values));
    }
    REQUIRE(found);
    write_torch_zip(to, tensors);
}

}  // namespace

TEST_CASE("compare: every reference dump agrees in both modes, all its names accounted for") {
    for (const auto& [file, checkpoint, network] : all_dumps()) {
        FEATHERFACE_SHARED_FILE(dump, file);
        FEATHERFACE_SHARED_FILE(model, checkpoint);
        for (const std::string mode : {"layerwise", "fused"}) {
            FEATHERFACE_CAPTURE(file);
            CAPTURE(mode);
            const ProgramResult result =
                featherface({"compare", "-m", model, "--mode", mode, "--format", "json", dump});
            check_program(result, 0);
            const Json json = parse_json(result.out);
            const std::size_t compared = static_cast<std::size_t>(json["compared"].whole());
            const std::size_t fused = static_cast<std::size_t>(json["fused"].whole());
            const tools::NpzReader npz = open_npz(dump);
            CHECK(compared + fused == npz.names().size() - not_compared(npz));
            CHECK(json["one_sided"].whole() == 0);
            if (mode == "layerwise") CHECK(fused == 0);
            float largest = 0;  // times the tolerance
            for (const Json& layer : json["layers"].items) {
                if (layer.has("worst") && layer["worst"].has("times_tolerance"))
                    largest = std::max(largest, layer["worst"]["times_tolerance"].number());
            }
            CHECK(largest <= 1);
            MESSAGE("| " << std::filesystem::path(file).filename().native() << " | " << mode << " | "
                         << compared << " | " << fused << " | " << largest << " |");
        }
    }
}

TEST_CASE("compare: no reference dump is left out") {
    std::set<std::string> listed, there;
    for (const SharedDump& dump : all_dumps()) listed.insert(std::filesystem::path(dump.file).filename());
    for (const std::string_view name : kDumpFolders) {
        FEATHERFACE_SHARED_FILE(folder, name);
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            there.insert(entry.path().filename());
    }
    CHECK(listed == there);
}

TEST_CASE("compare: one scaled running_var in a published checkpoint, and the sentence names its layer") {
    struct Damage {
        std::string_view checkpoint, dump;
        std::string batch_norm;
    };
    for (const Damage& damage :
         {Damage{kSharedV1, "reference/v1_160x128_all.npz", "ssh2.conv5X5_2.1"},
          Damage{kSharedV2, "reference/v2_160x128_all.npz", "bifpn.0.p4_down_channel.1"},
          Damage{kSharedRetinaFace, "reference_family/retinaface_73x56_all.npz", "fpn.merge2.1"},
          Damage{kShared489K, "reference_family/ff489k_73x56_all.npz", "bifpn.1.conv4_up.bn"},
          Damage{kSharedEcaCbam, "reference_family/ffeca_73x56_all.npz", "ssh1.conv7x7_3.1"},
          Damage{kSharedCoordinate, "reference_family/ffca_73x56_all.npz", "ca_p4.bn_transform"}}) {
        FEATHERFACE_SHARED_FILE(checkpoint, damage.checkpoint);
        FEATHERFACE_SHARED_FILE(dump, damage.dump);
        const ProgramFiles files;
        const std::string broken = files.path("broken.pth");
        write_damaged(checkpoint, damage.batch_norm, 1.5f, broken);
        const ProgramResult result = featherface({"compare", "-m", broken, dump});
        check_program(result, 1);
        const std::size_t at = result.out.find("\nFirst layer that differs: ");
        REQUIRE(at != std::string::npos);
        MESSAGE(result.out.substr(at + 1));
        const std::string expected = "First layer that differs: " + damage.batch_norm + " (batch_norm): ";
        CHECK(result.out.substr(at + 1).starts_with(expected));
    }
}

}  // namespace featherface::test
