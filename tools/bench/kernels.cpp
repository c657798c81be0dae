#include "tools/bench/kernels.hpp"

#include "kernels/select.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

using kernels::ConvGeometry;
using kernels::ConvKernel;

std::string text_of(const ConvGeometry& g) {
    std::string text;
    if (g.groups > 1) {
        const bool is_depthwise = g.groups == g.in_channels && g.groups == g.out_channels;
        text = is_depthwise ? "depthwise " : std::to_string(g.groups) + " groups, ";
    }
    const std::string kernel = std::to_string(g.kernel);
    text += concat(kernel, "x", kernel, ", ", std::to_string(g.in_channels), " to ",
                   std::to_string(g.out_channels), " channels");
    if (g.stride > 1) text += ", stride " + std::to_string(g.stride);
    return text;
}

}  // namespace

std::string reason_for(const ConvGeometry& geometry, const kernels::KernelTable& table) {
    const ConvKernel& chosen = kernels::select_conv(table, geometry);
    std::string passed_over;
    bool is_narrower = true;
    for (const ConvKernel* kernel : kernels::conv_kernels(table)) {
        is_narrower = kernel != &chosen;
        if (kernel->supports(geometry)) break;
        passed_over += concat(passed_over.empty() ? "not for " : ", ", kernel->name);
    }
    return concat(text_of(geometry), ": ", passed_over.empty() ? "first choice" : passed_over,
                  is_narrower ? ", narrower registers hold its channels" : "");
}

KernelChoice kernel_of(const engine::Program& program, engine::ValueId value) {
    constexpr const char* kOnlyOne = "the only one for it";
    const std::string name(
        engine::any_operator(program.operators[static_cast<std::size_t>(value)])->kernel_name());
    const engine::Operation& operation = program.graph.node(value).operation;
    const auto* conv = std::get_if<engine::Conv>(&operation);
    if (conv && conv->input_range) return {name, concat(text_of(conv->geometry), ": with 8 bits")};
    if (conv) return {name, reason_for(conv->geometry, *program.table)};
    if (const auto* deform = std::get_if<engine::DeformConv>(&operation))
        return {name, concat(text_of(deform->geometry), ": ", kOnlyOne)};
    if (name.empty()) return {std::string(kNoKernel), "a plain loop of the engine"};
    return {name, kOnlyOne};
}

Table kernels_table(const engine::Program& program) {
    std::string usable;
    for (const kernels::KernelTable* table : kernels::available_tables()) {
        usable += concat(usable.empty() ? "" : ", ", table->arch);
    }
    Table table{.caption = concat(program.graph.name, ": ", program.table->arch,
                                  " kernels (usable here, best first: ", usable, ")"),
                .columns = {{"#"},
                            {"layer", Table::Kind::text},
                            {"kind", Table::Kind::text},
                            {"kernel", Table::Kind::text},
                            {"why", Table::Kind::text}},
                .lines = {}};
    const auto add = [&](std::string number, std::vector<std::string> modules, std::string_view kind,
                         KernelChoice choice) {
        table.add({std::move(number), modules.empty() ? "" : modules.front(), std::string(kind),
                   std::move(choice.name), std::move(choice.reason)});
    };
    const engine::Graph& graph = program.graph;
    const auto add_node = [&](std::string number, engine::ValueId value) {
        const engine::Node& node = graph.node(value);
        add(std::move(number), node.names.empty() ? node.fused : node.names, engine::kind_of(node.operation),
            kernel_of(program, value));
    };
    int running = 0;
    for (const engine::Step& step : program.schedule.steps) {
        if (!program.schedule.runs(step)) continue;
        const std::string number = std::to_string(running++);
        if (!step.is_group()) {
            add_node(number, step.outputs[0]);
            continue;
        }
        const std::vector<std::string> names = names_of(graph, step);
        add(number, names.empty() ? names_inside(graph, step) : names, engine::kind_of(graph, step),
            {std::string(kGroupKernel), "its stages, a few rows at a time"});
        for (std::size_t s = 0; s < step.stages.size(); ++s) {
            if (!program.schedule.computed[static_cast<std::size_t>(step.stages[s])]) continue;  // a view
            add_node(concat(number, ".", std::to_string(s)), step.stages[s]);
        }
    }
    return table;
}

}  // namespace featherface::tools
