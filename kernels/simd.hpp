// One register of floats for the architecture being compiled: the project's only contact with xsimd, whose
// functions are called unqualified, since the portable registers have them too.
//
// An arch_<name>.cpp file defines FEATHERFACE_ARCH_<NAME> and then includes the kernels. Everything compiled
// with an architecture's flags lives in an anonymous namespace and uses no STL containers: a function shared
// between two files with different flags could be the one the linker keeps for both, and crash an older CPU
// (tests/kernels/weak_symbols_test.cpp looks for such functions).
//
// xsimd 8.1 and later. What it lacks or gets wrong is added here: a fused multiply-add on AVX-512, partial
// loads and stores, exchanging neighbours, sums and maxima over a register.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "kernels/kernel_table.hpp"

#define FEATHERFACE_INLINE [[gnu::always_inline]] inline
// Every lambda that runs per pixel or register is written [&](auto i) FEATHERFACE_LAMBDA { ... }. Without it
// compilers make functions of some 40 (g++ 12, AVX2), and what they share goes through memory: a tile's
// accumulators too.
#define FEATHERFACE_LAMBDA __attribute__((always_inline))

#if defined(FEATHERFACE_ARCH_PORTABLE)
#include "kernels/simd_portable.hpp"
#else
#include <xsimd/xsimd.hpp>
#endif

#if defined(FEATHERFACE_ARCH_SSE2)
#define FEATHERFACE_ARCH_NAME "sse2"
#elif defined(FEATHERFACE_ARCH_AVX2)
#define FEATHERFACE_ARCH_NAME "avx2"
#elif defined(FEATHERFACE_ARCH_AVX512)
#define FEATHERFACE_ARCH_NAME "avx512"
#elif defined(FEATHERFACE_ARCH_NEON64)
#define FEATHERFACE_ARCH_NAME "neon64"
#elif defined(FEATHERFACE_ARCH_NEON)
#define FEATHERFACE_ARCH_NAME "neon"
#elif defined(FEATHERFACE_ARCH_PORTABLE)
#define FEATHERFACE_ARCH_NAME "portable"
#endif

