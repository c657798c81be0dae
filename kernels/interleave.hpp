// Registers whose lanes are pixels, out of and into memory in which a pixel's values lie beside one another.
//
//   load_sixes(p, values)    values[n], lane i = p[6 * i + n]
//   store_eights(p, values)  p[8 * i + n] = values[n], lane i
#pragma once

#include "kernels/simd.hpp"

namespace featherface::kernels {
namespace {

constexpr int kSix = 6, kEight = 8;

#if defined(FEATHERFACE_ARCH_AVX512)

// Of 16 floats from `first` on, which are those numbered 2 * pair or 2 * pair + 1 in their group of six.
constexpr __mmask16 lanes_of_pair(int first, int pair) {
    unsigned mask = 0;
    for (int lane = 0; lane < 16; ++lane) mask |= ((first + lane) % kSix / 2 == pair ? 1u : 0u) << lane;
    return static_cast<__mmask16>(mask);
}

struct LaneNumbers {
    alignas(64) std::int32_t at[16];
};
// Where 16 groups of six have the value of that number when three registers are blended into one, and the
// next three into another: the lanes from 16 on are the second's.
constexpr LaneNumbers lanes_of_value(int number) {
    LaneNumbers lanes{};
    for (int i = 0; i < 16; ++i) lanes.at[i] = (kSix * (i % 8) + number) % 16 + i / 8 * 16;
    return lanes;
}
constexpr LaneNumbers kLanesOfValue[kSix] = {lanes_of_value(0), lanes_of_value(1), lanes_of_value(2),
                                             lanes_of_value(3), lanes_of_value(4), lanes_of_value(5)};

// In three registers, eight groups of six, the two values of a pair lie in 16 different lanes, so that they
// are brought into one register by blending.
FEATHERFACE_INLINE void load_sixes(const float* p, Vec (&values)[kSix]) {
    Vec in[kSix];
    unroll<kSix>([&](auto i) FEATHERFACE_LAMBDA { in[i.value] = load(p + i.value * kLanes); });
    unroll<kSix / 2>([&](auto pair) FEATHERFACE_LAMBDA {
        const auto blend = [&](const Vec* three) FEATHERFACE_LAMBDA {
            __m512 blended = three[0];
            blended = _mm512_mask_mov_ps(blended, lanes_of_pair(16, pair.value), three[1]);
            return _mm512_mask_mov_ps(blended, lanes_of_pair(32, pair.value), three[2]);
        };
        const __m512 first = blend(in), second = blend(in + 3);
        unroll<2>([&](auto i) FEATHERFACE_LAMBDA {
            constexpr int kNumber = 2 * pair.value + i.value;
            values[kNumber] =
                _mm512_permutex2var_ps(first, _mm512_load_si512(kLanesOfValue[kNumber].at), second);
        });
    });
}

FEATHERFACE_INLINE void store_eights(float* p, const Vec (&values)[kEight]) {
    // quarters[j][half]: in its 128-bit quarter q the values 4 * half to 4 * half + 3 of pixel 4 * q + j.
    __m512 quarters[4][2];
    unroll<2>([&](auto half) FEATHERFACE_LAMBDA {
        const Vec* const v = values + 4 * half.value;
        const auto pairs = [](__m512 a, __m512 b)
                               FEATHERFACE_LAMBDA { return _mm512_castps_pd(_mm512_unpacklo_ps(a, b)); };
        const auto high_pairs = [](__m512 a, __m512 b)
                                    FEATHERFACE_LAMBDA { return _mm512_castps_pd(_mm512_unpackhi_ps(a, b)); };
        const __m512d low01 = pairs(v[0], v[1]), low23 = pairs(v[2], v[3]);
        const __m512d high01 = high_pairs(v[0], v[1]), high23 = high_pairs(v[2], v[3]);
        quarters[0][half.value] = _mm512_castpd_ps(_mm512_unpacklo_pd(low01, low23));
        quarters[1][half.value] = _mm512_castpd_ps(_mm512_unpackhi_pd(low01, low23));
        quarters[2][half.value] = _mm512_castpd_ps(_mm512_unpacklo_pd(high01, high23));
        quarters[3][half.value] = _mm512_castpd_ps(_mm512_unpackhi_pd(high01, high23));
    });
    // Pixels 4 * q + j and 4 * q + j + 1, a register, are quarter q of four of them.
    unroll<2>([&](auto two) FEATHERFACE_LAMBDA {
        constexpr int j = 2 * two.value;
        const auto put = [&](int q, __m512 pixels)
                             FEATHERFACE_LAMBDA { _mm512_storeu_ps(p + 8 * (4 * q + j), pixels); };
        const __m512 lower = _mm512_shuffle_f32x4(quarters[j][0], quarters[j][1], 0x44);
        const __m512 lower_next = _mm512_shuffle_f32x4(quarters[j + 1][0], quarters[j + 1][1], 0x44);
        const __m512 upper = _mm512_shuffle_f32x4(quarters[j][0], quarters[j][1], 0xEE);
        const __m512 upper_next = _mm512_shuffle_f32x4(quarters[j + 1][0], quarters[j + 1][1], 0xEE);
        put(0, _mm512_shuffle_f32x4(lower, lower_next, 0x88));
        put(1, _mm512_shuffle_f32x4(lower, lower_next, 0xDD));
        put(2, _mm512_shuffle_f32x4(upper, upper_next, 0x88));
        put(3, _mm512_shuffle_f32x4(upper, upper_next, 0xDD));
    });
}

#elif defined(FEATHERFACE_ARCH_AVX2)

FEATHERFACE_INLINE void load_sixes(const float* p, Vec (&values)[kSix]) {
    // halves[j]: quarter j of four groups, and of the next four.
    __m256 halves[kSix];
    unroll<kSix>([&](auto j) FEATHERFACE_LAMBDA {
        const float* const quarter = p + 4 * j.value;
        halves[j.value] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(quarter)),
                                               _mm_loadu_ps(quarter + 4 * kSix), 1);
    });
    // Each of `even` and `odd` holds the two values of a pair of two groups.
    const auto part = [&](auto number, __m256 even, __m256 odd) FEATHERFACE_LAMBDA {
        values[number.value] = _mm256_shuffle_ps(even, odd, 0x88);
        values[number.value + 1] = _mm256_shuffle_ps(even, odd, 0xDD);
    };
    part(Index<0>{}, _mm256_shuffle_ps(halves[0], halves[1], 0xE4),
         _mm256_shuffle_ps(halves[3], halves[4], 0xE4));
    part(Index<2>{}, _mm256_shuffle_ps(halves[0], halves[2], 0x4E),
         _mm256_shuffle_ps(halves[3], halves[5], 0x4E));
    part(Index<4>{}, _mm256_shuffle_ps(halves[1], halves[2], 0xE4),
         _mm256_shuffle_ps(halves[4], halves[5], 0xE4));
}

