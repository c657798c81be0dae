#include "support/small_graph.hpp"

#include <sstream>

#include "kernels/select.hpp"
#include "support/differences.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_weights.hpp"

namespace featherface::test {

using engine::Activation;
using engine::Graph;
using engine::Node;
using engine::ValueId;

namespace {

// Both are odd, so that rows and columns are left over everywhere.
constexpr int kHeight = 9, kWidth = 7;

// A few dozen roundings, one after another, of values about as large as one (2^-24 each).
constexpr double kRounding = 4e-6;

std::string label_of(const Node& node) {
    if (!node.names.empty()) return node.names[0];
    std::string label = "<";
    label += engine::kind_of(node.operation);
    return label += ">";
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
    std::string text;
    for (const std::string& word : words) {
        if (!text.empty()) text += separator;
        text += word;
    }
    return text;
}

// Of an activation, itself; of an operation that has none, or can have none, Activation::none.
Activation activation_of(const engine::Operation& operation) {
    return std::visit(
        [](const auto& op) {
            if constexpr (requires { op.activation; }) return op.activation;
            return Activation::none;
        },
        operation);
}

bool is_picture(const Node& node) {
    return std::holds_alternative<engine::Input>(node.operation) ||
           std::holds_alternative<engine::ReadPixels>(node.operation);
}

std::vector<std::vector<float>> outputs_of(const Graph& graph, const kernels::KernelTable& table) {
    const std::vector<float> picture =
        seeded_values("picture", std::vector<std::int64_t>{3, kHeight, kWidth});
    const oracle::Tensor input{{1, 3, kHeight, kWidth}, {picture.begin(), picture.end()}};
    const NamedValues named = run_program(compile(graph, table), input);
    std::vector<std::vector<float>> outputs;
    for (const engine::Output& output : graph.outputs) {
        const auto found = named.values.find(output.name);
        REQUIRE_MESSAGE(found != named.values.end(), "no output " << output.name);
        outputs.push_back(found->second);
    }
    return outputs;
}

}  // namespace

Graph bound(Graph graph) {
    for (engine::Parameter& parameter : graph.parameters) {
        parameter.values = seeded_values(parameter.name, parameter.shape);
    }
    return graph;
}

Graph finish(engine::Builder& net) {
    return bound(net.finish());
}

ValueId append(Graph& graph, engine::Operation operation, engine::Inputs inputs, const std::string& name) {
    std::vector<std::string> names;
    if (!name.empty()) names.push_back(name);
    graph.nodes.push_back({std::move(operation), inputs, std::move(names), {}});
    return static_cast<ValueId>(graph.nodes.size()) - 1;
}

const engine::Parameter* find_parameter(const Graph& graph, std::string_view name) {
    const auto found = std::ranges::find(graph.parameters, name, &engine::Parameter::name);
    return found == graph.parameters.end() ? nullptr : &*found;
}

void set_values(Graph& graph, std::string_view parameter, std::vector<float> values) {
    const auto found = std::find_if(graph.parameters.begin(), graph.parameters.end(),
                                    [&](const engine::Parameter& known) { return known.name == parameter; });
    REQUIRE_MESSAGE(found != graph.parameters.end(), "no parameter " << parameter);
    REQUIRE(found->values.size() == values.size());
    found->values = std::move(values);
}

std::string describe(const Graph& graph) {
    const auto label = [&](ValueId value) { return label_of(graph.nodes[static_cast<std::size_t>(value)]); };
    std::ostringstream text;
    for (const Node& node : graph.nodes) {
        if (is_picture(node)) continue;
        std::vector<std::string> inputs;
        for (const ValueId input : node.inputs) inputs.push_back(label(input));
        const Activation activation = activation_of(node.operation);
        text << (node.names.empty() ? label_of(node) : joined(node.names, " ")) << " = "
             << engine::kind_of(node.operation);
        if (activation != Activation::none) text << '+' << kernels::name_of(activation);
        text << '(' << joined(inputs, ", ") << ')';
        if (!node.fused.empty()) text << " was " << joined(node.fused, " ");
        text << '\n';
    }
    for (const engine::Output& output : graph.outputs)
        text << "-> " << output.name << ": " << label(output.value) << '\n';
    return text.str();
}

const Node& node_named(const Graph& graph, std::string_view name) {
    const ValueId value = engine::find_value(graph, name);
    REQUIRE_MESSAGE(value != engine::kNone, "no value " << name << " in\n" << describe(graph));
    return graph.nodes[static_cast<std::size_t>(value)];
}

std::vector<float> values_of(const Graph& graph, engine::ParameterId id) {
    return id == engine::kNone ? std::vector<float>{} : graph.parameters[static_cast<std::size_t>(id)].values;
}

namespace {

void check_outputs(const Graph& before, const Graph& after, double largest) {
    REQUIRE(after.outputs.size() == before.outputs.size());
    for (const kernels::KernelTable* table : kernels::available_tables()) {
        CAPTURE(table->arch);
        const auto expected = outputs_of(before, *table), found = outputs_of(after, *table);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            CAPTURE(before.outputs[i].name);
            CHECK(after.outputs[i].name == before.outputs[i].name);
            CHECK(largest_error(found[i], expected[i]) <= largest);
        }
    }
}

}  // namespace

void check_same_outputs(const Graph& before, const Graph& after) {
    check_outputs(before, after, kRounding);
}

void check_same_bits(const Graph& before, const Graph& after) {
    check_outputs(before, after, 0);
}

void check_unchanged(const Graph& graph, Graph (*pass)(Graph)) {
    const Graph after = pass(graph);
    CHECK(describe(after) == describe(graph));
    const kernels::KernelTable& table = *kernels::available_tables().front();
    CHECK(outputs_of(after, table) == outputs_of(graph, table));
}

}  // namespace featherface::test