namespace featherface::kernels {
namespace {

#if defined(FEATHERFACE_ARCH_SSE2)
using Arch = xsimd::sse2;
constexpr int kRegisters = 16;
constexpr bool kHasFma = false;
#elif defined(FEATHERFACE_ARCH_AVX2)
using Arch = xsimd::fma3<xsimd::avx2>;
constexpr int kRegisters = 16;
constexpr bool kHasFma = true;
#elif defined(FEATHERFACE_ARCH_AVX512)
using Arch = xsimd::avx512bw;
constexpr int kRegisters = 32;
constexpr bool kHasFma = true;
#elif defined(FEATHERFACE_ARCH_NEON64)
using Arch = xsimd::neon64;
constexpr int kRegisters = 32;
constexpr bool kHasFma = true;
#elif defined(FEATHERFACE_ARCH_NEON)
using Arch = xsimd::neon;
constexpr int kRegisters = 16;
constexpr bool kHasFma = false;  // the first CPUs with NEON have none
#endif
#if defined(FEATHERFACE_ARCH_PORTABLE)
constexpr int kRegisters = 16;
constexpr bool kHasFma = false;
using Vec = portable::Vec;
using IntVec = portable::IntVec;
#else
using Vec = xsimd::batch<float, Arch>;
using IntVec = xsimd::batch<std::int32_t, Arch>;
#endif
constexpr bool kHasByteShuffle = kHasFma;  // SSE2 alone lacks both
// In WebAssembly without SIMD every lane is a value of its own. Tiles are of one pixel there: larger ones go
// through memory at each step, and are code that the page has to carry.
#if defined(__wasm__) && !defined(__wasm_simd128__)
constexpr bool kHasTiles = false;
#else
constexpr bool kHasTiles = true;
#endif
constexpr int kLanes = static_cast<int>(Vec::size);

FEATHERFACE_INLINE constexpr int min_of(int a, int b) {
    return a < b ? a : b;
}
FEATHERFACE_INLINE constexpr int max_of(int a, int b) {
    return a > b ? a : b;
}
FEATHERFACE_INLINE constexpr int divide_up(int a, int b) {
    return (a + b - 1) / b;
}

// f(Index<0>{}), ..., f(Index<N - 1>{}) are called: a loop unrolled in the source, so that arrays of
// registers indexed by it stay in registers whatever the optimisation level.
template <int I>
struct Index {
    static constexpr int value = I;
};
template <int... kIndices, class F>
FEATHERFACE_INLINE void call_for(std::integer_sequence<int, kIndices...>, const F& f) {
    (f(Index<kIndices>{}), ...);
}
template <int N, class F>
FEATHERFACE_INLINE void unroll(const F& f) {
    call_for(std::make_integer_sequence<int, N>{}, f);
}

FEATHERFACE_INLINE Vec load(const float* p) {
    return Vec::load_unaligned(p);
}
FEATHERFACE_INLINE void store(float* p, Vec v) {
    v.store_unaligned(p);
}

// The value, loaded before it is used. Without it g++ 12 loads a value anew in each multiply-add that takes
// it, and the loads are what takes the time. (AVX2 has too few registers for it to matter.)
FEATHERFACE_INLINE Vec in_register(Vec v) {
#if defined(FEATHERFACE_ARCH_AVX512)
    __m512 held = v;
    asm("" : "+v"(held));
    return held;
#else
    return v;
#endif
}

// kLanes bytes, each as a float.
FEATHERFACE_INLINE Vec load_bytes(const std::uint8_t* p) {
#if defined(FEATHERFACE_ARCH_AVX512)
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
#elif defined(FEATHERFACE_ARCH_AVX2)
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
#elif defined(FEATHERFACE_ARCH_SSE2)
    const __m128i zero = _mm_setzero_si128();
    const __m128i words = _mm_unpacklo_epi8(_mm_loadu_si32(p), zero);
    return _mm_cvtepi32_ps(_mm_unpacklo_epi16(words, zero));
#elif defined(FEATHERFACE_ARCH_NEON64) || defined(FEATHERFACE_ARCH_NEON)
    std::uint32_t four;
    __builtin_memcpy(&four, p, sizeof four);
    return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(four)))));
#else
    return portable::Floats{static_cast<float>(p[0]), static_cast<float>(p[1]), static_cast<float>(p[2]),
                            static_cast<float>(p[3])};
#endif
}

// The first `count` (0 to kLanes) lanes; a load sets the others to 0, a store leaves memory beyond them
// untouched.
#if defined(FEATHERFACE_ARCH_AVX512)
FEATHERFACE_INLINE __mmask16 first_lanes(int count) {
    return static_cast<__mmask16>((1u << count) - 1);
}
FEATHERFACE_INLINE Vec load_partial(const float* p, int count) {
    return _mm512_maskz_loadu_ps(first_lanes(count), p);
}
FEATHERFACE_INLINE void store_partial(float* p, Vec v, int count) {
    _mm512_mask_storeu_ps(p, first_lanes(count), v);
}
#elif defined(FEATHERFACE_ARCH_AVX2)
constexpr std::int32_t kLaneMasks[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
FEATHERFACE_INLINE __m256i first_lanes(int count) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kLaneMasks + 8 - count));
}
FEATHERFACE_INLINE Vec load_partial(const float* p, int count) {
    return _mm256_maskload_ps(p, first_lanes(count));
}
FEATHERFACE_INLINE void store_partial(float* p, Vec v, int count) {
    _mm256_maskstore_ps(p, first_lanes(count), v);
}
#else
[[gnu::noinline]] Vec load_partial(const float* p, int count) {
    alignas(16) float lanes[kLanes] = {};
    for (int i = 0; i < count; ++i) lanes[i] = p[i];
    return Vec::load_aligned(lanes);
}
[[gnu::noinline]] void store_partial(float* p, Vec v, int count) {
    alignas(16) float lanes[kLanes];
    v.store_aligned(lanes);
    for (int i = 0; i < count; ++i) p[i] = lanes[i];
}
#endif

