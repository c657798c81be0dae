// The cases of all kernels, one kind per kernel: what a kernel lacks here keeps its tests and benchmarks from
// compiling.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "tests/kernels/cases/activate.hpp"
#include "tests/kernels/cases/add.hpp"
#include "tests/kernels/cases/attend.hpp"
#include "tests/kernels/cases/channel_stats.hpp"
#include "tests/kernels/cases/conv.hpp"
#include "tests/kernels/cases/conv_deform.hpp"
#include "tests/kernels/cases/conv_int8.hpp"
#include "tests/kernels/cases/copy_channels.hpp"
#include "tests/kernels/cases/linear.hpp"
#include "tests/kernels/cases/max_pool.hpp"
#include "tests/kernels/cases/pool_rows.hpp"
#include "tests/kernels/cases/resize_nearest.hpp"
#include "tests/kernels/cases/scale_channels.hpp"
#include "tests/kernels/cases/scale_pixels.hpp"
#include "tests/kernels/cases/scale_shift.hpp"
#include "tests/kernels/cases/softmax_pairs.hpp"
#include "tests/kernels/cases/subtract_mean.hpp"
#include "tests/kernels/cases/weighted_sum.hpp"

namespace featherface::test {

// They are in the order of kernels::kKernels.
using AllCases =
    std::tuple<ConvGemmCase, ConvDepthwiseCase, ConvStemCase, ConvFlatCase, ConvWinogradCase, ConvInt8Case,
               ConvDeformCase, ScaleShiftCase, ActivateCase, AddCase, WeightedSumCase, ScaleChannelsCase,
               ScalePixelsCase, AttendCase, ChannelStatsCase, PoolRowsCase, MaxPoolCase, ResizeNearestCase,
               CopyChannelsCase, LinearCase, SoftmaxPairsCase, SubtractMeanCase>;

template <std::size_t... kAt>
constexpr bool has_a_case_each(std::index_sequence<kAt...>) {
    return (... && (std::tuple_element_t<kAt, AllCases>::kKernel == std::get<kAt>(kernels::kKernels)));
}
constexpr std::size_t kKernelCount = std::tuple_size_v<decltype(kernels::kKernels)>;
static_assert(std::tuple_size_v<AllCases> == kKernelCount &&
              has_a_case_each(std::make_index_sequence<kKernelCount>{}));

// Calls visit(std::type_identity<Case>{}) for each.
template <class Visit>
void for_each_case(const Visit& visit) {
    [&]<std::size_t... kAt>(std::index_sequence<kAt...>) {
        (visit(std::type_identity<std::tuple_element_t<kAt, AllCases>>{}), ...);
    }
    (std::make_index_sequence<kKernelCount>{});
}

}  // namespace featherface::test
