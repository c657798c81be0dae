#include "loaders/torch/state_dict.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "loaders/error.hpp"
#include "loaders/torch/entries.hpp"
#include "loaders/torch/module_tree.hpp"
#include "loaders/torch/name_prefix.hpp"
#include "loaders/torch/network_search.hpp"
#include "loaders/torch/numpy_arrays.hpp"
#include "loaders/torch/torch_objects.hpp"

namespace featherface::loaders {
namespace {

constexpr std::string_view kModule = "module.";
constexpr char kSaveStateDict[] = "save model.state_dict() with torch.save";

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
        case PickleKind::call: return is_dict(value) || is_numpy_scalar(value);
        case PickleKind::instance:
        case PickleKind::global:
        case PickleKind::persistent: return false;
        default: return true;
    }
}

Status check_names(const Entries& entries) {
    for (const auto& [key, value] : entries) {
        if (key.is(PickleKind::string)) continue;
        return malformed(
            "a key of the state_dict is no string",
            {.offset = key.offset(), .found = std::string(describe(key.kind())), .hint = kSaveStateDict});
    }
    return {};
}

class Reader {
  public:
    explicit Reader(const TorchFile& file) : file_(file) {}

    Status read(const FoundNetwork& found) {
        dict_.path = found.path();
        if (is_module(found.value)) {
            dict_.form = is_script_module(found.value) ? Form::script_module : Form::module;
            std::size_t budget = kMostAttributes;
            const auto tensors = tensors_of_module(found.value, budget);
            if (!tensors.ok()) return tensors.status();
            for (const NamedValue& tensor : tensors.value()) {
                if (Status status = add(tensor.value, tensor.name); !status.ok()) return status;
            }
        } else {
            dict_.form = is_dict(found.value) ? Form::dict : Form::list_of_pairs;
            if (Status status = read_entries(entries_of(found.value)); !status.ok()) return status;
        }
        return strip_module(dict_);
    }

    // The keys of `entries` but for one.
    Status list_beside(const Entries& entries, std::string_view without, const std::string& prefix) {
        if (const Status status = check_names(entries); !status.ok()) return status;
        for (const auto& [key, value] : entries) {
            if (key.text() != without) dict_.other_keys.push_back(prefix + std::string(key.text()));
        }
        return {};
    }

    StateDict take() {
        dict_.decoded = std::move(decoded_.buffers);
        return std::move(dict_);
    }

  private:
    Status add(PickleValue value, std::string_view name) {
        Result<CheckpointTensor> tensor =
            is_numpy_array(value) ? read_numpy_array(value, name, decoded_) : read_tensor(value, name, file_);
        if (!tensor.ok()) return tensor.status();
        dict_.tensors.push_back(std::move(tensor).value());
        return {};
    }

    Status read_entries(const Entries& entries) {
        if (const Status status = check_entries(entries); !status.ok()) return status;
        if (const Status status = check_names(entries); !status.ok()) return status;
        for (const auto& [key, value] : entries) {
            if (is_tensor(value) || is_numpy_array(value)) {
                if (Status status = add(value, key.text()); !status.ok()) return status;
            } else if (is_plain(value)) {
                dict_.other_keys.push_back((dict_.path.empty() ? "" : dict_.path + ".") +
                                           std::string(key.text()));
            } else {
                return malformed("entry " + quoted(key.text()) + " of the state_dict is no tensor",
                                 {.offset = value.offset(),
                                  .expected = "a tensor",
                                  .found = described(value),
                                  .hint = kSaveStateDict});
            }
        }
        return {};
    }

    const TorchFile& file_;
    StateDict dict_;
    DecodedBytes decoded_;
};

