#include "engine/identity/weights.hpp"

#include <cmath>
#include <limits>
#include <span>

#include "engine/identity/text.hpp"

namespace featherface::engine {

namespace {

// Denormal weights are what training leaves of channels that nothing reaches any more. They are too small to
// change an output, and CPUs multiply them many times slower than other numbers.
void flush_denormals(std::span<float> values) {
    for (float& value : values) {
        // (Stored in either case: without a branch, several at once.)
        value = std::abs(value) < std::numeric_limits<float>::min() ? 0 : value;
    }
}

}  // namespace

Status bind(Graph& graph, std::string_view file_name, const FindTensor& find) {
    const std::string file(file_name);
    for (Parameter& parameter : graph.parameters) {
        const loaders::CheckpointTensor* tensor = find(parameter.name);
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
        flush_denormals(parameter.values);
    }
    return {};
}

}  // namespace featherface::engine
