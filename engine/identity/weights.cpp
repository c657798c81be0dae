#include "engine/identity/weights.hpp"

#include "engine/identity/text.hpp"

namespace featherface::engine {

Status bind(Graph& graph, const loaders::Checkpoint& checkpoint) {
    const std::string file(checkpoint.file_name());
    for (Parameter& parameter : graph.parameters) {
        const loaders::CheckpointTensor* tensor = checkpoint.find(parameter.name);
        if (!tensor) {
            return {StatusCode::wrong_model, file + ": tensor '" + parameter.name + "' of shape " +
                                                 shape_text(parameter.shape) + " is missing; " + graph.name +
                                                 " needs it"};
        }
        if (tensor->shape != parameter.shape) {
            return {StatusCode::wrong_model, file + ": tensor '" + parameter.name + "' has shape " +
                                                 shape_text(tensor->shape) + ", but " + graph.name +
                                                 " needs " + shape_text(parameter.shape)};
        }
        parameter.values.resize(static_cast<std::size_t>(tensor->element_count()));
        if (const Status status = copy_as_f32(*tensor, parameter.values); !status.ok()) {
            return {status.code(), file + ": " + status.message()};
        }
    }
    return {};
}

}  // namespace featherface::engine
