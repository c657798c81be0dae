#include "loaders/torch/name_prefix.hpp"

#include <algorithm>
#include <unordered_set>

namespace featherface::loaders {

bool ends_in(std::string_view name, std::string_view component) {
    return name.ends_with(component) &&
           (name.size() == component.size() || name[name.size() - component.size() - 1] == '.');
}

bool is_profiler_debris(std::string_view name) {
    return ends_in(name, "total_ops") || ends_in(name, "total_params");
}

bool is_weight(const CheckpointTensor& tensor) {
    return tensor.layout.empty() && is_float(tensor.dtype) && !is_profiler_debris(tensor.name);
}

std::string shared_prefix(std::span<const CheckpointTensor> tensors) {
    std::string_view shared;
    bool is_first = true;
    for (const CheckpointTensor& tensor : tensors) {
        if (!is_weight(tensor)) continue;
        if (is_first) shared = tensor.name;
        is_first = false;
        const auto difference = std::ranges::mismatch(shared, tensor.name).in1;
        shared = shared.substr(0, static_cast<std::size_t>(difference - shared.begin()));
    }
    const std::size_t dot = shared.rfind('.');
    return std::string(shared.substr(0, dot == shared.npos ? 0 : dot + 1));
}

void drop_prefix(std::vector<CheckpointTensor>& tensors, std::string_view prefix) {
    std::unordered_set<std::string> shortened;
    for (const CheckpointTensor& tensor : tensors) {
        if (tensor.name.starts_with(prefix)) shortened.insert(tensor.name.substr(prefix.size()));
    }
    std::erase_if(tensors, [&](const CheckpointTensor& tensor) {
        return !tensor.name.starts_with(prefix) && shortened.contains(tensor.name);
    });
    for (CheckpointTensor& tensor : tensors) {
        if (tensor.name.starts_with(prefix)) tensor.name.erase(0, prefix.size());
    }
}

}  // namespace featherface::loaders
