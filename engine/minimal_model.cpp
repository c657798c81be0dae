// Models of the minimal library (FEATHERFACE_MINIMAL), which reads packed models and nothing else: the
// tensors of one that has no weights ready, by the names that its network gives them.
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/identity/weights.hpp"
#include "engine/model_loading.hpp"
#include "loaders/error.hpp"
#include "loaders/torch/packed_checkpoint.hpp"

namespace featherface::engine {

Result<Loaded> load_tensors(std::span<const std::byte> bytes, std::string_view name,
                            const ModelOptions& options) {
    if (!loaders::PackedFile::is_packed(bytes)) {
        return Status(StatusCode::unsupported,
                      std::string(name) +
                          ": not a packed model, and this library was built to read nothing "
                          "else (FEATHERFACE_MINIMAL); `featherface pack` makes one");
    }
    if (!options.key.empty())
        return Status(StatusCode::invalid_argument,
                      std::string(name) + ": a key for a packed model, which has no entries");
    const auto table = chosen_table(options);
    if (!table.ok()) return table.status();
    auto opened = open_packed(bytes, name, options);
    if (!opened.ok()) return opened.status();
    const auto packed = loaders::read_packed_tensors(opened->file);
    if (!packed.ok()) return loaders::in_file(name, packed.status());
    std::unordered_map<std::string_view, loaders::CheckpointTensor> tensors;
    for (const loaders::PackedTensor& tensor : packed.value())
        tensors.emplace(tensor.name, as_checkpoint_tensor(tensor));

    Graph graph = std::move(opened->graph);
    const auto find = [&](std::string_view tensor) {
        const auto found = tensors.find(tensor);
        return found == tensors.end() ? nullptr : &found->second;
    };
    if (Status status = engine::bind(graph, name, find); !status.ok()) return status;
    opened->loaded->program = program_for(std::move(graph), options, *table.value());
    return std::move(opened->loaded);
}

}  // namespace featherface::engine
