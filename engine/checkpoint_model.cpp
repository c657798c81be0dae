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
#include "engine/model_loading.hpp"
#include "loaders/error.hpp"
#include "loaders/guarded.hpp"
#include "loaders/mapped_file.hpp"
#include "loaders/memory_map.hpp"
#include "loaders/regular_file.hpp"
#include "loaders/torch/checkpoint.hpp"

namespace featherface {

namespace engine {

namespace {

using Rewrite = std::function<void(Graph&)>;

loaders::CheckpointOptions reading(const ModelOptions& options) {
    return {.key = options.key, .ignore_calls = options.ignore_calls};
}

Result<Loaded> build(Result<loaders::Checkpoint> opened, const ModelOptions& options,
                     const Rewrite& rewrite = {}) {
    if (!opened.ok()) return opened.status();
    const auto checkpoint = std::make_shared<loaders::Checkpoint>(std::move(opened).value());
    Identity identity = identify(*checkpoint);
    if (!identity.architecture) {
        return Status(StatusCode::wrong_model,
                      std::string(checkpoint->file_name()) + ": " + identity.explanation);
    }
    const auto table = chosen_table(options);
    if (!table.ok()) return table.status();

    auto loaded = std::make_shared<LoadedModel>();
    loaded->architecture = *identity.architecture;
    loaded->parameters = identity.parameters;
    loaded->warnings = std::move(identity.warnings);
    for (const std::string& call : checkpoint->calls()) {
        loaded->warnings.push_back("torch.load would " + call + " (it was not done here)");
    }
    loaded->hash = [checkpoint] {
        const loaders::PackedFile* packed = checkpoint->packed();
        return packed ? packed->source_sha256() : checkpoint->sha256();
    };

    Graph graph = std::move(identity.graph);
    if (Status status = set_precision(checkpoint->packed(), options, graph); !status.ok())
        return loaders::in_file(checkpoint->file_name(), status);
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
    return build(loaders::Checkpoint::open(path, reading(options)), options, rewrite);
}

}  // namespace

Result<Loaded> load_tensors(std::span<const std::byte> bytes, std::string_view name,
                            const ModelOptions& options) {
    auto built = build(loaders::Checkpoint::from_bytes(bytes, name, reading(options)), options);
    if (!built.ok()) return built;
    // The bytes may be gone after this call: hash them now and let go of them.
    sha256_of(*built.value());
    built.value()->hash = nullptr;
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