FEATHERFACE_INLINE void store_eights(float* p, const Vec (&values)[kEight]) {
    // quarters[half][j]: the values 4 * half to 4 * half + 3 of pixels j and 4 + j.
    __m256 quarters[2][4];
    unroll<2>([&](auto half) FEATHERFACE_LAMBDA {
        const Vec* const v = values + 4 * half.value;
        const __m256d low01 = _mm256_castps_pd(_mm256_unpacklo_ps(v[0], v[1]));
        const __m256d low23 = _mm256_castps_pd(_mm256_unpacklo_ps(v[2], v[3]));
        const __m256d high01 = _mm256_castps_pd(_mm256_unpackhi_ps(v[0], v[1]));
        const __m256d high23 = _mm256_castps_pd(_mm256_unpackhi_ps(v[2], v[3]));
        quarters[half.value][0] = _mm256_castpd_ps(_mm256_unpacklo_pd(low01, low23));
        quarters[half.value][1] = _mm256_castpd_ps(_mm256_unpackhi_pd(low01, low23));
        quarters[half.value][2] = _mm256_castpd_ps(_mm256_unpacklo_pd(high01, high23));
        quarters[half.value][3] = _mm256_castpd_ps(_mm256_unpackhi_pd(high01, high23));
    });
    unroll<4>([&](auto j) FEATHERFACE_LAMBDA {
        const __m256 lower = quarters[0][j.value], upper = quarters[1][j.value];
        _mm256_storeu_ps(p + kEight * j.value, _mm256_permute2f128_ps(lower, upper, 0x20));
        _mm256_storeu_ps(p + kEight * (4 + j.value), _mm256_permute2f128_ps(lower, upper, 0x31));
    });
}

#else

FEATHERFACE_INLINE void load_sixes(const float* p, Vec (&values)[kSix]) {
    for (int n = 0; n < kSix; ++n) {
        float lanes[kLanes];
        for (int i = 0; i < kLanes; ++i) lanes[i] = p[kSix * i + n];
        values[n] = load(lanes);
    }
}

FEATHERFACE_INLINE void store_eights(float* p, const Vec (&values)[kEight]) {
    for (int n = 0; n < kEight; ++n) {
        float lanes[kLanes];
        store(lanes, values[n]);
        for (int i = 0; i < kLanes; ++i) p[kEight * i + n] = lanes[i];
    }
}

#endif

}  // namespace
}  // namespace featherface::kernels