// A register of 16 lanes as four quarters: its lanes 4 * q to 4 * q + 3 belong to the quarter q.
constexpr int kQuarter = 4;
#if defined(FEATHERFACE_ARCH_AVX512)
// The four floats from p + q * step on in the quarter q.
FEATHERFACE_INLINE Vec load_quarters(const float* p, std::ptrdiff_t step) {
    __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(p));
    v = _mm512_insertf32x4(v, _mm_loadu_ps(p + step), 1);
    v = _mm512_insertf32x4(v, _mm_loadu_ps(p + 2 * step), 2);
    return _mm512_insertf32x4(v, _mm_loadu_ps(p + 3 * step), 3);
}
// The four floats at p in every quarter.
FEATHERFACE_INLINE Vec repeat_quarter(const float* p) {
    return _mm512_broadcast_f32x4(_mm_loadu_ps(p));
}
// Of each quarter its lane kLane in all of its lanes.
template <int kLane>
FEATHERFACE_INLINE Vec spread_in_quarters(Vec v) {
    return _mm512_permute_ps(v, kLane * 0x55);
}
template <int kIndex>
FEATHERFACE_INLINE void store_quarter(float* p, Vec v) {
    _mm_storeu_ps(p, _mm512_extractf32x4_ps(v, kIndex));
}
#endif

// a * b + c, rounded once wherever the architecture can (64-bit ARM, AVX2, AVX-512).
FEATHERFACE_INLINE Vec fma(Vec a, Vec b, Vec c) {
#if defined(FEATHERFACE_ARCH_AVX512)
    return _mm512_fmadd_ps(a, b, c);
#elif defined(FEATHERFACE_ARCH_PORTABLE) || defined(FEATHERFACE_ARCH_NEON)
    return a * b + c;
#else
    return xsimd::fma(a, b, c);
#endif
}

// a / b, rounded once. 32-bit ARM divides no registers, and xsimd approximates.
FEATHERFACE_INLINE Vec divide(Vec a, Vec b) {
#if defined(FEATHERFACE_ARCH_NEON)
    float32x4_t quotient = a;
    quotient = vsetq_lane_f32(vgetq_lane_f32(a, 0) / vgetq_lane_f32(b, 0), quotient, 0);
    quotient = vsetq_lane_f32(vgetq_lane_f32(a, 1) / vgetq_lane_f32(b, 1), quotient, 1);
    quotient = vsetq_lane_f32(vgetq_lane_f32(a, 2) / vgetq_lane_f32(b, 2), quotient, 2);
    return vsetq_lane_f32(vgetq_lane_f32(a, 3) / vgetq_lane_f32(b, 3), quotient, 3);
#else
    return a / b;
#endif
}

// The larger and the smaller lane by lane; where either is a NaN, `second`. That is x86's rule; which operand
// xsimd's own max and min return then differs between its releases.
FEATHERFACE_INLINE Vec max_or_second(Vec first, Vec second) {
#if defined(FEATHERFACE_ARCH_SSE2)
    return _mm_max_ps(first, second);
#elif defined(FEATHERFACE_ARCH_AVX2)
    return _mm256_max_ps(first, second);
#elif defined(FEATHERFACE_ARCH_AVX512)
    return _mm512_max_ps(first, second);
#else
    return select(first > second, first, second);
#endif
}
FEATHERFACE_INLINE Vec min_or_second(Vec first, Vec second) {
#if defined(FEATHERFACE_ARCH_SSE2)
    return _mm_min_ps(first, second);
#elif defined(FEATHERFACE_ARCH_AVX2)
    return _mm256_min_ps(first, second);
#elif defined(FEATHERFACE_ARCH_AVX512)
    return _mm512_min_ps(first, second);
#else
    return select(first < second, first, second);
#endif
}

