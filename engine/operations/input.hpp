// The picture, which is the caller's and stays where it is: nothing is computed.
#pragma once

#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct Input {  // ()
    static constexpr std::string_view kKind = "input";
    static constexpr bool kRowWise = false;
    int channels = 0;
    static constexpr ParameterMembers<Input, 0> kParameters = {};

    // An operation that reads no value is given the picture's extent.
    Shape infer_shape(std::span<const Shape> picture) const {
        return {Shape::Kind::map, picture[0].height, picture[0].width, channels};
    }
    Work work(const Extents&) const { return {}; }
    Nothing bind(std::span<const Parameter>, const KernelTable&) const { return {}; }
};

}  // namespace featherface::engine
