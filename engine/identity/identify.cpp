#include "engine/identity/identify.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "engine/identity/check_values.hpp"
#include "engine/identity/known_networks.hpp"
#include "engine/identity/text.hpp"
#include "loaders/error.hpp"

namespace featherface::engine {

namespace {

using loaders::Checkpoint;
using loaders::CheckpointTensor;

constexpr std::size_t kShown = 3;  // tensors an explanation names

// Is `component` the last part of a dotted name?
bool ends_in(std::string_view name, std::string_view component) {
    return name.ends_with(component) &&
           (name.size() == component.size() || name[name.size() - component.size() - 1] == '.');
}

bool is_debris(const CheckpointTensor& tensor) {
    return ends_in(tensor.name, "total_ops") || ends_in(tensor.name, "total_params");
}

bool is_step_counter(const CheckpointTensor& tensor) {
    return ends_in(tensor.name, "num_batches_tracked");
}

bool is_buffer(const CheckpointTensor& tensor) {
    return is_step_counter(tensor) || ends_in(tensor.name, "running_mean") ||
           ends_in(tensor.name, "running_var");
}

// Whether its values can be weights.
bool is_dense_float(const CheckpointTensor& tensor) {
    return tensor.layout.empty() && loaders::is_float(tensor.dtype);
}

// Beside a network's own tensors: what cannot be part of any network.
bool is_ignored(const CheckpointTensor& tensor) {
    return !is_dense_float(tensor) && !is_debris(tensor) && !is_step_counter(tensor);
}

// Texts about many things, of which only the first are kept.
class Listing {
  public:
    explicit Listing(std::size_t most) : most_(most) {}

    template <class MakeText>
    void add(const MakeText& text) {
        if (count_++ < most_) texts_.push_back(text());
    }

    std::size_t count() const { return count_; }
    const std::vector<std::string>& texts() const { return texts_; }

    // At most `shown` texts, then how many more there are.
    std::string summary(std::size_t shown, const std::string& separator) const {
        shown = std::min(shown, texts_.size());
        std::string all;
        for (std::size_t i = 0; i < shown; ++i) all += (i ? separator : "") + texts_[i];
        if (count_ > shown)
            all += separator + "and " + grouped(static_cast<std::int64_t>(count_ - shown)) + " more";
        return all;
    }

  private:
    std::size_t most_;
    std::size_t count_ = 0;
    std::vector<std::string> texts_;
};

// How a checkpoint compares with one network.
struct Comparison {
    Graph graph;
    std::int64_t agreeing = 0;  // tensors
    Listing differences{Identity::kMostDifferences};
    Listing ignored{kShown};  // extra tensors that cannot be weights

