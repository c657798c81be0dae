// The kernel table of the architecture being compiled. Each arch_<name>.cpp includes it once; see
// kernels/simd.hpp.
#pragma once

#include "kernels/activate.hpp"
#include "kernels/add.hpp"
#include "kernels/arch_tables.hpp"
#include "kernels/attend.hpp"
#include "kernels/channel_stats.hpp"
#include "kernels/conv_deform.hpp"
#include "kernels/conv_depthwise.hpp"
#include "kernels/conv_flat.hpp"
#include "kernels/conv_gemm.hpp"
#include "kernels/conv_stem.hpp"
#include "kernels/conv_winograd.hpp"
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
#if !defined(FEATHERFACE_WITHOUT_INT8)  // the minimal library is
#include "kernels/conv_int8.hpp"
#endif

namespace featherface::kernels {
namespace {

bool supports_any(const ConvGeometry&) {
    return true;
}
bool supports_none(const ConvGeometry&) {
    return false;
}

// Where V2 is the only network (kernels/CMakeLists.txt), convolutions that it does not have are left out.
#if defined(FEATHERFACE_V2_ALONE)
constexpr bool kForV2Alone = true;
#else
constexpr bool kForV2Alone = false;
#endif
constexpr ConvKernel kept_if(bool used, ConvKernel kernel) {
    return used ? kernel : ConvKernel{.name = kernel.name, .supports = supports_none};
}
constexpr DeformConvKernel kept_if(bool used, DeformConvKernel kernel) {
    return used ? kernel : DeformConvKernel{.name = kernel.name};
}

constexpr ConvKernel kConvGemm = {.name = "conv_gemm_" FEATHERFACE_ARCH_NAME,
                                  .packed_floats = packed_block_floats,
                                  .pack = pack_blocks,
                                  .scratch_floats = conv_gemm_scratch_floats,
                                  .run = conv_gemm,
                                  .supports = supports_any};
constexpr ConvKernel kConvWinograd = kept_if(!kForV2Alone, {.name = "conv_winograd_" FEATHERFACE_ARCH_NAME,
                                                            .packed_floats = conv_winograd_packed_floats,
                                                            .pack = conv_winograd_pack,
                                                            .scratch_floats = conv_winograd_scratch_floats,
                                                            .run = conv_winograd,
                                                            .supports = conv_winograd_supports,
                                                            .rows_per_block = kWinogradOutputs});
constexpr ConvKernel kConvDepthwise = {.name = "conv_depthwise_" FEATHERFACE_ARCH_NAME,
                                       .packed_floats = conv_depthwise_packed_floats,
                                       .pack = conv_depthwise_pack,
                                       .scratch_floats = conv_depthwise_scratch_floats,
                                       .run = conv_depthwise,
                                       .supports = conv_depthwise_supports};
constexpr ConvKernel kConvStem = {.name = "conv_stem_" FEATHERFACE_ARCH_NAME,
                                  .packed_floats = conv_stem_packed_floats,
                                  .pack = conv_stem_pack,
                                  .scratch_floats = conv_stem_scratch_floats,
                                  .run = conv_stem,
                                  .supports = conv_stem_supports};
constexpr ConvKernel kConvFlat = {.name = "conv_flat_" FEATHERFACE_ARCH_NAME,
                                  .packed_floats = conv_flat_packed_floats,
                                  .pack = conv_flat_pack,
                                  .scratch_floats = conv_flat_scratch_floats,
                                  .run = conv_flat,
                                  .supports = conv_flat_supports};
#if !defined(FEATHERFACE_WITHOUT_INT8)
constexpr ConvKernel kConvInt8 = conv_int8_named("conv_int8_" FEATHERFACE_ARCH_NAME);
#endif
constexpr DeformConvKernel kConvDeform = kept_if(!kForV2Alone, {.name = "conv_deform_" FEATHERFACE_ARCH_NAME,
                                                                .packed_floats = packed_block_floats,
                                                                .pack = pack_blocks,
                                                                .scratch_floats = conv_deform_scratch_floats,
                                                                .run = conv_deform});

// The table is constant-initialised: nothing compiled for this architecture runs before it is chosen.
constexpr KernelTable kTable = {
    .arch = FEATHERFACE_ARCH_NAME,
    .lanes = kLanes,
    .conv_gemm = &kConvGemm,
    .conv_depthwise = &kConvDepthwise,
    .conv_stem = &kConvStem,
    .conv_flat = &kConvFlat,
    .conv_winograd = &kConvWinograd,
#if !defined(FEATHERFACE_WITHOUT_INT8)
    .conv_int8 = &kConvInt8,
#endif
    .conv_deform = &kConvDeform,
    .scale_shift = {"scale_shift_" FEATHERFACE_ARCH_NAME, scale_shift},
    .activate = {"activate_" FEATHERFACE_ARCH_NAME, activate},
    .add = {"add_" FEATHERFACE_ARCH_NAME, add},
    .weighted_sum = {"weighted_sum_" FEATHERFACE_ARCH_NAME, weighted_sum},
    .scale_channels = {"scale_channels_" FEATHERFACE_ARCH_NAME, scale_channels},
    .scale_pixels = {"scale_pixels_" FEATHERFACE_ARCH_NAME, scale_pixels},
    .attend = {"attend_" FEATHERFACE_ARCH_NAME, attend},
    .channel_stats = {"channel_stats_" FEATHERFACE_ARCH_NAME, channel_stats},
    .pool_rows = {"pool_rows_" FEATHERFACE_ARCH_NAME, pool_rows},
    .max_pool = {"max_pool_" FEATHERFACE_ARCH_NAME, max_pool},
    .resize_nearest = {"resize_nearest_" FEATHERFACE_ARCH_NAME, resize_nearest},
    .copy_channels = {"copy_channels_" FEATHERFACE_ARCH_NAME, copy_channels},
    .linear = {"linear_" FEATHERFACE_ARCH_NAME, linear},
    .softmax_pairs = {"softmax_pairs_" FEATHERFACE_ARCH_NAME, softmax_pairs},
    .subtract_mean = {"subtract_mean_" FEATHERFACE_ARCH_NAME, subtract_mean},
};

}  // namespace
}  // namespace featherface::kernels
