// Which kernel computes a node on some architecture, and why that one.
#pragma once

#include <string>
#include <string_view>

#include "engine/runtime/program.hpp"
#include "tools/text/table.hpp"

namespace featherface::tools {

constexpr std::string_view kNoKernel = "none";  // what the engine computes itself

struct KernelChoice {
    std::string name;    // as its operator says it: "conv_depthwise_avx2"
    std::string reason;  // "depthwise 3x3, 64 to 64 channels, stride 2: first choice"
};

// What stands for the kernel of a step of several stages, each of which has its own.
constexpr std::string_view kGroupKernel = "strips";

// Why a convolution has the kernel that is selected for it.
std::string reason_for(const kernels::ConvGeometry& geometry, const kernels::KernelTable& table);

// The kernel of a node that computes something.
KernelChoice kernel_of(const engine::Program& program, engine::ValueId value);

// The kernels of every step of a program and every stage of its fused ones.
Table kernels_table(const engine::Program& program);

}  // namespace featherface::tools
