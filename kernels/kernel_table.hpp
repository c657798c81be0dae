// The kernels the engine calls, as a table of plain functions: one table per CPU architecture, filled by
// kernels/arch_<name>.cpp and chosen once, at run time (kernels/select.hpp). Kernels know neither graphs nor
// files. What a comment here asks of the caller is an assertion in debug and sanitizer builds
// (kernels/assert.hpp).
//
// Layout is NHWC with batch 1: element (y, x, c) of a map lies at data[(y * width + x) * pixel_stride + c].
// Every kernel that takes `Rows` computes output rows [begin, end) and nothing else, each output element by
// the same arithmetic whatever the range, so that any split over threads gives identical bits. Unless a
// kernel says otherwise, outputs must not overlap inputs; data need only be aligned as float.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/activation.hpp"

namespace featherface::kernels {

template <class Element>
struct BasicMap {
    Element* data = nullptr;
    int height = 0;
    int width = 0;
    int channels = 0;
    int pixel_stride = 0;  // elements from a pixel to the next, >= channels (more: a slice of a wider map)
    int first_row = 0;     // the row at `data`: not 0 for a band, of which only some rows are in memory

    [[gnu::always_inline]] inline Element* pixel(int y, int x) const {
        return data + (static_cast<std::ptrdiff_t>(y - first_row) * width + x) * pixel_stride;
    }
};
using Map = BasicMap<float>;
using ConstMap = BasicMap<const float>;

[[gnu::always_inline]] inline ConstMap as_const(const Map& map) {
    return {map.data, map.height, map.width, map.channels, map.pixel_stride, map.first_row};
}

struct Rows {
    int begin = 0;
    int end = 0;
};

// A square 2-d convolution; `pad` zeros on every side. groups divides both channel counts.
struct ConvGeometry {
    int in_channels = 0;
    int out_channels = 0;
    int kernel = 1;
    int stride = 1;
    int pad = 0;
    int groups = 1;

    bool operator==(const ConvGeometry&) const = default;
};

// The detectors' first convolution.
constexpr ConvGeometry kStem{3, 8, 3, 2, 1, 1};

// What makes the rows of a map that is nowhere in memory: read(of, y, row) writes row y, its pixels one
// behind the other.
struct RowReader {
    void (*read)(const void* of, int y, float* row) = nullptr;
    const void* of = nullptr;
};

// output = activation(conv(input) * scale + bias), scale and bias one per channel; torch.nn.functional.conv2d
// and a folded BatchNorm. The sum is taken first, so that a large bias does not cost the products their last
// bits.
struct ConvArgs {
    ConvGeometry geometry;
    ConstMap input;
    Map output;  // height = (input.height + 2 * pad - kernel) / stride + 1, width likewise
    const float* weights = nullptr;            // as packed by the same kernel
    Activation activation = Activation::none;  // of ConvEpilogues
    float slope = 0;                           // of leaky_relu: above 0, at most 1
    float* scratch = nullptr;                  // scratch_floats() floats, one buffer per thread
    RowReader reader = {};                     // conv_stem: of the input, where that has no data
};

// Modulated deformable convolution (DCNv2; torchvision.ops.deform_conv2d), one offset group:
//   output[o] = sum over c, k of W[o, c, k] * 2 * sigmoid(mask[k]) * bilinear(input[c], v, u)
//   v = y * stride - pad + ky + dy[k], u = x * stride - pad + kx + dx[k]
// with k = kernel * ky + kx. A sample at y <= -1, y >= H, x <= -1 or x >= W is 0; corners outside count 0.
// A sample may lie anywhere: the whole input is in memory, whatever rows are asked for.
struct DeformConvArgs {
    ConvArgs conv;    // geometry.groups is 1, input.first_row is 0
    ConstMap offset;  // of the output's size; (dy, dx) pairs, channel 2 * k and 2 * k + 1
    ConstMap mask;    // of the output's size; logits, channel k
};

// Constants of a convolution as the checkpoint has them.
struct ConvConstants {
    const float* weights = nullptr;  // OIHW, I = in_channels / groups
    const float* scale = nullptr;    // out_channels entries; null: 1
    const float* bias = nullptr;     // out_channels entries; null: 0
    // For conv_int8, the range of the input's values, from which they are cut to it: low < high.
    float input_low = 0, input_high = 0;
};

// One way to compute a convolution. Weights are packed once, at plan time, in the layout the kernel likes.
struct ConvKernel {
    const char* name = nullptr;  // operation and architecture: "conv_gemm_avx2"
    std::size_t (*packed_floats)(const ConvGeometry&) = nullptr;
    void (*pack)(const ConvGeometry&, const ConvConstants&, float* packed) = nullptr;
    std::size_t (*scratch_floats)(const ConvGeometry&, int output_width) = nullptr;
    void (*run)(const ConvArgs&, Rows) = nullptr;
    bool (*supports)(const ConvGeometry&) = nullptr;
    // Output rows are computed in blocks of this many, on a fixed grid from row 0: whichever rows of a block
    // are asked for, the input rows that all of its rows need are read.
    int rows_per_block = 1;
};

// The way to compute a deformable convolution, of any ungrouped geometry.
struct DeformConvKernel {
    const char* name = nullptr;
    std::size_t (*packed_floats)(const ConvGeometry&) = nullptr;
    void (*pack)(const ConvGeometry&, const ConvConstants&, float* packed) = nullptr;
    std::size_t (*scratch_floats)(const ConvGeometry&, int output_width) = nullptr;
    void (*run)(const DeformConvArgs&, Rows) = nullptr;
};

// Any other kernel: a function and its name, operation and architecture ("scale_shift_avx2").
template <class Signature>
struct Kernel;
template <class... Args>
struct Kernel<void(Args...)> {
    const char* name = nullptr;
    void (*run)(Args...) = nullptr;
    void operator()(Args... args) const { run(args...); }
};

struct WeightedSumArgs {
    const ConstMap* inputs = nullptr;  // `count` maps of the output's shape
    const float* weights = nullptr;
    int count = 0;                             // at least 1
    Activation activation = Activation::none;  // of WeightedSumEpilogues
    Map output;
};

// Both gates of an attention, and what they are put around: output = activation(input * channel_gate[c] *
// pixel_gate[y, x] + input), without the last term unless `adds_input`. The output may be the input.
struct AttendArgs {
    ConstMap input;
    const float* channel_gate = nullptr;  // `channels` entries
    ConstMap pixel_gate;                  // of one channel
    bool adds_input = false;
    Activation activation = Activation::none;  // of AddEpilogues
    Map output;
};

// Max pooling, 3x3 window, stride 2, to half the height and width, rounded up. Cells outside the input are
// `pad_value` (0 where padding takes part in the maximum, -infinity where it must not).
struct MaxPoolArgs {
    ConstMap input;
    Map output;
    int pad_top = 0;   // 0 or 1
    int pad_left = 0;  // 0 or 1
    float pad_value = 0;
};

struct KernelTable {
    const char* arch = nullptr;  // "sse2", "avx2", "avx512", "neon64", "neon", "portable"
    int lanes = 0;               // floats in a register

