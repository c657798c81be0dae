// All operations: what a node of a graph may compute. Each has a file of its own in this folder, and this one
// says what it must tell of itself; a further operation is a file and a line in the list below.
#pragma once

#include <concepts>
#include <string_view>
#include <variant>

#include "engine/operations/activation.hpp"
#include "engine/operations/add.hpp"
#include "engine/operations/attend.hpp"
#include "engine/operations/batch_norm.hpp"
#include "engine/operations/channel_conv.hpp"
#include "engine/operations/channel_stats.hpp"
#include "engine/operations/column_means.hpp"
#include "engine/operations/concat.hpp"
#include "engine/operations/conv.hpp"
#include "engine/operations/deform_conv.hpp"
#include "engine/operations/fusion_weights.hpp"
#include "engine/operations/global_pool.hpp"
#include "engine/operations/input.hpp"
#include "engine/operations/linear.hpp"
#include "engine/operations/max_pool.hpp"
#include "engine/operations/read_pixels.hpp"
#include "engine/operations/resize.hpp"
#include "engine/operations/row_stats.hpp"
#include "engine/operations/scale_channels.hpp"
#include "engine/operations/scale_pixels.hpp"
#include "engine/operations/scale_strips.hpp"
#include "engine/operations/shuffle.hpp"
#include "engine/operations/slice.hpp"
#include "engine/operations/softmax.hpp"
#include "engine/operations/to_anchors.hpp"
#include "engine/operations/to_pixel.hpp"
#include "engine/operations/weighted_sum.hpp"

namespace featherface::engine {

// Whether each output row can be computed by itself. Both say so; one that is row-wise also says which rows
// of an input (cut to it, perhaps none) the output rows `rows`, which are not empty, need.
template <class Op>
concept RowWise = Op::kRowWise && requires(const Op op, std::size_t input, const Extents extents, Rows rows) {
    { op.input_rows(input, extents, rows) } -> std::same_as<Rows>;
};
template <class Op>
concept WholeOnly = !Op::kRowWise && !requires {
    &Op::input_rows;
};

// bind() of an operation; one that has parameters is given the store of weights, too.
template <class Op>
auto bind_one(const Op& op, std::span<const Parameter> parameters, const KernelTable& table,
              WeightStore& weights) -> decltype(op.bind(parameters, table, weights)) {
    return op.bind(parameters, table, weights);
}
template <class Op>
auto bind_one(const Op& op, std::span<const Parameter> parameters, const KernelTable& table, WeightStore&)
    -> decltype(op.bind(parameters, table)) {
    return op.bind(parameters, table);
}

// What an operation must say. Its inputs are a node's, in the order its file names.
template <class Op>
concept IsOperation = (RowWise<Op> ||
                       WholeOnly<Op>)&&requires(const Op op, std::span<const Shape> inputs,
                                                const Extents extents, std::span<const Parameter> parameters,
                                                const KernelTable& table, WeightStore& weights) {
    // The short name, for tables.
    { Op::kKind } -> std::convertible_to<std::string_view>;
    // Which of its members are parameters.
    { Op::kParameters.size() } -> std::convertible_to<std::size_t>;
    // The shape of its value from those of its inputs. One without inputs is given the picture's instead.
    { op.infer_shape(inputs) } -> std::same_as<Shape>;
    // Its arithmetic and the least bytes that it moves, when it runs alone.
    { op.work(extents) } -> std::same_as<Work>;
    // The operation bound to its kernels: a row operator just where it is row-wise, or Nothing. What it
    // computes with it takes from `weights`, made of the parameters' values; it keeps no reference to those,
    // and where they are packed already the parameters have only shapes.
    { bind_one(op, parameters, table, weights) } -> std::convertible_to<BoundOperator>;
    requires std::same_as<decltype(bind_one(op, parameters, table, weights)), Nothing> ||
        std::same_as<decltype(bind_one(op, parameters, table, weights)),
                     std::conditional_t<Op::kRowWise, std::unique_ptr<const RowOperator>,
                                        std::unique_ptr<const WholeOperator>>>;
};

template <IsOperation... Operations>
using VariantOf = std::variant<Operations...>;

using Operation = VariantOf<Input, ReadPixels, Conv, DeformConv, BatchNorm, Activate, Add, FusionWeights,
                            WeightedSum, Resize, MaxPool, RowStats, ColumnMeans, GlobalPool, Linear,
                            ChannelConv, ScaleChannels, ScalePixels, ScaleStrips, Attend, ChannelStats,
                            Concat, Slice, Shuffle, ToAnchors, ToPixel, SoftmaxPairs>;

// The same of whichever operation it is.
std::string_view kind_of(const Operation& operation);
bool is_row_wise(const Operation& operation);
Shape infer_shape(const Operation& operation, std::span<const Shape> inputs);
Rows input_rows(const Operation& operation, std::size_t input, const Extents& extents, Rows rows);
Work work_of(const Operation& operation, const Extents& extents);
BoundOperator bind(const Operation& operation, std::span<const Parameter> parameters,
                   const KernelTable& table, WeightStore& weights);

// Calls visit(id) for every ParameterId an operation holds, kNone among them.
template <class AnyOperation, class Visitor>
void for_each_parameter(AnyOperation& operation, const Visitor& visit) {
    std::visit(
        [&]<class Op>(Op& op) {
            for (const auto member : std::remove_const_t<Op>::kParameters) visit(op.*member);
        },
        operation);
}

}  // namespace featherface::engine
