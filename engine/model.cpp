#include "featherface/model.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <variant>

#include "engine/identity/networks.hpp"
#include "engine/loaded_model.hpp"
#include "engine/model_loading.hpp"
#include "engine/packed/input_ranges.hpp"
#include "engine/packed/packed_program.hpp"
#include "engine/passes/passes.hpp"
#include "kernels/select.hpp"
#include "loaders/error.hpp"
#include "loaders/guarded.hpp"

namespace featherface {

namespace engine {

namespace {

std::int64_t trained_elements(const Graph& graph) {
    std::int64_t count = 0;
    for (const Parameter& parameter : graph.parameters) {
        if (parameter.role == Parameter::Role::trained)
            count += static_cast<std::int64_t>(element_count(parameter));
    }
    return count;
}

Result<Loaded> load_from(std::span<const std::byte> bytes, std::string_view name, const ModelOptions& options,
                         bool in_place) {
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
    return load_tensors(bytes, name, options);
}

}  // namespace

Result<const KernelTable*> chosen_table(const ModelOptions& options) {
    return options.cpu_architecture.empty() ? kernels::default_table()
                                            : kernels::find_table(options.cpu_architecture);
}

std::shared_ptr<const Program> program_for(Graph graph, const ModelOptions& options,
                                           const KernelTable& table) {
    if (!options.layerwise) graph = optimize(std::move(graph), options.unfused);
    Schedule schedule =
        options.layerwise ? schedule_one_by_one(graph) : schedule_in_groups(graph, options.unfused);
    return std::make_shared<const Program>(compile(std::move(graph), std::move(schedule), table));
}

Status set_precision(const loaders::PackedFile* file, const ModelOptions& options, Graph& graph) {
    const bool has_ranges = file != nullptr && file->find(loaders::packed_section::kRanges) != nullptr;
    if (options.precision == Precision::int8 && !has_ranges) {
        return {StatusCode::invalid_argument,
                "it is not made for 8 bits; `featherface quantize` makes a packed model that is"};
    }
    if (options.precision == Precision::float32 || !has_ranges) return {};
#if FEATHERFACE_MINIMAL
    static_cast<void>(graph);
    return {StatusCode::unsupported,
            "it is made for 8 bits, which this library was built without (FEATHERFACE_MINIMAL); with "
            "Precision::float32 it is used all the same"};
#else
    return set_input_ranges(graph, *file);
#endif
}

Result<OpenedPacked> open_packed(std::span<const std::byte> bytes, std::string_view name,
                                 const ModelOptions& options) {
    auto file = loaders::PackedFile::read(bytes);
    if (!file.ok()) return loaders::in_file(name, file.status());
    const auto architecture = packed_architecture(file.value());
    if (!architecture.ok()) return loaders::in_file(name, architecture.status());
    const auto warnings = file->text(loaders::packed_section::kWarnings);
    if (!warnings.ok()) return loaders::in_file(name, warnings.status());

    OpenedPacked opened{std::move(file).value(), make_graph(architecture.value()),
                        std::make_shared<LoadedModel>()};
    if (Status status = set_precision(&opened.file, options, opened.graph); !status.ok())
        return loaders::in_file(name, status);
    LoadedModel& loaded = *opened.loaded;
    loaded.architecture = architecture.value();
    loaded.parameters = trained_elements(opened.graph);
    loaded.sha256 = opened.file.source_sha256();
    for (std::string_view rest = warnings.value(); !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        loaded.warnings.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return opened;
}

Result<Loaded> take_packed(std::span<const std::byte> bytes, std::string_view name,
                           const ModelOptions& options, std::shared_ptr<const void> owner) {
    const Loaded none;
    if (!loaders::PackedFile::is_packed(bytes) || options.layerwise || !options.unfused.empty() ||
        !options.key.empty())
        return none;
    const auto table = chosen_table(options);
    if (!table.ok()) return table.status();
    auto opened = open_packed(bytes, name, options);
    if (!opened.ok()) return opened.status();
    auto program = packed_program(opened->file, std::move(opened->graph), *table.value(), std::move(owner));
    if (!program.ok()) return loaders::in_file(name, program.status());
    if (!program.value()) return none;
    opened->loaded->program = std::move(program).value();
    return std::move(opened->loaded);
}

const std::string& sha256_of(const LoadedModel& model) {
    std::call_once(model.hashed, [&] {
        if (model.hash) model.sha256 = model.hash();
    });
    return model.sha256;
}

Result<Model> LoadedModel::load_bytes(std::span<const std::uint8_t> bytes, std::string_view name,
                                      const ModelOptions& options, bool in_place) {
    const auto file = [&] { return std::string(name); };
    return loaders::guarded(file, [&]() -> Result<Model> {
        auto loaded = load_from(std::as_bytes(bytes), name, options, in_place);
        if (!loaded.ok()) return loaded.status();
        return as_model(std::move(loaded).value());
    });
}

}  // namespace engine

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
Precision Model::precision() const {
    const auto has_range = [](const engine::Node& node) {
        const auto* conv = std::get_if<engine::Conv>(&node.operation);
        return conv != nullptr && conv->input_range.has_value();
    };
    const engine::Graph& graph = engine::LoadedModel::of(*this).program->graph;
    return std::ranges::any_of(graph.nodes, has_range) ? Precision::int8 : Precision::float32;
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
