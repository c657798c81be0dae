// Registers whose lanes are pixels, out of and into memory in which a pixel's values lie beside one another:
// for AVX2 and AVX-512.
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

struct PairNumbers {
    alignas(64) std::int64_t at[8];
};
// Which pairs of floats, those from 8 on the second register's, lie beside one another when `count` of one
// register and as many of the other take turns, from the pair `first` of each on.
constexpr PairNumbers taking_turns(int count, int first) {
    PairNumbers pairs{};
    for (int i = 0; i < 8; ++i) pairs.at[i] = first + i / (2 * count) * count + i % count + i / count % 2 * 8;
    return pairs;
}
constexpr PairNumbers kSingly[2] = {taking_turns(1, 0), taking_turns(1, 4)};
constexpr PairNumbers kByTwos[2] = {taking_turns(2, 0), taking_turns(2, 4)};

FEATHERFACE_INLINE void store_eights(float* p, const Vec (&values)[kEight]) {
    const auto turns = [](const PairNumbers& pairs, __m512d a, __m512d b) FEATHERFACE_LAMBDA {
        return _mm512_permutex2var_pd(a, _mm512_load_si512(pairs.at), b);
    };
    // Of the pixels that unpacking brings into a register, 0, 1, 4, 5, 8, 9, 12 and 13, or the ones between:
    // fours[upper][half], the values 4 * half to 4 * half + 3 of the first or the last four of them.
    unroll<2>([&](auto between) FEATHERFACE_LAMBDA {
        __m512d fours[2][2];
        unroll<2>([&](auto half) FEATHERFACE_LAMBDA {
            const auto pairs = [&](const Vec* two) FEATHERFACE_LAMBDA {
                return _mm512_castps_pd(between.value ? _mm512_unpackhi_ps(two[0], two[1])
                                                      : _mm512_unpacklo_ps(two[0], two[1]));
            };
            const __m512d front = pairs(values + 4 * half.value), back = pairs(values + 4 * half.value + 2);
            unroll<2>([&](auto upper) FEATHERFACE_LAMBDA {
                fours[upper.value][half.value] = turns(kSingly[upper.value], front, back);
            });
        });
        unroll<2>([&](auto upper) FEATHERFACE_LAMBDA {
            unroll<2>([&](auto two) FEATHERFACE_LAMBDA {
                const __m512d pixels =
                    turns(kByTwos[two.value], fours[upper.value][0], fours[upper.value][1]);
                _mm512_storeu_ps(p + kEight * (8 * upper.value + 4 * two.value + 2 * between.value),
                                 _mm512_castpd_ps(pixels));
            });
        });
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

#endif

}  // namespace
}  // namespace featherface::kernels
