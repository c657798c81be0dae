// Sums of products of small whole numbers on registers: `kNumbers` neighbouring inputs, a word of 32 bits,
// times as many weights in each lane, added to the lane's sum. How many a word holds is what the architecture
// has an instruction for:
//
//   4 of 8 bits   x86 with VNNI, vpdpbusd, and 64-bit ARM with dot products, sdot: only the files
//                 arch_<name>_vnni.cpp and arch_neon64_dotprod.cpp are compiled with them
//   2 of 16 bits  x86 without: pmaddwd
//   1 of 32 bits  all others
//
// Inputs are 256 numbers from kFirstNumber on, 0 but for sdot, whose bytes are signed. Weights are -127 to
// 127. No product and no sum of a word is cut, so that all give the same sums.
#pragma once

#include "kernels/simd.hpp"

namespace featherface::kernels {
namespace {

#if defined(FEATHERFACE_VNNI) || defined(FEATHERFACE_DOTPROD)
constexpr int kNumbers = 4;
#elif defined(FEATHERFACE_ARCH_SSE2) || defined(FEATHERFACE_ARCH_AVX2) || defined(FEATHERFACE_ARCH_AVX512)
constexpr int kNumbers = 2;
#else
constexpr int kNumbers = 1;
#endif
constexpr int kNumberBits = 32 / kNumbers;
static_assert(kLanes % kNumbers == 0);

#if defined(FEATHERFACE_DOTPROD)
constexpr int kFirstNumber = -128;
using Word = int8x8_t;  // in the first lane: sdot multiplies all lanes by one of a register
#else
constexpr int kFirstNumber = 0;
using Word = IntVec;  // in every lane
#endif

// (VNNI's are written in assembler: of its intrinsics g++ 12 copies every sum before it adds to it, which
// costs more than half of the gain.)
FEATHERFACE_INLINE IntVec add_products(IntVec sums, Word inputs, IntVec weights) {
#if defined(FEATHERFACE_VNNI) && defined(FEATHERFACE_ARCH_AVX512)
    __m512i result = sums;
    asm("vpdpbusd %2, %1, %0"
        : "+v"(result)
        : "v"(static_cast<__m512i>(inputs)), "v"(static_cast<__m512i>(weights)));
    return result;
#elif defined(FEATHERFACE_VNNI)
    __m256i result = sums;
    asm("%{vex%} vpdpbusd %2, %1, %0"
        : "+x"(result)
        : "x"(static_cast<__m256i>(inputs)), "x"(static_cast<__m256i>(weights)));
    return result;
#elif defined(FEATHERFACE_ARCH_AVX512)
    return _mm512_add_epi32(sums, _mm512_madd_epi16(inputs, weights));
#elif defined(FEATHERFACE_ARCH_AVX2)
    return _mm256_add_epi32(sums, _mm256_madd_epi16(inputs, weights));
#elif defined(FEATHERFACE_ARCH_SSE2)
    return _mm_add_epi32(sums, _mm_madd_epi16(inputs, weights));
#elif defined(FEATHERFACE_DOTPROD)
    return vdotq_lane_s32(sums, vreinterpretq_s8_s32(weights), inputs, 0);
#else
    return sums + inputs * weights;
#endif
}

// The lanes become the inputs of kLanes / kNumbers words.
FEATHERFACE_INLINE void store_numbers(std::byte* to, IntVec lanes) {
#if defined(FEATHERFACE_VNNI) && defined(FEATHERFACE_ARCH_AVX512)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_cvtepi32_epi8(lanes));
#elif defined(FEATHERFACE_ARCH_AVX512)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvtepi32_epi16(lanes));
#elif defined(FEATHERFACE_ARCH_AVX2)
    const __m256i all = lanes;
    const __m128i pairs = _mm_packs_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
#if defined(FEATHERFACE_VNNI)
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packus_epi16(pairs, pairs));
#else
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), pairs);
#endif
#elif defined(FEATHERFACE_ARCH_SSE2)
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packs_epi32(lanes, lanes));
#elif defined(FEATHERFACE_DOTPROD)
    const int16x4_t pairs = vmovn_s32(lanes);
    const int8x8_t bytes = vmovn_s16(vcombine_s16(pairs, pairs));
    __builtin_memcpy(to, &bytes, sizeof(std::int32_t));
#else
    lanes.store_unaligned(reinterpret_cast<std::int32_t*>(to));
#endif
}

FEATHERFACE_INLINE Word load_word(const std::byte* from) {
#if defined(FEATHERFACE_DOTPROD)
    std::uint32_t word;
    __builtin_memcpy(&word, from, sizeof word);
    return vcreate_s8(word);
#else
    std::int32_t word;
    __builtin_memcpy(&word, from, sizeof word);
    return word;
#endif
}

// Whole numbers, each as the nearest float.
FEATHERFACE_INLINE Vec to_floats(IntVec v) {
#if defined(FEATHERFACE_ARCH_AVX512)
    return _mm512_cvtepi32_ps(v);
#elif defined(FEATHERFACE_ARCH_AVX2)
    return _mm256_cvtepi32_ps(v);
#elif defined(FEATHERFACE_ARCH_SSE2)
    return _mm_cvtepi32_ps(v);
#elif defined(FEATHERFACE_ARCH_NEON64) || defined(FEATHERFACE_ARCH_NEON)
    return vcvtq_f32_s32(v);
#else
    return Vec(__builtin_convertvector(v.lanes, portable::Floats));
#endif
}

}  // namespace
}  // namespace featherface::kernels
