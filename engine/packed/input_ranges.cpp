#include "engine/packed/input_ranges.hpp"

#include <variant>

#include "loaders/error.hpp"
#include "loaders/packed/packed_ranges.hpp"

namespace featherface::engine {

Result<std::vector<InputRange>> read_input_ranges(const loaders::PackedFile& file) {
    const auto packed = loaders::read_packed_ranges(file);
    if (!packed.ok()) return packed.status();
    std::vector<InputRange> ranges;
    for (const loaders::PackedRange& range : packed.value())
        ranges.push_back({std::string(range.name), {range.low, range.high}});
    return ranges;
}

std::vector<std::byte> input_range_bytes(std::span<const InputRange> ranges) {
    std::vector<loaders::PackedRange> packed;
    for (const InputRange& input : ranges) packed.push_back({input.name, input.range.low, input.range.high});
    return loaders::packed_ranges_bytes(packed);
}

Status set_input_ranges(Graph& graph, std::span<const InputRange> ranges) {
    for (const InputRange& input : ranges) {
        const ValueId value = find_value(graph, input.name);
        Conv* conv = value == kNone ? nullptr : std::get_if<Conv>(&graph.nodes[index(value)].operation);
        if (!conv || !conv->can_have_int8()) {
            return loaders::malformed("packed model: a range for " + loaders::quoted(input.name) +
                                      ", which " + graph.name + " does not compute with 8 bits");
        }
        conv->input_range = input.range;
    }
    return {};
}

Status set_input_ranges(Graph& graph, const loaders::PackedFile& file) {
    const auto ranges = read_input_ranges(file);
    return ranges.ok() ? set_input_ranges(graph, ranges.value()) : ranges.status();
}

}  // namespace featherface::engine
