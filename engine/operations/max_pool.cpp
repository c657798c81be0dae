#include "engine/operations/max_pool.hpp"

#include <cmath>

namespace featherface::engine {

namespace {

constexpr int kWindow = 3, kStride = 2;

// Cells before the first row (or column) of `extent`: of TensorFlow's "same" the smaller half of the total.
int padding_before(MaxPool::Padding padding, int extent) {
    if (padding == MaxPool::Padding::one) return 1;
    const int total = ((extent + 1) / 2 - 1) * 2 - extent + 3;
    return total / 2;
}

}  // namespace

Shape MaxPool::infer_shape(std::span<const Shape> inputs) const {
    const Shape& in = inputs[0];
    return {Shape::Kind::map, (in.height + 1) / 2, (in.width + 1) / 2, in.channels};
}

Rows MaxPool::input_rows(std::size_t, const Extents& extents, Rows rows) const {
    const int height = extents.inputs[0].height;
    return window_rows(rows, kWindow, kStride, padding_before(padding, height), height);
}

std::unique_ptr<const RowOperator> MaxPool::bind(std::span<const Parameter>, const KernelTable& table) const {
    return make_row_operator(table.max_pool.name, [how = padding, &table](const Call& call, Rows rows) {
        kernels::MaxPoolArgs args{.input = call.inputs[0], .output = call.output};
        args.pad_value = how == Padding::one ? -INFINITY : 0.0f;
        args.pad_top = padding_before(how, args.input.height);
        args.pad_left = padding_before(how, args.input.width);
        table.max_pool(args, rows);
    });
}

}  // namespace featherface::engine
