// Pointwise convolution with 8 bits a number, between maps of floats. The pixels of a span become whole
// numbers in scratch, 256 of them from `first` on (kFirstNumber),
//
//   number = round(value / step) + zero, cut to first ... first + 255   round to nearest, halves to even
//   step = (high - low) / 255, zero = first + round(-low / step)        the range is widened to hold 0
//
// an output channel's weights are whole numbers -127 to 127 times a step of its own (the largest is 127 of
// them), and the sums of their products, less `zero`'s share, are exact: the same for every architecture
// (kernels/dot_products.hpp). Then come scale, bias and activation in float, as in any convolution. A NaN
// counts as the lowest number; a channel with weights that are not finite is NaN everywhere.
//
// Packed: what makes numbers of values (kInt8Header floats); then for each block of output channels
// (kernels/conv_blocks.hpp) what its sums begin with, its scales, its biases, and for each word of inputs the
// weights of its output channels.
#pragma once

#include "kernels/conv_blocks.hpp"
#include "kernels/dot_products.hpp"
#include "kernels/pixels.hpp"
#include "kernels/preconditions.hpp"

namespace featherface::kernels {
namespace {

constexpr int kInt8Header = 4;
constexpr int kStepsOfRange = 255, kMostInt8Weight = 127;
// A sum of so many products is within 32 bits.
constexpr int kMostInt8Inputs = 1 << 16;

constexpr int kInt8SpanWords = 96 * 64;  // of the inputs of a span, at one pixel each
constexpr int kLeastInt8Span = 96;       // pixels: whole tiles of any size

FEATHERFACE_INLINE int words_of(const ConvGeometry& g) {
    return divide_up(g.in_channels, kNumbers);
}
FEATHERFACE_INLINE int int8_span_pixels(const ConvGeometry& g) {
    return max_of(kInt8SpanWords / words_of(g) / kLeastInt8Span, 1) * kLeastInt8Span;
}
FEATHERFACE_INLINE std::size_t int8_block_floats(const ConvGeometry& g, const Block& block) {
    return static_cast<std::size_t>(3 + words_of(g)) * block.vectors * kLanes;
}

bool conv_int8_supports(const ConvGeometry& g) {
    return g.kernel == 1 && g.stride == 1 && g.pad == 0 && g.groups == 1 && g.in_channels <= kMostInt8Inputs;
}

std::size_t conv_int8_packed_floats(const ConvGeometry& g) {
    std::size_t total = kInt8Header;
    for_each_block<Tails::none>(
        g, [&](const Block& block) FEATHERFACE_LAMBDA { total += int8_block_floats(g, block); });
    return total;
}

// The inputs of a span; behind them a register is stored whole.
std::size_t conv_int8_scratch_floats(const ConvGeometry& g, int /*output_width*/) {
    return static_cast<std::size_t>(int8_span_pixels(g)) * words_of(g) + kLanes;
}

// How values become numbers.
struct Int8Steps {
    float inverse;          // of the step
    float lowest, highest;  // in steps, what the first number and the last stand for
    int zero;               // the number of the value 0
    double step;

