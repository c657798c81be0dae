#include "featherface/model.hpp"

#include <utility>

#include "engine/guarded.hpp"
#include "engine/identity/identify.hpp"
#include "engine/identity/weights.hpp"
#include "engine/loaded_model.hpp"
#include "engine/passes/passes.hpp"
#include "kernels/select.hpp"

namespace featherface {

namespace engine {

namespace {

using Rewrite = std::function<void(Graph&)>;

loaders::CheckpointOptions reading(const ModelOptions& options) {
    return {.key = options.key, .ignore_calls = options.ignore_calls};
}

// A model comes about so: checkpoint -> identity and graph -> weights -> passes -> schedule -> program
Result<std::shared_ptr<LoadedModel>> build(Result<loaders::Checkpoint> opened, const ModelOptions& options,
                                           const Rewrite& rewrite = {}) {
    if (!opened.ok()) return opened.status();
    const auto loaded = std::make_shared<LoadedModel>();
    loaders::Checkpoint& checkpoint = loaded->checkpoint.emplace(std::move(opened).value());
    Identity identity = identify(checkpoint);
    if (!identity.architecture) {
        return Status(StatusCode::wrong_model,
                      std::string(checkpoint.file_name()) + ": " + identity.explanation);
    }
    const auto table = options.cpu_architecture.empty() ? kernels::default_table()
                                                        : kernels::find_table(options.cpu_architecture);
    if (!table.ok()) return table.status();

    loaded->architecture = *identity.architecture;
    loaded->parameters = identity.parameters;
    loaded->warnings = std::move(identity.warnings);
    for (const std::string& call : checkpoint.calls()) {
        loaded->warnings.push_back("torch.load would " + call + " (it was not done here)");
    }

    Graph graph = std::move(identity.graph);
    if (Status status = bind(graph, checkpoint); !status.ok()) return status;
    if (rewrite) rewrite(graph);
    if (!options.layerwise) graph = optimize(std::move(graph), options.unfused);
    Schedule schedule =
        options.layerwise ? schedule_one_by_one(graph) : schedule_in_groups(graph, options.unfused);
    loaded->program =
        std::make_shared<const Program>(compile(std::move(graph), std::move(schedule), *table.value()));
    return loaded;
}

const std::string& sha256_of(const LoadedModel& model) {
    std::call_once(model.hashed, [&] { model.sha256 = model.checkpoint->sha256(); });
    return model.sha256;
}

}  // namespace

Result<Model> LoadedModel::load(const std::filesystem::path& path, const ModelOptions& options,
                                const Rewrite& rewrite) {
    const auto file = [&] { return path.string(); };
    return guarded(file, [&]() -> Result<Model> {
        auto loaded = build(loaders::Checkpoint::open(path, reading(options)), options, rewrite);
        if (!loaded.ok()) return loaded.status();
        return as_model(std::move(loaded).value());
    });
}

}  // namespace engine

Result<Model> Model::load(const std::filesystem::path& path, const ModelOptions& options) {
    return engine::LoadedModel::load(path, options, {});
}

Result<Model> Model::from_bytes(std::span<const std::uint8_t> bytes, std::string_view name,
                                const ModelOptions& options) {
    const auto file = [&] { return std::string(name); };
    return engine::guarded(file, [&]() -> Result<Model> {
        auto built = engine::build(
            loaders::Checkpoint::from_bytes(std::as_bytes(bytes), name, engine::reading(options)), options);
        if (!built.ok()) return built.status();
        // The bytes may be gone after this call: hash them now and let go of them.
        engine::sha256_of(*built.value());
        built.value()->checkpoint.reset();
        return Model(std::move(built).value());
    });
}

Model::Model() = default;

bool Model::empty() const {
    return loaded_ == nullptr;
}
Architecture Model::architecture() const {
    return engine::LoadedModel::of(*this).architecture;
}
std::int64_t Model::parameters() const {
    return engine::LoadedModel::of(*this).parameters;
}
std::string_view Model::cpu_architecture() const {
    return engine::LoadedModel::of(*this).program->table->arch;
}
const std::vector<std::string>& Model::warnings() const {
    return engine::LoadedModel::of(*this).warnings;
}
const std::string& Model::sha256() const {
    return engine::sha256_of(engine::LoadedModel::of(*this));
}

}  // namespace featherface
