// Element types found in checkpoints and npz files.
#pragma once

#include <cstddef>

namespace featherface::loaders {

enum class DType {
    f16,
    bf16,
    f32,
    f64,
    u8,
    i8,
    i16,
    i32,
    i64,
    u16,
    u32,
    u64,
    boolean,
    complex64,
    complex128,
    other
};

// Bytes of one element; 0 for `other`.
constexpr std::size_t size_of(DType dtype) {
    switch (dtype) {
        case DType::u8:
        case DType::i8:
        case DType::boolean: return 1;
        case DType::f16:
        case DType::bf16:
        case DType::i16:
        case DType::u16: return 2;
        case DType::f32:
        case DType::i32:
        case DType::u32: return 4;
        case DType::f64:
        case DType::i64:
        case DType::u64:
        case DType::complex64: return 8;
        case DType::complex128: return 16;
        case DType::other: return 0;
    }
    return 0;
}

// The name PyTorch prints, without "torch." ("float32", "bfloat16", ...).
constexpr const char* name_of(DType dtype) {
    switch (dtype) {
        case DType::f16: return "float16";
        case DType::bf16: return "bfloat16";
        case DType::f32: return "float32";
        case DType::f64: return "float64";
        case DType::u8: return "uint8";
        case DType::i8: return "int8";
        case DType::i16: return "int16";
        case DType::i32: return "int32";
        case DType::i64: return "int64";
        case DType::u16: return "uint16";
        case DType::u32: return "uint32";
        case DType::u64: return "uint64";
        case DType::boolean: return "bool";
        case DType::complex64: return "complex64";
        case DType::complex128: return "complex128";
        case DType::other: return "other";
    }
    return "other";
}

// True for the types a network's weights may have; they are converted to float32.
constexpr bool is_float(DType dtype) {
    return dtype == DType::f16 || dtype == DType::bf16 || dtype == DType::f32 || dtype == DType::f64;
}

}  // namespace featherface::loaders
