#include "engine/operations/concat.hpp"

#include <algorithm>

#include "engine/system/thread_pool.hpp"

namespace featherface::engine {

namespace {

// Anchors are one column wide.
void append_anchors(const Call& call) {
    float* out = call.output.data;
    for (int i = 0; i < call.input_count; ++i) {
        const ConstMap& in = call.inputs[i];
        out = std::copy_n(in.data, std::ptrdiff_t{in.height} * in.width * in.channels, out);
    }
}

}  // namespace

Shape Concat::infer_shape(std::span<const Shape> inputs) const {
    Shape shape = inputs[0];
    if (shape.kind == Shape::Kind::anchors) {
        shape.height = 0;
        shape.width = 1;
        for (const Shape& input : inputs) shape.height += input.height * input.width;
    } else {
        for (const Shape& input : inputs.subspan(1)) shape.channels += input.channels;
    }
    return shape;
}

std::unique_ptr<const WholeOperator> Concat::bind(std::span<const Parameter>,
                                                  const KernelTable& table) const {
    return make_whole_operator(table.copy_channels.name, [&table](const Call& call, ThreadPool& pool,
                                                                  int threads) {
        if (call.inputs[0].channels == call.output.channels) return append_anchors(call);
        const int height = call.output.height;
        pool.run(height, {threads, (height + threads - 1) / threads}, [&](int, ThreadPool::Pieces& pieces) {
            for (Rows rows = pieces.next(); !is_empty(rows); rows = pieces.next()) {
                Map slice = call.output;
                for (int i = 0; i < call.input_count; ++i) {
                    slice.channels = call.inputs[i].channels;
                    table.copy_channels(call.inputs[i], nullptr, slice, rows);
                    slice.data += slice.channels;
                }
            }
        });
    });
}

std::vector<Placement> Concat::parts(std::span<const Shape> inputs, Placement whole) const {
    std::vector<Placement> placements;
    for (const Shape& input : inputs) {
        const bool anchors = input.kind == Shape::Kind::anchors;
        if (anchors) whole.pixel_stride = input.channels;
        placements.push_back(whole);
        whole.offset += static_cast<std::size_t>(anchors ? input.elements() : input.channels);
    }
    return placements;
}

}  // namespace featherface::engine
