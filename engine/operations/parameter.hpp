// Parameters: the named tensors of a state_dict, and how an operation refers to those it uses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/system/short_list.hpp"

namespace featherface::engine {

using ParameterId = int;  // index into a graph's parameters
constexpr int kNone = -1;

using TensorShape = ShortList<std::int64_t, 4>;

// `values` is empty until bind() (engine/identity/weights.hpp) fills it from a checkpoint.
struct Parameter {
    enum class Role { trained, buffer };  // buffers: BatchNorm's running statistics
    std::string name;
    TensorShape shape;
    Role role = Role::trained;
    std::vector<float> values;
};

// By its shape, which it has before it is bound.
inline std::size_t element_count(const Parameter& parameter) {
    std::size_t count = 1;
    for (const std::int64_t extent : parameter.shape) count *= static_cast<std::size_t>(extent);
    return count;
}

inline std::size_t count_of(std::span<const Parameter> parameters, ParameterId id) {
    return element_count(parameters[static_cast<std::size_t>(id)]);
}

// Values of a bound parameter.
inline const std::vector<float>& values_of(std::span<const Parameter> parameters, ParameterId id) {
    return parameters[static_cast<std::size_t>(id)].values;
}
inline const float* values_or_null(std::span<const Parameter> parameters, ParameterId id) {
    return id == kNone ? nullptr : values_of(parameters, id).data();
}

// The members of an operation that are parameters: what its kParameters is.
template <class Operation, std::size_t count>
using ParameterMembers = std::array<ParameterId Operation::*, count>;

}  // namespace featherface::engine
