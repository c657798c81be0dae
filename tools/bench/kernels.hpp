// Which kernel computes a node on some architecture, and why that one.
#pragma once

#include <string>
#include <string_view>

#include "engine/runtime/program.hpp"
#include "tools/text/table.hpp"

namespace featherface::tools {

constexpr std::string_view kNoKernel = "none";  // what the engine computes itself
constexpr std::string_view kAndThen = " + ";    // between the names of kernels that run one after the other

struct KernelChoice {
    std::string name;    // as the table has it, "conv_depthwise_avx2"
    std::string reason;  // "depthwise 3x3, 64 to 64 channels, stride 2: first choice"
};
// What stands for the kernel of a step of several stages, each of which has its own.
constexpr std::string_view kGroupKernel = "strips";

// Of a node that computes something.
KernelChoice kernel_of(const engine::Node& node, const kernels::KernelTable& table);

// Of every step of a program and every stage of its fused ones.
Table kernels_table(const engine::Program& program);

}  // namespace featherface::tools
