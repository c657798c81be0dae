// What this machine can do at best, measured: the ceilings that times are put against. The first call with
// some arguments takes some tenths of a second and is only as good as the machine is quiet; later ones give
// the same again. Several threads may not call it at once.
#pragma once

#include <cstddef>
#include <string_view>

namespace featherface::tools {

// FP32 multiply-adds out of registers by `threads` threads at once, in FLOP/s (two per multiply-add), with
// the instructions of "sse2" (a multiplication and an addition: it has no fused one), "avx2", "avx512" or
// "neon64". 0 when the CPU lacks them.
double peak_flops(std::string_view arch, int threads = 1);

// Copying inside a working set of that many bytes, half of them read and half written, by `threads` threads
// with a part of it each: bytes read and written per second. A set larger than the caches gives the main
// memory's.
double peak_bandwidth(std::size_t working_set_bytes, int threads = 1);

}  // namespace featherface::tools
