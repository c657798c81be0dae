// Models of checkpoints of every kind, and of files: checkpoint -> identity and graph -> weights -> passes ->
// schedule -> program. The minimal library has minimal_model.cpp instead.
#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "engine/identity/identify.hpp"
#include "engine/identity/weights.hpp"
#include "engine/model_loading.hpp"
#include "loaders/error.hpp"
#include "loaders/guarded.hpp"
#include "loaders/mapped_file.hpp"
#include "loaders/memory_map.hpp"
#include "loaders/packed/checksum.hpp"
#include "loaders/regular_file.hpp"
#include "loaders/torch/checkpoint.hpp"
#include "loaders/torch/sha256.hpp"

namespace featherface {

namespace engine {

namespace {

using Rewrite = std::function<void(Graph&)>;

loaders::CheckpointOptions reading(const ModelOptions& options) {
    return {.key = options.key, .ignore_calls = options.ignore_calls};
}

Result<Loaded> build(loaders::Checkpoint& checkpoint, const ModelOptions& options,
                     const Rewrite& rewrite = {}) {
    Identity identity = identify(checkpoint);
    if (!identity.architecture) {
        return Status(StatusCode::wrong_model,
                      std::string(checkpoint.file_name()) + ": " + identity.explanation);
    }
    const auto table = chosen_table(options);
    if (!table.ok()) return table.status();

    auto loaded = std::make_shared<LoadedModel>();
    loaded->architecture = *identity.architecture;
    loaded->parameters = identity.parameters;
    loaded->warnings = std::move(identity.warnings);
    for (const std::string& call : checkpoint.calls()) {
        loaded->warnings.push_back("torch.load would " + call + " (it was not done here)");
    }
    if (const loaders::PackedFile* packed = checkpoint.packed()) loaded->sha256 = packed->source_sha256();

    Graph graph = std::move(identity.graph);
    if (Status status = bind(graph, checkpoint); !status.ok()) return status;
    if (rewrite) rewrite(graph);
    loaded->program = program_for(std::move(graph), options, *table.value());
    return loaded;
}

// A packed model is used where it lies; of all else no more than the beginning is looked at here. Null where
// it is to be read as any checkpoint is.
Result<Loaded> load_packed_file(const std::filesystem::path& path, const ModelOptions& options) {
    const auto refuse = [&](const Status& why) { return loaders::in_file(path.string(), why); };
    const auto file = loaders::RegularFile::open(path, loaders::kLargestFileBytes);
    if (!file.ok()) return file.status();
    std::array<std::byte, loaders::kPackedAlignment> bytes{};
    const auto beginning = std::span(bytes).first(std::min<std::size_t>(file->size(), bytes.size()));
    if (Status status = file->read(0, beginning); !status.ok()) return refuse(status);
    if (!loaders::PackedFile::is_packed(beginning)) return Loaded();
    auto map = loaders::MemoryMap::of_file(file.value());
    if (!map.ok()) return refuse(map.status());
    const auto owner = std::make_shared<const loaders::MemoryMap>(std::move(map).value());
    return take_packed(owner->bytes(), path.string(), options, owner);
}

Result<Loaded> load_file(const std::filesystem::path& path, const ModelOptions& options,
                         const Rewrite& rewrite) {
    if (!rewrite) {
        auto packed = load_packed_file(path, options);
        if (!packed.ok() || packed.value()) return packed;
    }
    auto opened = loaders::Checkpoint::open(path, reading(options));
    if (!opened.ok()) return opened.status();
    auto built = build(opened.value(), options, rewrite);
    if (built.ok() && built.value()->sha256.empty()) {
        built.value()->hash = [path, size = opened->file_size(),
                               checksum = loaders::checksum64(opened->bytes())] {
            const auto file = loaders::MappedFile::open(path, size);
            const bool is_same = file.ok() && loaders::checksum64(file->bytes()) == checksum;
            return is_same ? loaders::sha256_hex(file->bytes()) : std::string();
        };
    }
    return built;
}

}  // namespace

Result<Loaded> load_tensors(std::span<const std::byte> bytes, std::string_view name,
                            const ModelOptions& options) {
    auto opened = loaders::Checkpoint::from_bytes(bytes, name, reading(options));
    if (!opened.ok()) return opened.status();
    auto built = build(opened.value(), options);
    // The bytes may be gone after this call.
    if (built.ok() && built.value()->sha256.empty()) built.value()->sha256 = opened->sha256();
    return built;
}

Result<Model> LoadedModel::load(const std::filesystem::path& path, const ModelOptions& options,
                                const Rewrite& rewrite) {
    const auto file = [&] { return path.string(); };
    return loaders::guarded(file, [&]() -> Result<Model> {
        auto loaded = load_file(path, options, rewrite);
        if (!loaded.ok()) return loaded.status();
        return as_model(std::move(loaded).value());
    });
}

}  // namespace engine

Result<Model> Model::load(const std::filesystem::path& path, const ModelOptions& options) {
    return engine::LoadedModel::load(path, options, {});
}

}  // namespace featherface
