// The list of kernels, for what has to be true of each of them: its test, its benchmark, its name.
#pragma once

#include <string>
#include <string_view>
#include <tuple>

#include "kernels/kernel_table.hpp"

namespace featherface::kernels {

// Every kernel, as the table's member.
constexpr std::tuple kKernels{
    &KernelTable::conv_gemm,     &KernelTable::conv_depthwise, &KernelTable::conv_stem,
    &KernelTable::conv_flat,     &KernelTable::conv_winograd,  &KernelTable::conv_int8,
    &KernelTable::conv_deform,   &KernelTable::scale_shift,    &KernelTable::activate,
    &KernelTable::add,           &KernelTable::weighted_sum,   &KernelTable::scale_channels,
    &KernelTable::scale_pixels,  &KernelTable::attend,         &KernelTable::channel_stats,
    &KernelTable::pool_rows,     &KernelTable::max_pool,       &KernelTable::resize_nearest,
    &KernelTable::copy_channels, &KernelTable::linear,         &KernelTable::softmax_pairs,
    &KernelTable::subtract_mean};

namespace kernel_list_detail {
template <class Member>
constexpr std::size_t size_of_member(Member KernelTable::*) {
    return sizeof(Member);
}
constexpr std::size_t kListed =
    std::apply([](auto... members) { return (... + size_of_member(members)); }, kKernels);
}  // namespace kernel_list_detail
static_assert(kernel_list_detail::kListed == sizeof(KernelTable) - offsetof(KernelTable, conv_gemm),
              "kKernels has every kernel of the table");

inline const char* full_name(const ConvKernel* kernel) {
    return kernel->name;
}
inline const char* full_name(const DeformConvKernel* kernel) {
    return kernel->name;
}
template <class Signature>
const char* full_name(const Kernel<Signature>& kernel) {
    return kernel.name;
}

// visit(member) is called for every kernel: table.*member is the table's.
template <class Visit>
void for_each_kernel(const Visit& visit) {
    std::apply([&](auto... members) { (visit(members), ...); }, kKernels);
}

// The name without the architecture: "scale_shift".
template <class Member>
std::string name_of_kernel(const KernelTable& table, Member member) {
    const std::string name = full_name(table.*member);
    return name.substr(0, name.rfind('_'));
}

}  // namespace featherface::kernels