// The larger lane by lane; a NaN in either is a NaN, as in PyTorch's relu and pools. Only `b` is asked
// whether it is one: in a chain of maxima the question does not wait for the result before, `a`.
FEATHERFACE_INLINE Vec max_nan(Vec a, Vec b) {
    return select(isnan(b), b, max_or_second(b, a));
}

FEATHERFACE_INLINE float max_nan(float a, float b) {
    return a != a || a > b ? a : b;
}

// The larger of the lane and a constant that is no NaN; a NaN lane stays a NaN.
FEATHERFACE_INLINE Vec max_constant(Vec v, Vec constant) {
    return max_or_second(constant, v);
}
FEATHERFACE_INLINE Vec min_constant(Vec v, Vec constant) {
    return min_or_second(constant, v);
}

#if defined(FEATHERFACE_ARCH_PORTABLE)
using portable::bits_of;
using portable::float_of_bits;
#elif defined(FEATHERFACE_ARCH_NEON64) || defined(FEATHERFACE_ARCH_NEON)
// (xsimd looks for the function in a table, and calls it.)
FEATHERFACE_INLINE IntVec bits_of(Vec v) {
    return vreinterpretq_s32_f32(v);
}
FEATHERFACE_INLINE Vec float_of_bits(IntVec v) {
    return vreinterpretq_f32_s32(v);
}
#else
FEATHERFACE_INLINE IntVec bits_of(Vec v) {
#if XSIMD_VERSION_MAJOR >= 9
    return xsimd::bitwise_cast<std::int32_t>(v);
#else
    return xsimd::bitwise_cast<IntVec>(v);
#endif
}
FEATHERFACE_INLINE Vec float_of_bits(IntVec v) {
#if XSIMD_VERSION_MAJOR >= 9
    return xsimd::bitwise_cast<float>(v);
#else
    return xsimd::bitwise_cast<Vec>(v);
#endif
}
#endif

// Within every kGroup (2 or 4) neighbouring lanes, lane i takes the value of lane (i + kBy) modulo kGroup.
template <int kGroup, int kBy>
FEATHERFACE_INLINE Vec rotate_lanes(Vec v) {
    static_assert(kGroup == 2 || kGroup == 4 || kBy == 0);
    static_assert(kBy >= 0 && kBy < kGroup);
    if constexpr (kBy == 0) {
        return v;
    } else {
#if defined(FEATHERFACE_ARCH_NEON64) || defined(FEATHERFACE_ARCH_NEON)
        if constexpr (kGroup == 2) return vrev64q_f32(v);
        return vextq_f32(v, v, kBy);
#elif defined(FEATHERFACE_ARCH_PORTABLE)
        constexpr auto kFrom = [](int lane) { return lane / kGroup * kGroup + (lane + kBy) % kGroup; };
        return portable::Floats{v.lanes[kFrom(0)], v.lanes[kFrom(1)], v.lanes[kFrom(2)], v.lanes[kFrom(3)]};
#else
        constexpr int kOrder = kGroup == 2 ? 0xB1 : kBy == 1 ? 0x39 : kBy == 2 ? 0x4E : 0x93;
#if defined(FEATHERFACE_ARCH_SSE2)
        return _mm_shuffle_ps(v, v, kOrder);
#elif defined(FEATHERFACE_ARCH_AVX2)
        return _mm256_permute_ps(v, kOrder);
#elif defined(FEATHERFACE_ARCH_AVX512)
        return _mm512_permute_ps(v, kOrder);
#endif
#endif
    }
}