    bool is_nearer_than(const Comparison& other) const {
        if (agreeing != other.agreeing) return agreeing > other.agreeing;
        return differences.count() < other.differences.count();
    }
    // A backbone alone, which is half of the smallest detector, is none.
    bool is_nearly_equal() const { return 2 * static_cast<std::size_t>(agreeing) >= 3 * differences.count(); }
};

Comparison compare(Graph graph, const Checkpoint& checkpoint) {
    Comparison result;
    std::unordered_set<std::string_view> known;
    for (const Parameter& parameter : graph.parameters) {
        known.insert(parameter.name);
        const std::string name = "'" + parameter.name + "' ";
        const CheckpointTensor* tensor = checkpoint.find(parameter.name);
        if (!tensor) {
            result.differences.add([&] { return name + shape_text(parameter.shape) + " is missing"; });
        } else if (!is_dense_float(*tensor)) {
            result.differences.add([&] {
                return name + "is " + type_text(*tensor) + ", expected float32, float64, float16 or bfloat16";
            });
        } else if (tensor->shape != parameter.shape) {
            result.differences.add([&] {
                return name + "has shape " + shape_text(tensor->shape) + ", expected " +
                       shape_text(parameter.shape);
            });
        } else {
            ++result.agreeing;
        }
    }
    for (const CheckpointTensor& tensor : checkpoint.tensors()) {
        if (known.contains(tensor.name) || is_debris(tensor) || is_step_counter(tensor)) continue;
        const auto name = [&] { return loaders::quoted(tensor.name); };
        if (is_ignored(tensor)) {
            result.ignored.add([&] { return name() + " (" + type_text(tensor) + ")"; });
        } else {
            result.differences.add(
                [&] { return name() + " " + shape_text(tensor.shape) + " is not part of it"; });
        }
    }
    result.graph = std::move(graph);
    return result;
}

void count_elements(const Checkpoint& checkpoint, Identity& identity) {
    for (const CheckpointTensor& tensor : checkpoint.tensors()) {
        if (identity.architecture && is_ignored(tensor)) continue;
        std::int64_t& count = is_debris(tensor)   ? identity.debris
                              : is_buffer(tensor) ? identity.buffers
                                                  : identity.parameters;
        count += tensor.element_count();
    }
}

void explain_no_tensors(const Checkpoint& checkpoint, Identity& identity) {
    Listing keys(kShown);
    bool optimizer = false;
    for (const std::string& key : checkpoint.top_level_keys()) {
        keys.add([&] { return loaders::quoted(key); });
        optimizer |= key == "optimizer" || key == "param_groups";
    }
    identity.name = optimizer ? "optimizer state without a network" : "torch file without a network";
    identity.explanation = "this is " + std::string(optimizer ? "an " : "a ") + identity.name;
    if (keys.count() > 0) identity.explanation += " (its keys: " + keys.summary(kShown, ", ") + ")";
    identity.explanation += "; save the model's own weights: torch.save(net.state_dict(), file)";
}

void explain_known(const KnownNetwork& known, Identity& identity) {
    identity.name = known.name;
    identity.explanation = "this is " + identity.name + " (" + grouped(identity.parameters) + " parameters";
    if (identity.parameters != known.parameters) {
        identity.explanation += ", where the published one has " + grouped(known.parameters);
    }
    identity.explanation += "), not a network this engine runs: " + std::string(known.remark);
}

// Neither a network that runs here nor a known other one.
void explain_unknown(const Checkpoint& checkpoint, const Comparison& nearest, Identity& identity) {
    const auto total = grouped(static_cast<std::int64_t>(nearest.graph.parameters.size()));
    if (nearest.is_nearly_equal()) {
        identity.name = nearest.graph.name;
        identity.explanation = "this is nearly " + nearest.graph.name + " (" + grouped(nearest.agreeing) +
                               " of " + total + " tensors agree), but not quite";
        return;
    }
    identity.name = "unknown network";
    identity.explanation = "this is an unknown network of " + grouped(identity.parameters) + " parameters";
    if (nearest.agreeing > 0) {
        identity.explanation += "; nearest is " + nearest.graph.name + ", of which it has " +
                                grouped(nearest.agreeing) + " of " + total + " tensors";
        return;
    }
    Listing tensors(kShown);
    for (const CheckpointTensor& tensor : checkpoint.tensors()) {
        tensors.add([&] { return loaders::quoted(tensor.name) + " " + shape_text(tensor.shape); });
    }
    identity.explanation +=
        " that shares no tensor with any known here; it has " + tensors.summary(kShown, ", ");
}

}  // namespace

Identity identify(const Checkpoint& checkpoint) {
    Identity identity;
    if (checkpoint.tensors().empty()) {
        explain_no_tensors(checkpoint, identity);
        return identity;
    }

    std::optional<Comparison> nearest;
    for (const Network& network : networks()) {
        Comparison comparison = compare(network.make_graph(), checkpoint);
        if (comparison.differences.count() == 0) {
            identity.architecture = network.architecture;
            identity.name = network.name;
            count_elements(checkpoint, identity);
            identity.warnings = check_values(comparison.graph, checkpoint);
            if (comparison.ignored.count() > 0) {
                identity.warnings.push_back("ignored tensors that are not part of the network: " +
                                            comparison.ignored.summary(kShown, ", "));
            }
            identity.graph = std::move(comparison.graph);
            return identity;
        }
        if (!nearest || comparison.is_nearer_than(*nearest)) nearest = std::move(comparison);
    }

    count_elements(checkpoint, identity);
    identity.differences = nearest->differences.texts();
    identity.difference_count = nearest->differences.count();
    if (const KnownNetwork* known = find_known_network(checkpoint)) {
        explain_known(*known, identity);
    } else {
        explain_unknown(checkpoint, *nearest, identity);
    }
    if (nearest->agreeing > 0) {
        identity.explanation += "; first differences to " + nearest->graph.name + ": " +
                                nearest->differences.summary(kShown, "; ");
    }
    return identity;
}

}  // namespace featherface::engine
