// AVX-512 with VNNI: the 8-bit convolution of CPUs that have its product of bytes.
#if defined(__x86_64__)

// As in arch_avx512.cpp.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

// Of what it shares with other convolutions it needs a part.
#pragma GCC diagnostic ignored "-Wunused-function"

#define FEATHERFACE_ARCH_AVX512
#define FEATHERFACE_VNNI
#include "kernels/arch_tables.hpp"
#include "kernels/conv_int8.hpp"

namespace featherface::kernels {

constexpr ConvKernel kConvInt8Avx512Vnni = conv_int8_named("conv_int8_avx512vnni");

}  // namespace featherface::kernels

#endif
