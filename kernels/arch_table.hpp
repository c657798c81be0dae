// The kernel table of the architecture being compiled. Included by one arch_<name>.cpp each; see
// kernels/simd.hpp.
#pragma once

#include "kernels/activate.hpp"
#include "kernels/add.hpp"
#include "kernels/arch_tables.hpp"
#include "kernels/channel_stats.hpp"
#include "kernels/conv_deform.hpp"
#include "kernels/conv_depthwise.hpp"
#include "kernels/conv_gemm.hpp"
#include "kernels/copy_channels.hpp"
#include "kernels/linear.hpp"
#include "kernels/max_pool.hpp"
#include "kernels/pool_rows.hpp"
#include "kernels/resize_nearest.hpp"
#include "kernels/scale_channels.hpp"
#include "kernels/scale_pixels.hpp"
#include "kernels/scale_shift.hpp"
#include "kernels/softmax_pairs.hpp"
#include "kernels/subtract_mean.hpp"
#include "kernels/weighted_sum.hpp"

namespace featherface::kernels {
namespace {

constexpr ConvKernel kConvGemm = {"conv_gemm_" FEATHERFACE_ARCH_NAME, packed_block_floats, pack_blocks,
                                  conv_gemm_scratch_floats, conv_gemm};
constexpr ConvKernel kConvGrouped = {"conv_grouped_" FEATHERFACE_ARCH_NAME, packed_block_floats, pack_blocks,
                                     conv_gemm_scratch_floats, conv_gemm};
constexpr ConvKernel kConvDepthwise = {"conv_depthwise_" FEATHERFACE_ARCH_NAME, conv_depthwise_packed_floats,
                                       conv_depthwise_pack, conv_depthwise_scratch_floats, conv_depthwise};
constexpr DeformConvKernel kConvDeform = {"conv_deform_" FEATHERFACE_ARCH_NAME, packed_block_floats,
                                          pack_blocks, conv_deform_scratch_floats, conv_deform};

// Constant-initialised: nothing compiled for this architecture runs before it is chosen.
constexpr KernelTable kTable = {
    .arch = FEATHERFACE_ARCH_NAME,
    .lanes = kLanes,
    .conv_gemm = &kConvGemm,
    .conv_depthwise = &kConvDepthwise,
    .conv_grouped = &kConvGrouped,
    .conv_deform = &kConvDeform,
    .scale_shift = scale_shift,
    .activate = activate_map,
    .add = add,
    .weighted_sum = weighted_sum,
    .scale_channels = scale_channels,
    .scale_pixels = scale_pixels,
    .channel_stats = channel_stats,
    .pool_rows = pool_rows,
    .max_pool = max_pool,
    .resize_nearest = resize_nearest,
    .copy_channels = copy_channels,
    .linear = linear,
    .softmax_pairs = softmax_pairs,
    .subtract_mean = subtract_mean,
};

}  // namespace
}  // namespace featherface::kernels
