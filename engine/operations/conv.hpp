// Convolution: torch.nn.Conv2d of any geometry.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "engine/operations/convolution.hpp"

namespace featherface::engine {

// What the values of a map lie between, as pictures have shown: low < high.
struct ValueRange {
    float low = 0, high = 0;

    bool operator==(const ValueRange&) const = default;
};

struct Conv {  // (x); the sums times `scale` (one per channel) before the bias
    static constexpr std::string_view kKind = "conv";
    static constexpr bool kRowWise = true;
    ConvGeometry geometry;
    ParameterId weight = kNone, scale = kNone, bias = kNone;
    Activation activation = Activation::none;
    // Where it is known, the convolution is computed with 8 bits, as only those of can_have_int8() are.
    std::optional<ValueRange> input_range = {};
    // The picture's pixels are read as rows of them are needed, as ReadPixels does it: of the stem, whose
    // input then is the picture.
    bool reads_pixels = false;
    static constexpr ParameterMembers<Conv, 3> kParameters = {&Conv::weight, &Conv::scale, &Conv::bias};

    Shape infer_shape(std::span<const Shape> inputs) const { return convolved(geometry, inputs[0]); }
    Rows input_rows(std::size_t input, const Extents& extents, Rows rows) const;
    Work work(const Extents& extents) const;
    std::unique_ptr<const RowOperator> bind(std::span<const Parameter> parameters, const KernelTable& table,
                                            WeightStore& weights) const;
    bool can_have_int8() const;
};

}  // namespace featherface::engine
