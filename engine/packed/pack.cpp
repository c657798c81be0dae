#include "engine/packed/pack.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>
#include <utility>

#include "engine/identity/identify.hpp"
#include "engine/packed/packed_program.hpp"
#include "engine/passes/passes.hpp"
#include "kernels/select.hpp"
#include "loaders/error.hpp"
#include "loaders/packed/packed_tensors.hpp"
#include "loaders/torch/convert.hpp"

namespace featherface::engine {

namespace {

using loaders::PackedSection;
namespace packed_section = loaders::packed_section;

float as_half(float value) {
    const std::uint16_t bits = loaders::f16_bits(value);
    float rounded = 0;
    loaders::convert_to_f32(loaders::DType::f16, std::as_bytes(std::span(&bits, 1)), std::span(&rounded, 1));
    return rounded;
}

std::vector<std::uint16_t> half_bits(std::span<const float> values) {
    std::vector<std::uint16_t> bits;
    for (const float value : values) bits.push_back(loaders::f16_bits(value));
    return bits;
}

bool is_lossless(std::span<const float> values) {
    return std::ranges::all_of(values, [](float value) {
        return std::bit_cast<std::uint32_t>(as_half(value)) == std::bit_cast<std::uint32_t>(value);
    });
}

bool is_in_range(std::span<const float> values) {
    return std::ranges::all_of(values, [](float value) { return std::abs(value) <= loaders::kLargestF16; });
}

// Rounds the values to float16 in place, and keeps count of what that changed.
void round_to_half(std::span<float> values, PackedModel& packed) {
    float largest = 0;
    for (const float value : values) largest = std::max(largest, std::abs(value));
    for (float& value : values) {
        const float rounded = as_half(value);
        if (rounded != value) {
            ++packed.rounded;
            packed.largest_change = std::max(packed.largest_change, std::abs(rounded - value) / largest);
        }
        value = rounded;
    }
}

std::string joined_lines(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text.append(text.empty() ? "" : "\n").append(line);
    return text;
}

PackedSection text_section(std::string_view name, std::string_view text) {
    return {.name = std::string(name), .pieces = {std::as_bytes(std::span(text.data(), text.size()))}};
}

}  // namespace

Result<PackedModel> pack(loaders::Checkpoint& checkpoint, const PackOptions& options) {
    Identity identity = identify(checkpoint);
    if (!identity.architecture) {
        return Status(StatusCode::wrong_model,
                      std::string(checkpoint.file_name()) + ": " + identity.explanation);
    }
    std::vector<const KernelTable*> tables;
    for (const std::string& architecture : options.cpu_architectures) {
        const auto table = kernels::find_table(architecture);
        if (!table.ok()) return table.status();
        if (std::ranges::count(tables, table.value()) == 0) tables.push_back(table.value());
    }

    PackedModel packed;
    packed.architecture = *identity.architecture;
    packed.parameters = identity.parameters;
    packed.warnings = std::move(identity.warnings);
    Graph graph = std::move(identity.graph);
    loaders::PackedTensorSections tensors;
    for (Parameter& parameter : graph.parameters) {
        // Biases and BatchNorm are a hundredth of the network, and what all its values go through.
        if (options.half && parameter.shape.size() > 1 && is_in_range(parameter.values))
            round_to_half(parameter.values, packed);
        const bool half = is_lossless(parameter.values);
        const std::vector<std::uint16_t> bits =
            half ? half_bits(parameter.values) : std::vector<std::uint16_t>();
        tensors.add(parameter.name, parameter.shape,
                    half ? loaders::PackedType::f16 : loaders::PackedType::f32,
                    half ? std::as_bytes(std::span(bits)) : std::as_bytes(std::span(parameter.values)));
    }

    const loaders::PackedFile* source = checkpoint.packed();
    std::vector<InputRange> ranges = options.ranges;
    if (ranges.empty() && source) {
        auto kept = read_input_ranges(*source);
        if (!kept.ok()) return loaders::in_file(checkpoint.file_name(), kept.status());
        ranges = std::move(kept).value();
    }
    if (Status status = set_input_ranges(graph, ranges); !status.ok())
        return loaders::in_file(checkpoint.file_name(), status);
    const std::vector<std::byte> range_bytes = input_range_bytes(ranges);
    packed.ranges = ranges.size();

    const std::string warnings = joined_lines(packed.warnings);
    std::vector<PackedSection> sections = {
        text_section(packed_section::kNetwork, network_of(packed.architecture).id),
        text_section(packed_section::kName, options.name),
        text_section(packed_section::kLicence, options.licence),
        text_section(packed_section::kWarnings, warnings),
        {.name = std::string(packed_section::kTensors), .pieces = {tensors.tensors}},
        {.name = std::string(packed_section::kValues), .pieces = {tensors.values}}};
    if (!ranges.empty())
        sections.push_back({.name = std::string(packed_section::kRanges), .pieces = {range_bytes}});
    const Graph optimized = optimize(std::move(graph));
    const Schedule schedule = schedule_in_groups(optimized);
    std::vector<Program> programs;  // what the sections are pieces of
    programs.reserve(tables.size());
    for (const KernelTable* table : tables) {
        const Program& program = programs.emplace_back(compile(optimized, schedule, *table));
        sections.push_back({.name = packed_section_name(table->arch),
                            .pieces = packed_blocks(program),
                            .layout = layout_of(program),
                            .pieces_aligned = true});
    }
    packed.file = loaders::make_packed_file(sections, source ? source->source_sha256() : checkpoint.sha256());
    return packed;
}

}  // namespace featherface::engine
