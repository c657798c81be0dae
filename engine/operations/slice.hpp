// Some of a map's channels: a view of them, or a copy where the schedule says that they are to lie elsewhere.
#pragma once

#include <memory>
#include <string_view>

#include "engine/operations/operator.hpp"
#include "engine/operations/parameter.hpp"
#include "engine/operations/work.hpp"

namespace featherface::engine {

struct Slice {  // (map); channels [first, first + channels)
    static constexpr std::string_view kKind = "slice";
    static constexpr bool kRowWise = true;
    int first = 0, channels = 0;
    static constexpr ParameterMembers<Slice, 0> kParameters = {};

    Shape infer_shape(std::span<const Shape> inputs) const {
        return {Shape::Kind::map, inputs[0].height, inputs[0].width, channels};
    }
    Rows input_rows(std::size_t, const Extents&, Rows rows) const { return rows; }
    Work work(const Extents& extents) const { return {.map_bytes = 2 * float_bytes(extents.output)}; }
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter>, const KernelTable& table) const;

    // The view of a map, and where it lies when the map lies at `whole`.
    ConstMap view(ConstMap whole) const {
        whole.data += first;
        whole.channels = channels;
        return whole;
    }
    Placement view(Placement whole) const {
        return {whole.offset + static_cast<std::size_t>(first), whole.pixel_stride};
    }
};

}  // namespace featherface::engine
