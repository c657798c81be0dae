#include "engine/identity/identify.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "engine/identity/check_values.hpp"
#include "engine/identity/known_networks.hpp"
#include "engine/identity/text.hpp"
#include "engine/identity/weights.hpp"
#include "loaders/error.hpp"
#include "loaders/torch/name_prefix.hpp"

namespace featherface::engine {

namespace {

using loaders::Checkpoint;
using loaders::CheckpointTensor;
using loaders::ends_in;

constexpr std::size_t kShown = 3;         // tensors an explanation names
constexpr std::size_t kMostWrappers = 4;  // parts of a prefix

bool is_debris(const CheckpointTensor& tensor) {
    return loaders::is_profiler_debris(tensor.name);
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

// Whether it is a tensor that may stand beside a network's own, and cannot be part of any network.
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

// `name` as it is once the prefix is taken off.
std::string_view without(std::string_view prefix, std::string_view name) {
    return name.substr(name.starts_with(prefix) ? prefix.size() : 0);
}

// "", then the prefix up to its first dot, its second, and so on.
std::vector<std::string_view> parts_of_prefix(std::string_view prefix) {
    std::vector<std::string_view> parts = {""};
    for (std::size_t end = 0; parts.size() <= kMostWrappers;) {
        const std::size_t dot = prefix.find('.', end);
        if (dot == prefix.npos) break;
        end = dot + 1;
        parts.push_back(prefix.substr(0, end));
    }
    return parts;
}

// How a checkpoint compares with one network.
struct Comparison {
    Graph graph;
    std::string_view prefix;    // of the checkpoint's names
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

// A prefix is left out of the names in texts, as if it had been taken off.
Comparison compare(Graph graph, const Checkpoint& checkpoint, std::string_view prefix) {
    Comparison result;
    result.prefix = prefix;
    std::unordered_set<std::string_view> known;
    for (const Parameter& parameter : graph.parameters) {
        known.insert(parameter.name);
        const std::string name = "'" + parameter.name + "' ";
        const CheckpointTensor* tensor = checkpoint.find(std::string(prefix) + parameter.name);
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
        const std::string_view own_name = without(prefix, tensor.name);
        if (known.contains(own_name) || is_debris(tensor) || is_step_counter(tensor)) continue;
        const auto name = [&] { return loaders::quoted(own_name); };
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

// What is said where it is neither a network that runs here nor a known other one.
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

// All networks, and of a packed model that one first which it says it is.
std::vector<const Network*> likeliest_first(const Checkpoint& checkpoint) {
    std::vector<const Network*> all;
    for (const Network& network : networks()) all.push_back(&network);
    if (const loaders::PackedFile* packed = checkpoint.packed()) {
        const auto said = packed->text(loaders::packed_section::kNetwork);
        std::stable_partition(all.begin(), all.end(), [&](const Network* network) {
            return said.ok() && network->id == said.value();
        });
    }
    return all;
}

}  // namespace

Identity identify(Checkpoint& checkpoint) {
    Identity identity;
    if (checkpoint.tensors().empty()) {
        explain_no_tensors(checkpoint, identity);
        return identity;
    }

    const std::string shared = checkpoint.shared_prefix();
    const std::vector<std::string_view> prefixes = parts_of_prefix(shared);
    const std::vector<const Network*> candidates = likeliest_first(checkpoint);
    std::optional<Comparison> nearest;
    for (const std::string_view prefix : prefixes) {
        for (const Network* network : candidates) {
            Comparison comparison = compare(network->make_graph(), checkpoint, prefix);
            if (comparison.differences.count() == 0) {
                checkpoint.drop_prefix(prefix);
                identity.architecture = network->architecture;
                identity.name = network->name;
                count_elements(checkpoint, identity);
                identity.graph = std::move(comparison.graph);
                // The comparison has found all that this needs.
                static_cast<void>(bind(identity.graph, checkpoint));
                identity.warnings = check_values(identity.graph);
                if (comparison.ignored.count() > 0) {
                    identity.warnings.push_back("ignored tensors that are not part of the network: " +
                                                comparison.ignored.summary(kShown, ", "));
                }
                return identity;
            }
            if (!nearest || comparison.is_nearer_than(*nearest)) nearest = std::move(comparison);
        }
    }

    const KnownNetwork* known = nullptr;
    for (const std::string_view prefix : prefixes) {
        known = find_known_network(checkpoint, prefix);
        if (!known) continue;
        nearest->prefix = prefix;
        break;
    }
    if (known || nearest->agreeing > 0) checkpoint.drop_prefix(nearest->prefix);
    count_elements(checkpoint, identity);
    identity.differences = nearest->differences.texts();
    identity.difference_count = nearest->differences.count();
    if (known) {
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