    explicit Int8Steps(const ConvConstants& constants) {
        const double low = constants.input_low < 0 ? constants.input_low : 0;
        const double high = constants.input_high > 0 ? constants.input_high : 0;
        step = (high - low) / kStepsOfRange;
        inverse = static_cast<float>(1 / step);
        zero = kFirstNumber + static_cast<int>(__builtin_rint(-low / step));
        lowest = static_cast<float>(kFirstNumber - zero);
        highest = lowest + kStepsOfRange;
    }
};

FEATHERFACE_INLINE void store_word(std::int32_t word, float* packed) {
    __builtin_memcpy(packed, &word, sizeof word);
}

// One output channel's column of a block `lanes` wide.
void pack_int8_channel(const ConvGeometry& g, const ConvConstants& constants, const Int8Steps& steps,
                       int channel, int lanes, float* packed) {
    const float* const weights = constants.weights + static_cast<std::ptrdiff_t>(channel) * g.in_channels;
    double largest = 0;
    bool finite = true;
    for (int i = 0; i < g.in_channels; ++i) {
        const double size = __builtin_fabs(static_cast<double>(weights[i]));
        finite = finite && size <= static_cast<double>(__FLT_MAX__);
        if (size > largest) largest = size;
    }
    const double per_step = finite && largest > 0 ? kMostInt8Weight / largest : 0;
    std::int32_t sum = 0;
    for (int word = 0; word < words_of(g); ++word) {
        std::uint32_t bits = 0;
        for (int n = 0; n < kNumbers && word * kNumbers + n < g.in_channels; ++n) {
            const double weight = static_cast<double>(weights[word * kNumbers + n]);
            const auto number =
                per_step > 0 ? static_cast<std::int32_t>(__builtin_rint(weight * per_step)) : 0;
            sum += number;
            constexpr std::uint32_t kMask = 0xffffffffu >> (32 - kNumberBits);
            bits |= (static_cast<std::uint32_t>(number) & kMask) << (kNumberBits % 32 * n);
        }
        store_word(static_cast<std::int32_t>(bits), packed + (3 + word) * lanes);
    }
    store_word(-steps.zero * sum, packed);
    float epilogue[2];
    pack_epilogue(constants, channel, epilogue, 1);
    const double scale = steps.step * (largest / kMostInt8Weight) * static_cast<double>(epilogue[0]);
    packed[lanes] = finite ? static_cast<float>(scale) : __builtin_nanf("");
    packed[2 * lanes] = epilogue[1];
}

void conv_int8_pack(const ConvGeometry& g, const ConvConstants& constants, float* packed) {
    const Int8Steps steps(constants);
    packed[0] = steps.inverse;
    packed[1] = steps.lowest;
    packed[2] = steps.highest;
    store_word(steps.zero, packed + 3);
    packed += kInt8Header;
    for_each_block<Tails::none>(g, [&](const Block& block) FEATHERFACE_LAMBDA {
        const int lanes = block.vectors * kLanes;
        for (int lane = 0; lane < lanes; ++lane) {
            if (lane < block.outputs) {
                pack_int8_channel(g, constants, steps, block.first_output + lane, lanes, packed + lane);
            } else {
                for (int row = 0; row < 3 + words_of(g); ++row) packed[row * lanes + lane] = 0;
            }
        }
        packed += int8_block_floats(g, block);
    });
}

// Values become the numbers of a span, a pixel's in whole words. Channels that a last word has too many are
// any numbers: their weights are 0.
FEATHERFACE_INLINE void make_numbers(const ConvGeometry& g, const ConstMap& input, const float* header,
                                     int pixels, std::byte* numbers) {
    constexpr float kRounder =
        12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
    const Vec inverse = header[0], lowest = header[1], highest = header[2];
    std::int32_t zero;
    __builtin_memcpy(&zero, header + 3, sizeof zero);
    const IntVec to_number = IntVec(zero) - bits_of(Vec(kRounder));
    const bool dense = input.pixel_stride == g.in_channels && g.in_channels % kNumbers == 0;
    const std::ptrdiff_t run = dense ? static_cast<std::ptrdiff_t>(pixels) * g.in_channels : g.in_channels;
    const auto convert = [&](const float* values, std::byte* to) FEATHERFACE_LAMBDA {
        for_each_vector(run, [&](std::ptrdiff_t c, auto part) FEATHERFACE_LAMBDA {
            const Vec steps = min_or_second(max_or_second(part.load(values + c) * inverse, lowest), highest);
            store_numbers(to + c * (kNumberBits / 8), bits_of(steps + Vec(kRounder)) + to_number);
        });
    };
    walk(dense ? 1 : pixels, convert, Cursor<const float>{input.data, input.pixel_stride},
         Cursor<std::byte>{numbers, static_cast<std::ptrdiff_t>(words_of(g)) * 4});
}

// finish(sums) gets sums[pixel][vector] of a tile, as floats.
template <int kPixels, int kVectors, class Finish>
FEATHERFACE_INLINE void int8_tile(const std::byte* numbers, int words, const float* block,
                                  const Finish& finish) {
    IntVec sums[kPixels][kVectors];
    unroll<kVectors>([&](auto v) FEATHERFACE_LAMBDA {
        const IntVec begin = bits_of(load(block + v.value * kLanes));
        unroll<kPixels>([&](auto p) FEATHERFACE_LAMBDA { sums[p.value][v.value] = begin; });
    });
    const std::ptrdiff_t pixel_step = static_cast<std::ptrdiff_t>(words) * 4;
    const float* weights = block + 3 * kVectors * kLanes;
    for (const std::byte* const end = numbers + pixel_step; numbers != end;
         numbers += 4, weights += kVectors * kLanes) {
        IntVec weight[kVectors];
        unroll<kVectors>(
            [&](auto v) FEATHERFACE_LAMBDA { weight[v.value] = bits_of(load(weights + v.value * kLanes)); });
        unroll<kPixels>([&](auto p) FEATHERFACE_LAMBDA {
            const Word word = load_word(numbers + p.value * pixel_step);
            unroll<kVectors>([&](auto v) FEATHERFACE_LAMBDA {
                sums[p.value][v.value] = add_products(sums[p.value][v.value], word, weight[v.value]);
            });
        });
    }
    Vec results[kPixels][kVectors];
    unroll<kPixels>([&](auto p) FEATHERFACE_LAMBDA {
        unroll<kVectors>([&](auto v) FEATHERFACE_LAMBDA {
            results[p.value][v.value] = to_floats(sums[p.value][v.value]);
        });
    });
    finish(results);
}

// One block of output channels of the pixels of a span.
template <int kVectors>
void int8_span(const ConvArgs& args, const Block& block, const float* packed, const std::byte* numbers,
               int pixels, float* output) {
    const int words = words_of(args.geometry);
    const int stride = args.output.pixel_stride;
    for (int next = 0; next < pixels;) {
        next += with_tile<kVectors>(pixels - next, [&](auto tile) FEATHERFACE_LAMBDA {
            constexpr int kPixels = tile.value;
            // The last tile steps back over pixels already done rather than being smaller still.
            const int x = max_of(min_of(next, pixels - kPixels), 0);
            const TileOutput to{output + static_cast<std::ptrdiff_t>(x) * stride + block.first_output,
                                stride,
                                min_of(kPixels, pixels - x),
                                block.outputs,
                                args.activation,
                                args.slope};
            int8_tile<kPixels, kVectors>(numbers + static_cast<std::ptrdiff_t>(x) * words * 4, words, packed,
                                         [&](const auto& sums) FEATHERFACE_LAMBDA {
                                             store_tile<kPixels, kVectors>(sums, packed + kVectors * kLanes,
                                                                           to);
                                         });
        });
    }
}

void conv_int8(const ConvArgs& args, Rows rows) {
    FEATHERFACE_ASSERT(conv_int8_supports(args.geometry) && args.scratch != nullptr);
    check_conv(args, rows, 1);
    const ConvGeometry& g = args.geometry;
    auto* const numbers = reinterpret_cast<std::byte*>(args.scratch);
    const int pixels = (rows.end - rows.begin) * args.output.width;
    const int span = int8_span_pixels(g);
    for (int begin = 0; begin < pixels; begin += span) {
        const int count = min_of(span, pixels - begin);
        ConstMap input = args.input;
        input.data =
            args.input.pixel(rows.begin, 0) + static_cast<std::ptrdiff_t>(begin) * input.pixel_stride;
        float* const output =
            args.output.pixel(rows.begin, 0) + static_cast<std::ptrdiff_t>(begin) * args.output.pixel_stride;
        make_numbers(g, input, args.weights, count, numbers);
        // A tile of fewer pixels reads whole ones, too.
        for (std::ptrdiff_t word = count; word < kTilePixels<1>; ++word) {
            for (int i = 0; i < words_of(g); ++i) store_word(0, args.scratch + word * words_of(g) + i);
        }
        const float* packed = args.weights + kInt8Header;
        for_each_block<Tails::none>(g, [&](const Block& block) FEATHERFACE_LAMBDA {
            if (block.vectors == 2) {
                int8_span<2>(args, block, packed, numbers, count, output);
            } else {
                int8_span<1>(args, block, packed, numbers, count, output);
            }
            packed += int8_block_floats(g, block);
        });
    }
}

// The kernel by a name that tells the architecture.
constexpr ConvKernel conv_int8_named(const char* name) {
    return {.name = name,
            .packed_floats = conv_int8_packed_floats,
            .pack = conv_int8_pack,
            .scratch_floats = conv_int8_scratch_floats,
            .run = conv_int8,
            .supports = conv_int8_supports};
}

}  // namespace
}  // namespace featherface::kernels
