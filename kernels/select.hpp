// Which architecture's kernels run: the best the CPU and the build have, or the one FEATHERFACE_FORCE_ARCH
// names.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"
#include "kernels/kernel_table.hpp"

namespace featherface::kernels {

// Tables this build has and this CPU (and operating system) can run, best first. There is always one, unless
// FEATHERFACE_ARCHITECTURES left it out of the build.
const std::vector<const KernelTable*>& available_tables();

// The table of that name ("sse2", "avx2", "avx512", "neon64", "neon", "portable"), or invalid_argument saying
// what there is.
Result<const KernelTable*> find_table(std::string_view arch);

// FEATHERFACE_FORCE_ARCH when set, else the best available; unsupported where there is none.
Result<const KernelTable*> default_table();

// The architecture's ways to compute a plain convolution, the one to be preferred first; the last does any.
std::array<const ConvKernel*, 5> conv_kernels(const KernelTable&);

// The first of them that supports the geometry; of those whose vectors run over the output channels the
// narrower table's, where the channels fit that.
const ConvKernel& select_conv(const KernelTable&, const ConvGeometry&);

}  // namespace featherface::kernels