// A file with no tensors where a state_dict's could be: an optimizer's, say. One that holds an object may
// have them in there, where nobody knows their names.
Result<StateDict> without_tensors(const Entries& entries) {
    StateDict dict;
    for (const auto& [key, value] : entries) {
        if (!key.is(PickleKind::string)) continue;
        if (value.is(PickleKind::instance)) {
            return error(StatusCode::unsupported,
                         "the file holds a model itself, under " + quoted(key.text()) +
                             ", and it is no module of PyTorch's",
                         {.offset = value.offset(),
                          .expected = "a dict of tensors",
                          .found = described(value),
                          .hint = kSaveStateDict});
        }
        dict.other_keys.emplace_back(key.text());
    }
    return dict;
}

// torch.jit.freeze makes constants of the weights, which have no names.
bool is_frozen(const TorchFile& file) {
    for (const auto& [name, pickle] : file.beside) {
        const PickleValue root = pickle.root();
        for (std::size_t i = 0; name == "constants.pkl" && root.is(PickleKind::tuple) && i < root.size();
             ++i) {
            if (is_tensor(root.item(i))) return true;
        }
    }
    return false;
}

}  // namespace

Status strip_module(StateDict& dict) {
    while (shared_prefix(dict.tensors).starts_with(kModule)) {
        drop_prefix(dict.tensors, kModule);
        dict.prefix += kModule;
    }
    const auto is_prefixed = [](const CheckpointTensor& tensor) {
        return is_weight(tensor) && tensor.name.starts_with(kModule);
    };
    const auto prefixed = std::ranges::find_if(dict.tensors, is_prefixed);
    if (prefixed == dict.tensors.end()) return {};
    const auto collision = std::ranges::find_if(dict.tensors, [&](const CheckpointTensor& tensor) {
        return is_weight(tensor) && tensor.name == std::string_view(prefixed->name).substr(kModule.size());
    });
    if (collision != dict.tensors.end()) {
        return malformed(
            "two tensors have the same name but for 'module.'",
            {.found = loaders::quoted(prefixed->name) + " and " + loaders::quoted(collision->name),
             .hint = kSaveStateDict});
    }
    const auto plain = std::ranges::find_if(dict.tensors, [&](const CheckpointTensor& tensor) {
        return is_weight(tensor) && !is_prefixed(tensor);
    });
    return malformed("some names begin with 'module.' and some do not",
                     {.expected = "all or none",
                      .found = loaders::quoted(prefixed->name) + " and " + loaders::quoted(plain->name),
                      .hint = "save the state_dict of the wrapped model, model.module.state_dict()"});
}

Result<StateDict> read_state_dict(const TorchFile& file, std::string_view key) {
    const PickleValue root = file.pickle.root();
    const Entries entries = entries_of(root);
    if (!is_dict(root) && !is_module(root) && entries.empty()) {
        return error(StatusCode::unsupported, "the file does not hold a state_dict",
                     {.offset = root.offset(),
                      .expected = "a dict of tensors or a module",
                      .found = described(root),
                      .hint = kSaveStateDict});
    }
    if (const Status status = check_entries(entries); !status.ok()) return status;
    const auto found = find_network(file.pickle, key);
    if (!found.ok()) return found.status();
    const std::optional<FoundNetwork>& network = found.value();
    if (!network) {
        if (is_frozen(file)) {
            return error(StatusCode::unsupported,
                         "a frozen TorchScript module, whose weights are constants without names",
                         {.hint = "save the module as it was before torch.jit.freeze"});
        }
        Result<StateDict> empty = without_tensors(entries);
        if (empty.ok() && is_module(root)) empty->form = Form::module;
        return empty;
    }
    Reader reader(file);
    std::string prefix;
    PickleValue holder = root;
    for (const PickleValue& part : network->keys) {
        const Entries held = entries_of(holder);
        if (const Status status = check_entries(held); !status.ok()) return status;
        if (const Status status = reader.list_beside(held, part.text(), prefix); !status.ok()) return status;
        prefix += std::string(part.text()) + ".";
        for (const auto& [name, value] : held) {
            if (name.text() == part.text()) holder = value;
        }
    }
    if (Status status = reader.read(*network); !status.ok()) return status;
    return reader.take();
}

}  // namespace featherface::loaders
