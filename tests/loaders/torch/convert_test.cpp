// Conversion to float32: every float16 and bfloat16 value by the definition of the formats, and float64
// rounded.
#include "loaders/torch/convert.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "loaders/torch/checkpoint.hpp"
#include "support/bytes.hpp"
#include "support/status_checks.hpp"
#include "support/torch_writer.hpp"

using namespace featherface;
using namespace featherface::test;
using loaders::CheckpointTensor;
using loaders::DType;

namespace {

// sign, exponent and mantissa by the formula of IEEE 754.
double by_formula(std::uint32_t bits, int exponent_bits, int mantissa_bits) {
    const int bias = (1 << (exponent_bits - 1)) - 1, largest = (1 << exponent_bits) - 1;
    const int exponent = static_cast<int>(bits >> mantissa_bits) & largest;
    const double fraction =
        std::ldexp(static_cast<double>(bits & ((1u << mantissa_bits) - 1)), -mantissa_bits);
    const double sign = ((bits >> (exponent_bits + mantissa_bits)) & 1) != 0 ? -1 : 1;
    if (exponent == largest)
        return fraction != 0 ? std::nan("") : sign * std::numeric_limits<double>::infinity();
    if (exponent == 0) return sign * std::ldexp(fraction, 1 - bias);
    return sign * std::ldexp(1 + fraction, exponent - bias);
}

void check_all(DType dtype, int exponent_bits, int mantissa_bits) {
    std::vector<std::uint16_t> all(65536);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint16_t>(i);
    std::vector<float> values(all.size());
    loaders::convert_to_f32(dtype, std::as_bytes(std::span(all)), values);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const double expected = by_formula(static_cast<std::uint32_t>(i), exponent_bits, mantissa_bits);
        const bool same =
            std::isnan(expected) ? std::isnan(values[i]) : values[i] == static_cast<float>(expected);
        wrong += same && std::signbit(values[i]) == std::signbit(expected) ? 0 : !std::isnan(expected);
        wrong += std::isnan(expected) != std::isnan(values[i]);
    }
    CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("convert: all 65,536 float16 values") {
    check_all(DType::f16, 5, 10);
}

TEST_CASE("convert: all 65,536 bfloat16 values") {
    check_all(DType::bf16, 8, 7);
}

TEST_CASE("convert: float64 is rounded to nearest, and overflows to infinity") {
    const double in[] = {0.1, -1e300, 1e-50, 16777217.0, std::nan("")};
    float out[5];
    loaders::convert_to_f32(DType::f64, std::as_bytes(std::span(in)), out);
    CHECK(out[0] == 0.1f);
    CHECK(out[1] == -std::numeric_limits<float>::infinity());
    CHECK(out[2] == 0.0f);
    CHECK(out[3] == 16777216.0f);
    CHECK(std::isnan(out[4]));
}

TEST_CASE("convert: unaligned bytes are read") {
    const ByteString bytes = ByteString("x") + bytes_of(1.5f) + bytes_of(-2.5f);
    float out[2];
    loaders::convert_to_f32(DType::f32, span_of(bytes).subspan(1), out);
    CHECK(out[0] == 1.5f);
    CHECK(out[1] == -2.5f);
}

TEST_CASE("convert: a strided tensor of every float type is gathered in row-major order") {
    for (const DType dtype : {DType::f16, DType::bf16, DType::f32, DType::f64}) {
        const float counting[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        const ByteString bytes = make_tensor("t", {12}, counting, dtype).bytes;
        REQUIRE(bytes.size() == 12 * loaders::size_of(dtype));
        // Shape 2 x 3 x 2 over strides 2, 4, 1: a transposed view.
        const CheckpointTensor tensor{.name = "t",
                                      .dtype = dtype,
                                      .dtype_name = "x",
                                      .shape = {2, 3, 2},
                                      .strides = {2, 4, 1},
                                      .bytes = span_of(bytes),
                                      .layout = ""};
        std::vector<float> out(12);
        REQUIRE(loaders::copy_as_f32(tensor, out).ok());
        CHECK(out == std::vector<float>{1, 2, 5, 6, 9, 10, 3, 4, 7, 8, 11, 12});
        std::vector<float> small(11);
        check_refused(loaders::copy_as_f32(tensor, small), StatusCode::invalid_argument,
                      {"tensor 't'", "expected 12 elements", "found 11"});
    }
}
