#include "support/module_writer.hpp"

#include <algorithm>
#include <utility>

namespace featherface::test {
namespace {

struct ModuleNode {
    std::string name;
    std::vector<std::pair<std::string, const TorchTensor*>> tensors;
    std::vector<ModuleNode> modules;
};

ModuleNode& child(ModuleNode& node, const std::string& name) {
    for (ModuleNode& module : node.modules) {
        if (module.name == name) return module;
    }
    node.modules.push_back({name, {}, {}});
    return node.modules.back();
}

ModuleNode tree_of(const std::vector<TorchTensor>& tensors) {
    ModuleNode root;
    for (const TorchTensor& tensor : tensors) {
        ModuleNode* node = &root;
        std::size_t begin = 0;
        for (std::size_t dot; (dot = tensor.name.find('.', begin)) != std::string::npos; begin = dot + 1) {
            node = &child(*node, tensor.name.substr(begin, dot - begin));
        }
        node->tensors.emplace_back(tensor.name.substr(begin), &tensor);
    }
    return root;
}

bool is_buffer(const std::string& name) {
    return name.starts_with("running_") || name == "num_batches_tracked" || name.starts_with("buffer");
}

class ModuleWriter {
  public:
    ModuleWriter(PickleWriter& pickle, Storages& storages, const ModuleOptions& options)
        : pickle_(pickle), storages_(storages), options_(options) {}

    void push(const ModuleNode& node) {
        const std::string place = (options_.script ? "__torch__." : "") + options_.module;
        if (options_.legacy) {  // with the class's source, beside it
            pickle_.mark().text("module").global(place, "Net").text("net.py").text("class Net: ...");
            pickle_.tuple().persistent();
        } else {
            pickle_.global(place, "Net");
        }
        pickle_.empty_tuple().raw("\x81").empty_dict().mark().text("training").boolean(false);
        if (options_.script) {
            push_tensors(node, [](const std::string&) { return true; });
            for (const ModuleNode& module : node.modules) {
                pickle_.text(module.name);
                push(module);
            }
        } else {
            pickle_.text("_parameters");
            push_dict([&] { push_tensors(node, [](const std::string& name) { return !is_buffer(name); }); });
            pickle_.text("_buffers");
            push_dict([&] { push_tensors(node, is_buffer); });
            pickle_.text("_non_persistent_buffers_set").global("__builtin__", "set").mark().empty_list();
            for (const auto& [name, tensor] : node.tensors) {
                if (std::ranges::count(options_.not_saved, tensor->name) > 0) pickle_.text(name).append();
            }
            pickle_.tuple().reduce().text("_modules");
            push_dict([&] {
                for (const ModuleNode& module : node.modules) {
                    pickle_.text(module.name);
                    push(module);
                }
            });
        }
        pickle_.set_items().build();
    }

  private:
    template <class Push>
    void push_dict(const Push& push_entries) {
        pickle_.global("collections", "OrderedDict").empty_tuple().reduce().mark();
        push_entries();
        pickle_.text("absent").none().set_items();  // as a bias that a convolution has not
    }

    template <class Wanted>
    void push_tensors(const ModuleNode& node, const Wanted& wanted) {
        for (const auto& [name, tensor] : node.tensors) {
            if (!wanted(name)) continue;
            const std::string key = std::to_string(storages_.size());
            storages_.emplace_back(key, tensor->bytes);
            pickle_.text(name);
            push_tensor(pickle_, *tensor, key, options_.legacy);
        }
    }

    PickleWriter& pickle_;
    Storages& storages_;
    const ModuleOptions& options_;
};

}  // namespace

void push_module(PickleWriter& pickle, const std::vector<TorchTensor>& tensors, Storages& storages,
                 const ModuleOptions& options) {
    ModuleWriter(pickle, storages, options).push(tree_of(tensors));
}

ByteString make_module_file(const std::vector<TorchTensor>& tensors, const ModuleOptions& options) {
    PickleWriter pickle;
    Storages storages;
    if (!options.nesting.empty()) pickle.empty_dict().mark().text("epoch").integer(3).text(options.nesting);
    push_module(pickle, tensors, storages, options);
    if (!options.nesting.empty()) pickle.set_items();
    if (options.legacy) {
        const std::vector<std::size_t> sizes(storages.size(), sizeof(float));
        return torch_legacy(pickle.stop(), storages, sizes);
    }
    std::vector<ZipItem> items = torch_zip_items(pickle.stop(), storages);
    if (options.script) {
        items.push_back({.name = "archive/constants.pkl", .content = options.constants});
        items.push_back({.name = "archive/code/__torch__/models/net.py", .content = "class Net(Module):\n"});
    }
    return make_zip(items, {.zip64_end = true, .alignment = 64}).bytes;
}

}  // namespace featherface::test
