#include "loaders/torch/state_dict.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "loaders/error.hpp"
#include "loaders/torch/torch_objects.hpp"

namespace featherface::loaders {
namespace {

constexpr std::string_view kNestings[] = {"state_dict", "model_state_dict", "model",
                                          "net"};  // first come, first taken
constexpr std::string_view kModule = "module.";
constexpr std::size_t kMostEntries = 16384;
constexpr std::size_t kLongestName = 1024;  // in bytes; PyTorch's module paths have some dozens
constexpr char kSaveStateDict[] = "save model.state_dict() with torch.save";

using Entries = std::vector<std::pair<PickleValue, PickleValue>>;

bool is_call_of(PickleValue value, std::string_view name) {
    return value.is(PickleKind::call) && value.callable().is(PickleKind::global) &&
           value.callable().text() == name;
}

// The entries of a dict, OrderedDict or defaultdict; nothing for other values.
std::optional<Entries> entries_of(PickleValue value) {
    const bool ordered = is_call_of(value, "collections.OrderedDict");
    if (!value.is(PickleKind::dict) && !ordered && !is_call_of(value, "collections.defaultdict"))
        return std::nullopt;
    Entries entries;
    // Python 2 hands an OrderedDict its entries as a list of pairs.
    if (ordered && value.arguments().size() == 1) {
        const PickleValue pairs = value.arguments().item(0);
        for (std::size_t i = 0; i < pairs.size() && pairs.is(PickleKind::list); ++i) {
            const PickleValue pair = pairs.item(i);
            const bool is_pair =
                (pair.is(PickleKind::list) || pair.is(PickleKind::tuple)) && pair.size() == 2;
            if (is_pair) entries.emplace_back(pair.item(0), pair.item(1));
        }
    }
    for (std::size_t i = 0; i < value.size(); ++i) entries.emplace_back(value.key(i), value.value(i));
    return entries;
}

bool has_tensor(const Entries& entries) {
    return std::ranges::any_of(entries, [](const auto& entry) { return is_tensor(entry.second); });
}

// What a value is, with the name of what it is a result or an object of.
std::string described(PickleValue value) {
    if (is_tensor(value)) return "a single tensor";
    std::string text(describe(value.kind()));
    if (value.is(PickleKind::global)) return text + " " + quoted(value.text());
    if (!value.is(PickleKind::call) && !value.is(PickleKind::instance)) return text;
    if (!value.callable().is(PickleKind::global)) return text;
    text.append(" of ").append(quoted(value.callable().text()));
    return value.is(PickleKind::call) ? text + " (which was not called)" : text;
}

// Data that may stand in a state_dict and is no tensor. A call could be a tensor of a kind we do not know.
bool is_plain(PickleValue value) {
    switch (value.kind()) {
        case PickleKind::call: return entries_of(value).has_value();
        case PickleKind::instance:
        case PickleKind::global:
        case PickleKind::persistent: return false;
        default: return true;
    }
}

// Holds for every dict we look into, so that names, like values, take no more memory than the file has bytes.
Status check_entries(const Entries& entries) {
    if (entries.size() > kMostEntries) {
        return error(
            StatusCode::limit_exceeded, "a dict with too many entries",
            {.expected = "at most " + std::to_string(kMostEntries), .found = std::to_string(entries.size())});
    }
    std::unordered_set<std::string_view> seen;
    for (const auto& [key, value] : entries) {
        if (!key.is(PickleKind::string)) continue;
        if (key.text().size() > kLongestName) {
            return error(StatusCode::limit_exceeded, "the name " + quoted(key.text()) + " is too long",
                         {.offset = key.offset(),
                          .expected = "at most " + count_of(kLongestName, "byte"),
                          .found = std::to_string(key.text().size())});
        }
        if (!seen.insert(key.text()).second) {
            return error(StatusCode::malformed, "two entries are named " + quoted(key.text()),
                         {.offset = key.offset()});
        }
    }
    return {};
}

Status check_names(const Entries& entries) {
    for (const auto& [key, value] : entries) {
        if (key.is(PickleKind::string)) continue;
        return error(
            StatusCode::malformed, "a key of the state_dict is no string",
            {.offset = key.offset(), .found = std::string(describe(key.kind())), .hint = kSaveStateDict});
    }
    return {};
}

// Takes "module." off all names, as often as all have it.
Status strip_module(StateDict& dict) {
    const auto is_prefixed = [](const CheckpointTensor& tensor) { return tensor.name.starts_with(kModule); };
    while (!dict.tensors.empty() && std::ranges::all_of(dict.tensors, is_prefixed)) {
        for (CheckpointTensor& tensor : dict.tensors) tensor.name.erase(0, kModule.size());
        dict.had_module_prefix = true;
    }
    const auto prefixed = std::ranges::find_if(dict.tensors, is_prefixed);
    if (prefixed == dict.tensors.end()) return {};
    const auto collision = std::ranges::find_if(dict.tensors, [&](const CheckpointTensor& tensor) {
        return tensor.name == std::string_view(prefixed->name).substr(kModule.size());
    });
    if (collision != dict.tensors.end()) {
        return error(StatusCode::malformed, "two tensors have the same name but for 'module.'",
                     {.found = loaders::quoted(prefixed->name) + " and " + loaders::quoted(collision->name),
                      .hint = kSaveStateDict});
    }
    const auto plain = std::ranges::find_if_not(dict.tensors, is_prefixed);
    return error(StatusCode::malformed, "some names begin with 'module.' and some do not",
                 {.expected = "all or none",
                  .found = loaders::quoted(prefixed->name) + " and " + loaders::quoted(plain->name),
                  .hint = "save the state_dict of the wrapped model, model.module.state_dict()"});
}

Status read_tensors(const Entries& entries, const TorchFile& file, StateDict& dict) {
    if (const Status status = check_names(entries); !status.ok()) return status;
    for (const auto& [key, value] : entries) {
        if (is_tensor(value)) {
            Result<CheckpointTensor> tensor = read_tensor(value, key.text(), file);
            if (!tensor.ok()) return tensor.status();
            dict.tensors.push_back(std::move(tensor).value());
        } else if (is_plain(value)) {
            dict.other_keys.push_back((dict.path.empty() ? "" : dict.path + ".") + std::string(key.text()));
        } else {
            return error(StatusCode::malformed,
                         "entry " + quoted(key.text()) + " of the state_dict is no tensor",
                         {.offset = value.offset(),
                          .expected = "a tensor",
                          .found = described(value),
                          .hint = kSaveStateDict});
        }
    }
    return strip_module(dict);
}

struct Nested {
    std::string_view key;
    Entries entries;
};

std::optional<Nested> find_nested(const Entries& entries) {
    for (const std::string_view nesting : kNestings) {
        const auto entry = std::ranges::find_if(entries, [&](const auto& candidate) {
            return candidate.first.is(PickleKind::string) && candidate.first.text() == nesting;
        });
        if (entry == entries.end()) continue;
        std::optional<Entries> nested = entries_of(entry->second);
        if (nested && has_tensor(*nested)) return Nested{nesting, *std::move(nested)};
    }
    return std::nullopt;
}

// A file with no state_dict: an optimizer's, say. One that holds a whole pickled model has nothing we can
// read.
Result<StateDict> without_tensors(const Entries& entries) {
    StateDict dict;
    for (const auto& [key, value] : entries) {
        if (!key.is(PickleKind::string)) continue;
        if (std::ranges::count(kNestings, key.text()) > 0 && !is_plain(value)) {
            return error(StatusCode::unsupported,
                         "the file holds a model itself, under " + quoted(key.text()),
                         {.offset = value.offset(),
                          .expected = "a dict of tensors",
                          .found = described(value),
                          .hint = kSaveStateDict});
        }
        dict.other_keys.emplace_back(key.text());
    }
    return dict;
}

}  // namespace

Result<StateDict> read_state_dict(const TorchFile& file) {
    const PickleValue root = file.pickle.root();
    const std::optional<Entries> entries = entries_of(root);
    if (!entries) {
        return error(StatusCode::unsupported, "the file does not hold a state_dict",
                     {.offset = root.offset(),
                      .expected = "a dict of tensors",
                      .found = described(root),
                      .hint = kSaveStateDict});
    }
    if (const Status status = check_entries(*entries); !status.ok()) return status;
    StateDict dict;
    if (const std::optional<Nested> nested = find_nested(*entries)) {
        if (const Status status = check_names(*entries); !status.ok()) return status;
        if (const Status status = check_entries(nested->entries); !status.ok()) return status;
        dict.path = nested->key;
        for (const auto& beside : *entries) {
            if (beside.first.text() != nested->key) dict.other_keys.emplace_back(beside.first.text());
        }
        if (Status status = read_tensors(nested->entries, file, dict); !status.ok()) return status;
        return dict;
    }
    if (has_tensor(*entries)) {
        if (Status status = read_tensors(*entries, file, dict); !status.ok()) return status;
        return dict;
    }
    return without_tensors(*entries);
}

}  // namespace featherface::loaders
