#include "featherface/model.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/guarded.hpp"
#include "engine/identity/identify.hpp"
#include "engine/identity/weights.hpp"
#include "engine/loaded_model.hpp"
#include "engine/packed/packed_program.hpp"
#include "engine/passes/passes.hpp"
#include "kernels/select.hpp"
#include "loaders/error.hpp"
#include "loaders/mapped_file.hpp"

namespace featherface {

namespace engine {

namespace {

using Rewrite = std::function<void(Graph&)>;
using Loaded = std::shared_ptr<LoadedModel>;

loaders::CheckpointOptions reading(const ModelOptions& options) {
    return {.key = options.key, .ignore_calls = options.ignore_calls};
}

Result<const KernelTable*> chosen_table(const ModelOptions& options) {
    return options.cpu_architecture.empty() ? kernels::default_table()
                                            : kernels::find_table(options.cpu_architecture);
}

// A model comes about so: checkpoint -> identity and graph -> weights -> passes -> schedule -> program
Result<Loaded> build(Result<loaders::Checkpoint> opened, const ModelOptions& options,
                     const Rewrite& rewrite = {}) {
    if (!opened.ok()) return opened.status();
    const auto loaded = std::make_shared<LoadedModel>();
    loaders::Checkpoint& checkpoint = loaded->checkpoint.emplace(std::move(opened).value());
    Identity identity = identify(checkpoint);
    if (!identity.architecture) {
        return Status(StatusCode::wrong_model,
                      std::string(checkpoint.file_name()) + ": " + identity.explanation);
    }
    const auto table = chosen_table(options);
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

// Of the checkpoint that a packed model was made from, not of its own bytes.
const std::string& sha256_of(const LoadedModel& model) {
    std::call_once(model.hashed, [&] {
        if (!model.checkpoint) return;
        const loaders::PackedFile* packed = model.checkpoint->packed();
        model.sha256 = packed ? packed->source_sha256() : model.checkpoint->sha256();
    });
    return model.sha256;
}

std::int64_t trained_elements(const Graph& graph) {
    std::int64_t count = 0;
    for (const Parameter& parameter : graph.parameters) {
        if (parameter.role == Parameter::Role::trained)
            count += static_cast<std::int64_t>(element_count(parameter));
    }
    return count;
}

// The fused network of a packed model, whose bytes `owner` keeps: nothing is computed and nothing copied.
// Null, where its tensors are to be read as any checkpoint's: it has no weights ready for these options.
Result<Loaded> take_packed(std::span<const std::byte> bytes, std::string_view name,
                           const ModelOptions& options, std::shared_ptr<const void> owner) {
    const Loaded none;
    if (!loaders::PackedFile::is_packed(bytes) || options.layerwise || !options.unfused.empty() ||
        !options.key.empty())
        return none;
    const auto table = chosen_table(options);
    if (!table.ok()) return table.status();
    const auto file = loaders::PackedFile::read(bytes);
    if (!file.ok()) return loaders::in_file(name, file.status());
    const auto architecture = packed_architecture(file.value());
    if (!architecture.ok()) return loaders::in_file(name, architecture.status());
    const auto warnings = file->text(loaders::packed_section::kWarnings);
    if (!warnings.ok()) return loaders::in_file(name, warnings.status());
    Graph graph = make_graph(architecture.value());
    const std::int64_t parameters = trained_elements(graph);
    auto program = packed_program(file.value(), std::move(graph), *table.value(), std::move(owner));
    if (!program.ok()) return loaders::in_file(name, program.status());
    if (!program.value()) return none;

    auto loaded = std::make_shared<LoadedModel>();
    loaded->architecture = architecture.value();
    loaded->parameters = parameters;
    for (std::string_view rest = warnings.value(); !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        loaded->warnings.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    loaded->program = std::move(program).value();
    loaded->sha256 = file->source_sha256();
    return loaded;
}

Result<Loaded> load_file(const std::filesystem::path& path, const ModelOptions& options,
                         const Rewrite& rewrite) {
    if (!rewrite) {
        auto file = loaders::MappedFile::open(path, loaders::kLargestFileBytes, 0);
        if (!file.ok()) return file.status();
        if (loaders::PackedFile::is_packed(file->bytes())) {
            const auto owner = std::make_shared<const loaders::MappedFile>(std::move(file).value());
            auto packed = take_packed(owner->bytes(), path.string(), options, owner);
            if (!packed.ok() || packed.value()) return packed;
        }
    }
    return build(loaders::Checkpoint::open(path, reading(options)), options, rewrite);
}

Result<Loaded> load_bytes(std::span<const std::byte> bytes, std::string_view name,
                          const ModelOptions& options, bool in_place) {
    if (loaders::PackedFile::is_packed(bytes)) {
        // Blocks of weights begin where a cache line does.
        std::shared_ptr<AlignedBuffer> copy;
        const bool aligned = reinterpret_cast<std::uintptr_t>(bytes.data()) % loaders::kPackedAlignment == 0;
        std::span<const std::byte> packed_bytes = bytes;
        if (!in_place || !aligned) {
            copy = std::make_shared<AlignedBuffer>(bytes.size() / sizeof(float) + 1);
            std::memcpy(copy->data(), bytes.data(), bytes.size());
            packed_bytes = {reinterpret_cast<const std::byte*>(copy->data()), bytes.size()};
        }
        auto packed = take_packed(packed_bytes, name, options, copy);
        if (!packed.ok() || packed.value()) return packed;
    }
    auto built = build(loaders::Checkpoint::from_bytes(bytes, name, reading(options)), options);
    if (!built.ok()) return built;
    // The bytes may be gone after this call: hash them now and let go of them.
    sha256_of(*built.value());
    built.value()->checkpoint.reset();
    return built;
}

}  // namespace

Result<Model> LoadedModel::load(const std::filesystem::path& path, const ModelOptions& options,
                                const Rewrite& rewrite) {
    const auto file = [&] { return path.string(); };
    return guarded(file, [&]() -> Result<Model> {
        auto loaded = load_file(path, options, rewrite);
        if (!loaded.ok()) return loaded.status();
        return as_model(std::move(loaded).value());
    });
}

Result<Model> LoadedModel::load_bytes(std::span<const std::uint8_t> bytes, std::string_view name,
                                      const ModelOptions& options, bool in_place) {
    const auto file = [&] { return std::string(name); };
    return guarded(file, [&]() -> Result<Model> {
        auto loaded = engine::load_bytes(std::as_bytes(bytes), name, options, in_place);
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
    return engine::LoadedModel::load_bytes(bytes, name, options, false);
}

Result<Model> Model::in_place(std::span<const std::uint8_t> bytes, std::string_view name,
                              const ModelOptions& options) {
    return engine::LoadedModel::load_bytes(bytes, name, options, true);
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
