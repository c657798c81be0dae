#include "featherface/model.hpp"

#include <utility>

#include "engine/identify.hpp"
#include "engine/model_impl.hpp"
#include "engine/passes/passes.hpp"
#include "engine/weights.hpp"
#include "kernels/select.hpp"

namespace featherface {

namespace {

using Rewrite = std::function<void(engine::Graph&)>;

// checkpoint -> identity -> graph -> weights -> passes -> program
Status build(Model::Impl& impl, const ModelOptions& options, const Rewrite& rewrite = {}) {
    const loaders::Checkpoint& checkpoint = *impl.checkpoint;
    const engine::Identity identity = engine::identify(checkpoint);
    if (!identity.architecture) {
        return {StatusCode::wrong_model, std::string(checkpoint.file_name()) + ": " + identity.explanation};
    }
    const auto table = options.cpu_architecture.empty() ? kernels::default_table()
                                                        : kernels::find_table(options.cpu_architecture);
    if (!table.ok()) return table.status();

    impl.architecture = *identity.architecture;
    impl.parameters = identity.parameters;
    if (!identity.warnings.empty()) impl.warning = identity.warnings.front();

    engine::Graph graph = engine::make_graph(impl.architecture);
    if (Status status = engine::bind(graph, checkpoint); !status.ok()) return status;
    if (rewrite) rewrite(graph);
    if (!options.layerwise) graph = engine::optimize(std::move(graph), options.keep);
    impl.program = engine::compile(std::move(graph), *table.value());
    return {};
}

}  // namespace

std::string_view name_of(Architecture architecture) {
    switch (architecture) {
        case Architecture::featherface_v1: return "FeatherFace V1";
        case Architecture::featherface_v2: return "FeatherFace V2";
        case Architecture::mobilenet_classifier: return "MobileNetV1-0.25 classifier";
        case Architecture::mobilenet_backbone: return "MobileNetV1-0.25 backbone";
    }
    return "";
}

Result<Model> Model::load(const std::filesystem::path& path, const ModelOptions& options) {
    return Impl::load(path, options, {});
}

Result<Model> Model::Impl::load(const std::filesystem::path& path, const ModelOptions& options,
                                const Rewrite& rewrite) {
    auto checkpoint = loaders::Checkpoint::open(path);
    if (!checkpoint.ok()) return checkpoint.status();
    auto impl = std::make_shared<Impl>();
    impl->checkpoint = std::move(checkpoint).value();
    if (Status status = build(*impl, options, rewrite); !status.ok()) return status;
    return Model(std::move(impl));
}

Result<Model> Model::from_bytes(std::span<const std::byte> bytes, std::string_view name,
                                const ModelOptions& options) {
    auto checkpoint = loaders::Checkpoint::from_bytes(bytes, name);
    if (!checkpoint.ok()) return checkpoint.status();
    auto impl = std::make_shared<Impl>();
    impl->checkpoint = std::move(checkpoint).value();
    if (Status status = build(*impl, options); !status.ok()) return status;
    // The bytes may be gone after this call: hash them now and let go of them.
    std::call_once(impl->hashed, [&] { impl->sha256 = impl->checkpoint->sha256(); });
    impl->checkpoint.reset();
    return Model(std::move(impl));
}

Architecture Model::architecture() const {
    return impl_->architecture;
}
std::int64_t Model::parameters() const {
    return impl_->parameters;
}
std::string_view Model::cpu_architecture() const {
    return impl_->program.table->arch;
}
const std::string& Model::warning() const {
    return impl_->warning;
}

std::string Model::sha256() const {
    std::call_once(impl_->hashed, [&] { impl_->sha256 = impl_->checkpoint->sha256(); });
    return impl_->sha256;
}

}  // namespace featherface
