#include "engine/graph/graph.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

#include "featherface/image.hpp"

namespace featherface::engine {

namespace {

void require_size(int height, int width) {
    const Status status = check_size(height, width);
    if (status.ok()) return;
#if defined(__cpp_exceptions)
    throw std::length_error(status.message());
#else
    detail::no_value(status);  // those who can be asked for such a size have looked before
#endif
}

}  // namespace

Status check_size(int height, int width) {
    // Beyond these, a count of a layer's values is no int any more.
    if (std::max(height, width) <= kMaxPictureSide && std::int64_t{height} * width <= kMaxPicturePixels)
        return {};
    return {StatusCode::limit_exceeded, "a picture of " + std::to_string(width) + " x " +
                                            std::to_string(height) + " is too large; at most " +
                                            std::to_string(kMaxPictureSide) + " per side and " +
                                            std::to_string(kMaxPicturePixels) + " pixels"};
}

std::vector<Shape> infer_shapes(const Graph& graph, int height, int width) {
    require_size(height, width);
    const Shape picture{Shape::Kind::map, height, width, 0};
    std::vector<Shape> shapes;
    shapes.reserve(graph.nodes.size());
    for (const Node& node : graph.nodes) {
        shapes.push_back(node.inputs.empty() ? infer_shape(node.operation, {&picture, 1})
                                             : infer_shape(node.operation, input_shapes(node, shapes)));
    }
    return shapes;
}

InputShapes input_shapes(const Node& node, std::span<const Shape> shapes) {
    InputShapes found;
    for (const ValueId input : node.inputs) found.push_back(shapes[static_cast<std::size_t>(input)]);
    return found;
}

ValueId find_value(const Graph& graph, std::string_view name) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const std::vector<std::string>& names = graph.nodes[i].names;
        if (std::find(names.begin(), names.end(), name) != names.end()) return static_cast<ValueId>(i);
    }
    return kNone;
}

std::vector<int> count_uses(const Graph& graph) {
    std::vector<int> uses(graph.nodes.size(), 0);
    for (const Node& node : graph.nodes) {
        for (const ValueId input : node.inputs) ++uses[static_cast<std::size_t>(input)];
    }
    for (const Output& output : graph.outputs) ++uses[static_cast<std::size_t>(output.value)];
    return uses;
}

Readers::Readers(const Graph& graph) : begins_(graph.nodes.size() + 1, 0) {
    const auto for_each_read = [&](const auto& visit) {
        for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
            const auto& inputs = graph.nodes[i].inputs;
            for (auto input = inputs.begin(); input != inputs.end(); ++input) {
                if (std::find(inputs.begin(), input, *input) == input)
                    visit(index(*input), static_cast<ValueId>(i));
            }
        }
    };
    for_each_read([&](std::size_t value, ValueId) { ++begins_[value + 1]; });
    std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
    readers_.resize(begins_.back());
    std::vector<std::size_t> ends(begins_.begin(), begins_.end() - 1);
    for_each_read([&](std::size_t value, ValueId reader) { readers_[ends[value]++] = reader; });
}

}  // namespace featherface::engine
