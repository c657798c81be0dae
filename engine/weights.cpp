#include "engine/weights.hpp"

#include <sstream>

namespace featherface::engine {

namespace {

std::string to_string(const std::vector<std::int64_t>& shape) {
    std::ostringstream text;
    text << '(';
    for (std::size_t i = 0; i < shape.size(); ++i) text << (i ? ", " : "") << shape[i];
    text << ')';
    return text.str();
}

}  // namespace

Status bind(Graph& graph, const loaders::Checkpoint& checkpoint) {
    const std::string file(checkpoint.file_name());
    for (Parameter& parameter : graph.parameters) {
        const loaders::CheckpointTensor* tensor = checkpoint.find(parameter.name);
        if (!tensor) {
            return {StatusCode::wrong_model, file + ": tensor '" + parameter.name + "' of shape " +
                                                 to_string(parameter.shape) + " is missing; " + graph.name +
                                                 " needs it"};
        }
        if (tensor->shape != parameter.shape) {
            return {StatusCode::wrong_model, file + ": tensor '" + parameter.name + "' has shape " +
                                                 to_string(tensor->shape) + ", but " + graph.name +
                                                 " needs " + to_string(parameter.shape)};
        }
        parameter.values.resize(static_cast<std::size_t>(tensor->element_count()));
        if (Status status = copy_as_f32(*tensor, parameter.values); !status.ok()) return status;
    }
    return {};
}

}  // namespace featherface::engine
