#include "loaders/torch/network_search.hpp"

#include <algorithm>
#include <vector>

#include "loaders/error.hpp"
#include "loaders/torch/entries.hpp"
#include "loaders/torch/module_tree.hpp"
#include "loaders/torch/numpy_arrays.hpp"
#include "loaders/torch/torch_objects.hpp"

namespace featherface::loaders {
namespace {

constexpr int kDeepest = 2;
constexpr std::size_t kAccessory = 10;  // times fewer tensors than a network
constexpr std::size_t kShown = 5;

// A container, and how it was come upon.
struct Place {
    PickleValue value;
    std::optional<PickleValue> key;  // none for the whole
    std::size_t parent = 0;
    int depth = 0;
    std::size_t tensors = 0, weights = 0;  // directly in it
};

// Visits the containers level by level, each once, however many entries it is: the work is that of looking at
// each entry of each container once.
class Search {
  public:
    explicit Search(const Pickle& pickle) : seen_(pickle.value_count()) {
        add(pickle.root(), std::nullopt, 0, 0);
    }

    Status run() {
        for (std::size_t at = 0; at < places_.size(); ++at) {
            if (Status status = look_at(at); !status.ok()) return status;
        }
        return {};
    }

    Result<std::optional<FoundNetwork>> pick() const {
        const auto most = [&](std::size_t Place::*count) {
            std::size_t largest = 0;
            for (const Place& place : places_) largest = std::max(largest, place.*count);
            return largest;
        };
        // Where nothing can be a weight, whatever tensors there are.
        const auto count = most(&Place::weights) > 0 ? &Place::weights : &Place::tensors;
        const std::size_t largest = most(count);
        if (largest == 0) return std::optional<FoundNetwork>();
        std::vector<std::size_t> networks;
        for (std::size_t i = 0; i < places_.size(); ++i) {
            if (places_[i].*count * kAccessory > largest) networks.push_back(i);
        }
        if (networks.size() > 1) return several(networks);
        return found(networks[0]);
    }

    Result<std::optional<FoundNetwork>> pick(std::string_view key) const {
        std::vector<std::size_t> networks;
        for (std::size_t i = 0; i < places_.size(); ++i) {
            if (places_[i].tensors == 0) continue;
            if (i == 0 ? key == "." : path_of(i) == key) return found(i);
            networks.push_back(i);
        }
        return error(StatusCode::invalid_argument, "no entry " + loaders::quoted(key) + " that holds tensors",
                     {.found = networks.empty() ? "none with any" : list(networks)});
    }

  private:
    void add(PickleValue value, std::optional<PickleValue> key, std::size_t parent, int depth) {
        if (seen_[value.index()]) return;
        const bool can_hold =
            is_dict(value) || is_module(value) || value.is(PickleKind::list) || value.is(PickleKind::tuple);
        if (!can_hold) return;
        seen_[value.index()] = true;
        places_.push_back({value, key, parent, depth});
    }

    Status look_at(std::size_t at) {
        const PickleValue value = places_[at].value;
        const auto count = [&](PickleValue held) {
            if (!is_tensor(held) && !is_numpy_array(held)) return;
            ++places_[at].tensors;
            places_[at].weights += may_be_weight(held) ? 1 : 0;
        };
        if (is_module(value)) {
            const auto tensors = tensors_of_module(value, budget_);
            if (!tensors.ok()) return tensors.status();
            for (const NamedValue& tensor : tensors.value()) count(tensor.value);
            return {};
        }
        for (const auto& [key, held] : entries_of(value)) {
            count(held);
            if (places_[at].depth < kDeepest && key.is(PickleKind::string)) {
                add(held, key, at, places_[at].depth + 1);
            }
        }
        return {};
    }

    std::string path_of(std::size_t at) const { return found(at)->path(); }

    std::optional<FoundNetwork> found(std::size_t at) const {
        FoundNetwork network{{}, places_[at].value};
        for (; places_[at].key; at = places_[at].parent) network.keys.push_back(*places_[at].key);
        std::ranges::reverse(network.keys);
        return network;
    }

    std::string list(const std::vector<std::size_t>& places) const {
        std::string text;
        for (std::size_t i = 0; i < std::min(places.size(), kShown); ++i) {
            const Place& place = places_[places[i]];
            text += i == 0 ? "" : ", ";
            text += place.key ? loaders::quoted(path_of(places[i])) : "'.' (the whole file)";
            text += " (" + count_of(place.tensors, "tensor") + ")";
        }
        if (places.size() > kShown) text += " and " + std::to_string(places.size() - kShown) + " more";
        return text;
    }

    Status several(const std::vector<std::size_t>& networks) const {
        return error(StatusCode::unsupported, "the file holds several networks",
                     {.found = list(networks), .hint = "choose one: --key NAME"});
    }

    std::vector<bool> seen_;  // by index of the value
    std::vector<Place> places_;
    std::size_t budget_ = kMostAttributes;
};

}  // namespace

std::string FoundNetwork::path() const {
    std::string path;
    for (const PickleValue key : keys) path.append(path.empty() ? "" : ".").append(key.text());
    return path;
}

Result<std::optional<FoundNetwork>> find_network(const Pickle& pickle, std::string_view key) {
    Search search(pickle);
    if (Status status = search.run(); !status.ok()) return status;
    return key.empty() ? search.pick() : search.pick(key);
}

}  // namespace featherface::loaders