// op over all lanes, pairing lanes half a register apart, then a quarter, ...: a fixed order, with the small
// rounding error of a tree.
template <class Op>
FEATHERFACE_INLINE float reduce_lanes(Vec v, const Op& op) {
#if defined(FEATHERFACE_ARCH_AVX512)
    v = op(v, Vec(_mm512_shuffle_f32x4(v, v, 0x4E)));
    v = op(v, Vec(_mm512_shuffle_f32x4(v, v, 0xB1)));
#elif defined(FEATHERFACE_ARCH_AVX2)
    v = op(v, Vec(_mm256_permute2f128_ps(v, v, 1)));
#endif
    v = op(v, rotate_lanes<4, 2>(v));
    v = op(v, rotate_lanes<2, 1>(v));
#if defined(FEATHERFACE_ARCH_AVX512)
    return _mm512_cvtss_f32(v);
#elif defined(FEATHERFACE_ARCH_AVX2)
    return _mm256_cvtss_f32(v);
#elif defined(FEATHERFACE_ARCH_SSE2)
    return _mm_cvtss_f32(v);
#elif defined(FEATHERFACE_ARCH_NEON64) || defined(FEATHERFACE_ARCH_NEON)
    return vgetq_lane_f32(v, 0);
#else
    return v.lanes[0];
#endif
}

// The same of kPerReduction registers at once, for fewer instructions: of register i in lane 4 * i.
constexpr int kPerReduction = kLanes / 4;
template <class Op>
FEATHERFACE_INLINE Vec reduce_each(const Vec (&v)[kPerReduction], const Op& op) {
#if defined(FEATHERFACE_ARCH_AVX512)
    const auto halves = [&](const Vec& a, const Vec& b) FEATHERFACE_LAMBDA {
        return op(Vec(_mm512_shuffle_f32x4(a, b, 0x44)), Vec(_mm512_shuffle_f32x4(a, b, 0xEE)));
    };
    const Vec front = halves(v[0], v[1]), back = halves(v[2], v[3]);
    Vec all = op(Vec(_mm512_shuffle_f32x4(front, back, 0x88)), Vec(_mm512_shuffle_f32x4(front, back, 0xDD)));
#elif defined(FEATHERFACE_ARCH_AVX2)
    Vec all =
        op(Vec(_mm256_permute2f128_ps(v[0], v[1], 0x20)), Vec(_mm256_permute2f128_ps(v[0], v[1], 0x31)));
#else
    Vec all = v[0];
#endif
    all = op(all, rotate_lanes<4, 2>(all));
    return op(all, rotate_lanes<2, 1>(all));
}

FEATHERFACE_INLINE float sum_lanes(Vec v) {
    return reduce_lanes(v, [](Vec a, Vec b) FEATHERFACE_LAMBDA { return a + b; });
}
FEATHERFACE_INLINE float max_lanes(Vec v) {
    return reduce_lanes(v, [](Vec a, Vec b) FEATHERFACE_LAMBDA { return max_nan(a, b); });
}

// f(c, Whole{}) is called for every full register of `channels` and f(c, Part{count}) for what remains, c
// being the first channel: f loads and stores through the second argument, and tails run the same arithmetic
// as the rest.
struct Whole {
    FEATHERFACE_INLINE Vec load(const float* p) const { return kernels::load(p); }
    FEATHERFACE_INLINE void store(float* p, Vec v) const { kernels::store(p, v); }
};
struct Part {
    int count;
    FEATHERFACE_INLINE Vec load(const float* p) const { return load_partial(p, count); }
    FEATHERFACE_INLINE void store(float* p, Vec v) const { store_partial(p, v, count); }
};
template <class F>
FEATHERFACE_INLINE void for_each_vector(std::ptrdiff_t channels, const F& f) {
    std::ptrdiff_t c = 0;
    for (; c + kLanes <= channels; c += kLanes) f(c, Whole{});
    if (c < channels) f(c, Part{static_cast<int>(channels - c)});
}

}  // namespace
}  // namespace featherface::kernels