    // The table of half as many lanes that every CPU with these kernels can run too, or nullptr: for
    // convolutions whose output channels would leave half a register empty.
    const KernelTable* narrower = nullptr;

    // Every member from here on is a kernel; kernels/kernel_list.hpp goes through them.
    // Convolutions; each says which geometries it supports, select_conv (kernels/select.hpp) which suits one
    // best.
    const ConvKernel* conv_gemm = nullptr;  // any geometry: pointwise and implicit GEMM
    // groups == in_channels == out_channels, kernel 3, pad 1, stride 1 or 2
    const ConvKernel* conv_depthwise = nullptr;
    const ConvKernel* conv_stem = nullptr;  // kStem
    // few channels, stride 1: narrow depthwise and groups, 2 channels to 1
    const ConvKernel* conv_flat = nullptr;
    // many channels, ungrouped, kernel 3, stride 1, pad 1
    const ConvKernel* conv_winograd = nullptr;
    // pointwise, ungrouped, with 8 bits a number; never chosen by geometry, since its results are others;
    // null in the minimal library
    const ConvKernel* conv_int8 = nullptr;
    const DeformConvKernel* conv_deform = nullptr;  // any kernel size, ungrouped

    // output = input * scale[c] + shift[c]: BatchNorm in eval mode. It may run in place.
    Kernel<void(ConstMap input, const float* scale, const float* shift, Map output, Rows)> scale_shift;
    // output = activation(input), of AllActivations; the slope is ConvArgs's. It may run in place.
    Kernel<void(ConstMap input, Activation, float slope, Map output, Rows)> activate;
    // output = activation(a + b), of AddEpilogues. The output may be a or b.
    Kernel<void(ConstMap a, ConstMap b, Activation, Map output, Rows)> add;
    Kernel<void(const WeightedSumArgs&, Rows)> weighted_sum;
    // output = input * gate[c]; gate has `channels` entries. It may run in place.
    Kernel<void(ConstMap input, const float* gate, Map output, Rows)> scale_channels;
    // output = input * gate[y, x]; gate is a 1-channel map. It may run in place.
    Kernel<void(ConstMap input, ConstMap gate, Map output, Rows)> scale_pixels;
    Kernel<void(const AttendArgs&, Rows)> attend;
    // Per pixel over channels: output channel 0 = mean, 1 = maximum; swapped when `max_first`. They are of
    // input * gate[c]; gate may be null: of the input.
    Kernel<void(ConstMap input, const float* gate, bool max_first, Map output, Rows)> channel_stats;
    // Per channel over the pixels of `rows`: sum[c] and maximum[c], overwritten. The order of summation
    // depends on the rows given only; the caller takes fixed blocks of rows and combines them in order.
    Kernel<void(ConstMap input, float* sum, float* maximum, Rows)> pool_rows;
    Kernel<void(const MaxPoolArgs&, Rows)> max_pool;
    // output(y, x) = input(floor(y * in_h / out_h), floor(x * in_w / out_w)).
    Kernel<void(ConstMap input, Map output, Rows)> resize_nearest;
    // output(y, x, c) = input(y, x, source[c]); channel shuffles and plain copies (source == nullptr: c
    // itself).
    Kernel<void(ConstMap input, const int* source, Map output, Rows)> copy_channels;
    // output[o] = activation(sum over i of weights[o * in + i] * input[i] + bias[o]), of LinearEpilogues;
    // bias may be null.
    Kernel<void(const float* input, int in, const float* weights, const float* bias, Activation,
                float* output, int out)>
        linear;
    // Softmax over pairs: values[2i], values[2i + 1] for i in [begin, end). It runs in place.
    Kernel<void(float* values, Rows)> softmax_pairs;
    // 8-bit pixels to input floats: output(y, x, {0,1,2}) = {B, G, R} - mean[{0,1,2}]; the output is dense.
    // `offsets` are the byte offsets of B, G, R inside a pixel of `bytes_per_pixel`: all 0 in one byte, else
    // {0, 1, 2} or {2, 1, 0} in 3 or 4.
    Kernel<void(const std::uint8_t* pixels, std::ptrdiff_t row_stride, int bytes_per_pixel,
                const int* offsets, const float* mean, Map output, Rows)>
        subtract_mean;
};

}  // namespace featherface::kernels
