// Four floats in the compiler's own vectors, for processors that no other table is written for: the part of
// xsimd's interface that the kernels use, by the same names. What the processor has for it, instructions of
// SIMD or one operation per lane, is up to the compiler (g++ and clang have these vectors for all targets).
// Only simd.hpp includes it.
#pragma once

#include <cstdint>
#include <cstring>

namespace featherface::kernels {
namespace {
namespace portable {

using Floats = float __attribute__((vector_size(16)));
using Ints = std::int32_t __attribute__((vector_size(16)));  // of a comparison: -1 where it holds, else 0

// The same bits.
FEATHERFACE_INLINE Ints as_ints(Floats v) {
    return __builtin_bit_cast(Ints, v);
}
FEATHERFACE_INLINE Floats as_floats(Ints v) {
    return __builtin_bit_cast(Floats, v);
}

struct IntVec {
    IntVec() = default;
    IntVec(Ints of) : lanes(of) {}
    IntVec(std::int32_t all) : lanes{all, all, all, all} {}
    void store_aligned(std::int32_t* to) const { std::memcpy(to, &lanes, sizeof lanes); }
    void store_unaligned(std::int32_t* to) const { std::memcpy(to, &lanes, sizeof lanes); }
    Ints lanes;
};

FEATHERFACE_INLINE IntVec operator+(IntVec a, IntVec b) {
    return a.lanes + b.lanes;
}
FEATHERFACE_INLINE IntVec operator-(IntVec a, IntVec b) {
    return a.lanes - b.lanes;
}
FEATHERFACE_INLINE IntVec operator*(IntVec a, IntVec b) {
    return a.lanes * b.lanes;
}
FEATHERFACE_INLINE IntVec operator<<(IntVec a, int bits) {
    return a.lanes << bits;
}
FEATHERFACE_INLINE IntVec operator>>(IntVec a, int bits) {
    return a.lanes >> bits;
}

struct Mask {
    Ints lanes;
};
FEATHERFACE_INLINE Mask operator&(Mask a, Mask b) {
    return {a.lanes & b.lanes};
}
FEATHERFACE_INLINE Mask operator|(Mask a, Mask b) {
    return {a.lanes | b.lanes};
}

struct Vec {
    static constexpr int size = 4;
    Vec() = default;
    Vec(Floats of) : lanes(of) {}
    Vec(float all) : lanes{all, all, all, all} {}
    static Vec load_unaligned(const float* from) {
        Vec v;
        std::memcpy(&v.lanes, from, sizeof v.lanes);
        return v;
    }
    static Vec load_aligned(const float* from) { return load_unaligned(from); }
    void store_unaligned(float* to) const { std::memcpy(to, &lanes, sizeof lanes); }
    void store_aligned(float* to) const { store_unaligned(to); }
    Vec& operator+=(Vec other) {
        lanes += other.lanes;
        return *this;
    }
    Floats lanes;
};

FEATHERFACE_INLINE Vec operator+(Vec a, Vec b) {
    return a.lanes + b.lanes;
}
FEATHERFACE_INLINE Vec operator-(Vec a, Vec b) {
    return a.lanes - b.lanes;
}
FEATHERFACE_INLINE Vec operator-(Vec a) {
    return -a.lanes;
}
FEATHERFACE_INLINE Vec operator*(Vec a, Vec b) {
    return a.lanes * b.lanes;
}
FEATHERFACE_INLINE Vec operator/(Vec a, Vec b) {
    return a.lanes / b.lanes;
}
FEATHERFACE_INLINE Mask operator<(Vec a, Vec b) {
    return {a.lanes < b.lanes};
}
FEATHERFACE_INLINE Mask operator>(Vec a, Vec b) {
    return {a.lanes > b.lanes};
}
FEATHERFACE_INLINE Mask operator<=(Vec a, Vec b) {
    return {a.lanes <= b.lanes};
}
FEATHERFACE_INLINE Mask operator>=(Vec a, Vec b) {
    return {a.lanes >= b.lanes};
}
FEATHERFACE_INLINE Mask isnan(Vec v) {
    return {v.lanes != v.lanes};
}

FEATHERFACE_INLINE Vec select(Mask where, Vec yes, Vec no) {
    return as_floats((where.lanes & as_ints(yes.lanes)) | (~where.lanes & as_ints(no.lanes)));
}

// Each lane is rounded towards zero; lanes beyond the range of 32 bits are anything.
FEATHERFACE_INLINE IntVec to_int(Vec v) {
    return __builtin_convertvector(v.lanes, Ints);
}
// From 2^23 on every float is whole; a NaN stays one.
FEATHERFACE_INLINE Vec floor(Vec v) {
    const Vec whole = __builtin_convertvector(to_int(v).lanes, Floats);
    const Vec below = select(whole > v, whole - Vec(1.0f), whole);
    return select((v > Vec(-0x1p23f)) & (v < Vec(0x1p23f)), below, v);
}

FEATHERFACE_INLINE IntVec bits_of(Vec v) {
    return as_ints(v.lanes);
}
FEATHERFACE_INLINE Vec float_of_bits(IntVec v) {
    return as_floats(v.lanes);
}

}  // namespace portable
}  // namespace
}  // namespace featherface::kernels
