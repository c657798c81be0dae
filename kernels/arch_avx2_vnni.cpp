// AVX2 with AVX-VNNI: the 8-bit convolution of CPUs that have its product of bytes.
#if defined(__x86_64__)

// Of what it shares with other convolutions it needs a part.
#pragma GCC diagnostic ignored "-Wunused-function"

#define FEATHERFACE_ARCH_AVX2
#define FEATHERFACE_VNNI
#include "kernels/arch_tables.hpp"
#include "kernels/conv_int8.hpp"

namespace featherface::kernels {

constexpr ConvKernel kConvInt8Avx2Vnni = conv_int8_named("conv_int8_avx2vnni");

}  // namespace featherface::kernels

#endif
