#include "featherface/model.hpp"

#include <utility>

#include "engine/guarded.hpp"
#include "engine/identity/identify.hpp"
#include "engine/identity/weights.hpp"
#include "engine/model_impl.hpp"
#include "engine/passes/passes.hpp"
#include "kernels/select.hpp"

namespace featherface {

namespace {

using Rewrite = std::function<void(engine::Graph&)>;

// checkpoint -> identity and graph -> weights -> passes -> schedule -> program
Result<std::shared_ptr<Model::Impl>> build(Result<loaders::Checkpoint> opened, const ModelOptions& options,
                                           const Rewrite& rewrite = {}) {
    if (!opened.ok()) return opened.status();
    const auto impl = std::make_shared<Model::Impl>();
    const loaders::Checkpoint& checkpoint = impl->checkpoint.emplace(std::move(opened).value());
    engine::Identity identity = engine::identify(checkpoint);
    if (!identity.architecture) {
        return Status(StatusCode::wrong_model,
                      std::string(checkpoint.file_name()) + ": " + identity.explanation);
    }
    const auto table = options.cpu_architecture.empty() ? kernels::default_table()
                                                        : kernels::find_table(options.cpu_architecture);
    if (!table.ok()) return table.status();

    impl->architecture = *identity.architecture;
    impl->parameters = identity.parameters;
    impl->warnings = std::move(identity.warnings);

    engine::Graph graph = std::move(identity.graph);
    if (Status status = engine::bind(graph, checkpoint); !status.ok()) return status;
    if (rewrite) rewrite(graph);
    if (!options.layerwise) graph = engine::optimize(std::move(graph), options.keep);
    engine::Schedule schedule = options.layerwise ? engine::schedule_one_by_one(graph)
                                                  : engine::schedule_in_groups(graph, options.keep);
    impl->program = std::make_shared<const engine::Program>(
        engine::compile(std::move(graph), std::move(schedule), *table.value()));
    return impl;
}

}  // namespace

Result<Model> Model::load(const std::filesystem::path& path, const ModelOptions& options) {
    return Impl::load(path, options, {});
}

Result<Model> Model::Impl::load(const std::filesystem::path& path, const ModelOptions& options,
                                const Rewrite& rewrite) {
    const auto file = [&] { return path.string(); };
    return engine::guarded(file, [&]() -> Result<Model> {
        auto impl = build(loaders::Checkpoint::open(path), options, rewrite);
        if (!impl.ok()) return impl.status();
        return Model(std::move(impl).value());
    });
}

Result<Model> Model::from_bytes(std::span<const std::byte> bytes, std::string_view name,
                                const ModelOptions& options) {
    const auto file = [&] { return std::string(name); };
    return engine::guarded(file, [&]() -> Result<Model> {
        auto built = build(loaders::Checkpoint::from_bytes(bytes, name), options);
        if (!built.ok()) return built.status();
        const std::shared_ptr<Impl> impl = std::move(built).value();
        // The bytes may be gone after this call: hash them now and let go of them.
        std::call_once(impl->hashed, [&] { impl->sha256 = impl->checkpoint->sha256(); });
        impl->checkpoint.reset();
        return Model(impl);
    });
}

Architecture Model::architecture() const {
    return impl_->architecture;
}
std::int64_t Model::parameters() const {
    return impl_->parameters;
}
std::string_view Model::cpu_architecture() const {
    return impl_->program->table->arch;
}
const std::vector<std::string>& Model::warnings() const {
    return impl_->warnings;
}

std::string Model::sha256() const {
    std::call_once(impl_->hashed, [&] { impl_->sha256 = impl_->checkpoint->sha256(); });
    return impl_->sha256;
}

}  // namespace featherface
