#include "loaders/torch/module_tree.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "loaders/error.hpp"
#include "loaders/torch/entries.hpp"
#include "loaders/torch/torch_objects.hpp"

namespace featherface::loaders {
namespace {

bool is_object(PickleValue value) {
    return value.is(PickleKind::instance) || value.is(PickleKind::call);
}

// The attributes: the state itself, or the first of the two that classes with slots have.
std::optional<PickleValue> attributes_of(PickleValue object) {
    if (!is_object(object) || !object.has_state()) return std::nullopt;
    PickleValue state = object.state();
    if (state.is(PickleKind::tuple) && state.size() == 2) state = state.item(0);
    if (!state.is(PickleKind::dict)) return std::nullopt;
    return state;
}

std::optional<PickleValue> attribute(PickleValue attributes, std::string_view name) {
    for (std::size_t i = 0; i < attributes.size(); ++i) {
        if (attributes.key(i).is(PickleKind::string) && attributes.key(i).text() == name)
            return attributes.value(i);
    }
    return std::nullopt;
}

class Walk {
  public:
    explicit Walk(std::size_t& budget) : budget_(budget) {}

    Result<std::vector<NamedValue>> run(PickleValue root) {
        waiting_.push_back({"", root});
        while (!waiting_.empty() && status_.ok()) {
            const NamedValue module = std::move(waiting_.back());
            waiting_.pop_back();
            const std::size_t first_child = waiting_.size();
            look_at(module);
            std::reverse(waiting_.begin() + static_cast<std::ptrdiff_t>(first_child), waiting_.end());
        }
        if (!status_.ok()) return status_;
        return std::move(tensors_);
    }

  private:
    void look_at(const NamedValue& module) {
        const std::optional<PickleValue> attributes = attributes_of(module.value);
        if (!attributes || !spend(attributes->size())) return;
        if (is_script_module(module.value)) {
            add(module.name, *attributes, nullptr);
            return;
        }
        std::unordered_set<std::string_view> not_saved;
        if (const auto names = attribute(*attributes, "_non_persistent_buffers_set"))
            read_set(*names, not_saved);
        for (const char* kind : {"_parameters", "_buffers", "_modules"}) {
            const auto held = attribute(*attributes, kind);
            if (held && is_dict(*held)) add(module.name, *held, &not_saved);
        }
    }

    // Takes the tensors and modules among `held`, which are named behind `prefix`.
    void add(const std::string& prefix, PickleValue held,
             const std::unordered_set<std::string_view>* not_saved) {
        if (!spend(held.size())) return;
        for (const auto& [key, value] : entries_of(held)) {
            if (!key.is(PickleKind::string)) continue;
            const bool is_child = is_module(value);
            if (!is_child && (!is_tensor(value) || (not_saved && not_saved->contains(key.text())))) continue;
            std::string name = prefix;
            name += key.text();
            if (name.size() > kLongestName) {
                fail(StatusCode::limit_exceeded, "the name " + loaders::quoted(name) + " is too long",
                     "at most " + count_of(kLongestName, "byte"), value);
                return;
            }
            if (is_child) {
                waiting_.push_back({name + ".", value});
            } else if (!names_.insert(name).second) {
                fail(StatusCode::malformed, "two tensors are named " + loaders::quoted(name), "", value);
                return;
            } else {
                tensors_.push_back({std::move(name), value});
            }
        }
        if (tensors_.size() > kMostEntries)
            fail(StatusCode::limit_exceeded, "a module with too many tensors",
                 "at most " + std::to_string(kMostEntries), held);
    }

    // A set, or the call that makes one of a list.
    void read_set(PickleValue set, std::unordered_set<std::string_view>& names) {
        if (set.is(PickleKind::call) && set.arguments().size() == 1) set = set.arguments().item(0);
        if (!set.is(PickleKind::set) && !set.is(PickleKind::list)) return;
        if (!spend(set.size())) return;
        for (std::size_t i = 0; i < set.size(); ++i) {
            if (set.item(i).is(PickleKind::string)) names.insert(set.item(i).text());
        }
    }

    bool spend(std::size_t attributes) {
        if (!status_.ok()) return false;
        if (attributes + 1 > budget_) {
            status_ = error(StatusCode::limit_exceeded, "modules with too many attributes",
                            {.expected = "at most " + std::to_string(kMostAttributes)});
            return false;
        }
        budget_ -= attributes + 1;
        return true;
    }

    void fail(StatusCode code, const std::string& what, std::string expected, PickleValue where) {
        if (status_.ok())
            status_ = error(code, what, {.offset = where.offset(), .expected = std::move(expected)});
    }

    std::size_t& budget_;
    std::vector<NamedValue> waiting_, tensors_;
    std::unordered_set<std::string> names_;
    Status status_;
};

}  // namespace

bool is_script_module(PickleValue value) {
    return value.is(PickleKind::instance) && value.callable().is(PickleKind::global) &&
           value.callable().text().starts_with("__torch__.") && value.has_state();
}

bool is_module(PickleValue value) {
    if (is_script_module(value)) return true;
    const std::optional<PickleValue> attributes = attributes_of(value);
    // torch.nn.Module sets these among its first, so there is no need to look far.
    constexpr std::size_t kFirst = 32;
    bool parameters = false, modules = false;
    for (std::size_t i = 0; attributes && i < std::min(attributes->size(), kFirst); ++i) {
        if (!attributes->key(i).is(PickleKind::string)) continue;
        parameters |= attributes->key(i).text() == "_parameters";
        modules |= attributes->key(i).text() == "_modules";
    }
    return parameters && modules;
}

Result<std::vector<NamedValue>> tensors_of_module(PickleValue module, std::size_t& budget) {
    return Walk(budget).run(module);
}

}  // namespace featherface::loaders
