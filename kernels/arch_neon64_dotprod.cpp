// 64-bit ARM with dot products: the 8-bit convolution of CPUs that have them (an extension of Armv8.2).
#if defined(__aarch64__)

// Of what it shares with other convolutions it needs a part.
#pragma GCC diagnostic ignored "-Wunused-function"

#define FEATHERFACE_ARCH_NEON64
#define FEATHERFACE_DOTPROD
#include "kernels/arch_tables.hpp"
#include "kernels/conv_int8.hpp"

namespace featherface::kernels {

constexpr ConvKernel kConvInt8Neon64Dotprod = conv_int8_named("conv_int8_neon64dotprod");

}  // namespace featherface::kernels

#endif
