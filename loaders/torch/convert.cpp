// Conversion of elements, and copies of strided checkpoint tensors into row-major float32.
#include "loaders/torch/convert.hpp"

#include <Eigen/Core>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/torch/checkpoint_tensor.hpp"

namespace featherface::loaders {
namespace {

using Bytes = std::span<const std::byte>;

// Without a branch, so that compilers make it several numbers at once.
float f16_value(std::uint16_t half) {
    constexpr std::uint32_t kBias = (127 - 15) << 23, kExponent = 0x1f << 23,
                            kSmallestNormal = (127 - 14) << 23;
    const std::uint32_t shifted = (half & 0x7fffu) << 13, exponent = shifted & kExponent;
    const std::uint32_t not_finite = -std::uint32_t{exponent == kExponent},
                        subnormal = -std::uint32_t{exponent == 0};
    const std::uint32_t number = shifted + kBias + (not_finite & kBias);
    const auto small = std::bit_cast<std::uint32_t>(std::bit_cast<float>(shifted + kSmallestNormal) -
                                                    std::bit_cast<float>(kSmallestNormal));
    const std::uint32_t magnitude = (number & ~subnormal) | (small & subnormal);
    return std::bit_cast<float>(magnitude | (half & 0x8000u) << 16);
}

// Calls `action` with a function that loads element i of `bytes` as float.
template <class Action>
void with_loader(DType dtype, Bytes bytes, Action action) {
    switch (dtype) {
        case DType::f16:
            action([bytes](std::size_t i) { return f16_value(load_le<std::uint16_t>(bytes, 2 * i)); });
            break;
        case DType::bf16:
            action([bytes](std::size_t i) {
                return std::bit_cast<float>(std::uint32_t{load_le<std::uint16_t>(bytes, 2 * i)} << 16);
            });
            break;
        case DType::f64:
            action([bytes](std::size_t i) { return static_cast<float>(load_le<double>(bytes, 8 * i)); });
            break;
        default: action([bytes](std::size_t i) { return load_le<float>(bytes, 4 * i); }); break;
    }
}

// Visits the elements of a strided tensor in row-major order.
template <class Load>
void gather(const CheckpointTensor& tensor, std::span<float> out, Load load) {
    const std::size_t rank = tensor.shape.size();
    std::vector<std::int64_t> index(rank, 0);
    std::int64_t element = 0;
    for (float& value : out) {
        value = load(static_cast<std::size_t>(element));
        for (std::size_t d = rank; d-- > 0;) {
            element += tensor.strides[d];
            if (++index[d] < tensor.shape[d]) break;
            element -= tensor.strides[d] * tensor.shape[d];
            index[d] = 0;
        }
    }
}

}  // namespace

void convert_to_f32(DType dtype, Bytes bytes, std::span<float> out) {
    with_loader(dtype, bytes, [out](auto load) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = load(i);
    });
}

std::int64_t CheckpointTensor::element_count() const {
    std::int64_t count = 1;
    for (const std::int64_t size : shape) count *= size;
    return count;
}

bool CheckpointTensor::is_contiguous() const {
    std::int64_t expected = 1;
    for (std::size_t d = shape.size(); d-- > 0;) {
        if (shape[d] == 0) return true;
        if (shape[d] != 1 && strides[d] != expected) return false;
        expected *= shape[d];
    }
    return true;
}

std::uint16_t f16_bits(float value) {
    return Eigen::numext::bit_cast<std::uint16_t>(Eigen::half(value));
}

Status copy_as_f32(const CheckpointTensor& tensor, std::span<float> out) {
    const std::string name = "tensor " + loaders::quoted(tensor.name);
    if (!tensor.layout.empty() || !is_float(tensor.dtype)) {
        return error(StatusCode::unsupported, name + " cannot be read as numbers of a network",
                     {.expected = "a dense tensor of float32, float64, float16 or bfloat16",
                      .found = (tensor.layout.empty() ? "" : tensor.layout + " ") + tensor.dtype_name,
                      .hint = "convert it with .to_dense(), .dequantize() or .float() before saving"});
    }
    if (out.size() != static_cast<std::size_t>(tensor.element_count())) {
        return error(StatusCode::invalid_argument, name + " does not fit the place it is copied to",
                     {.expected = count_of(static_cast<std::uint64_t>(tensor.element_count()), "element"),
                      .found = std::to_string(out.size())});
    }
    if (tensor.is_contiguous()) {
        convert_to_f32(tensor.dtype, tensor.bytes, out);
    } else {
        with_loader(tensor.dtype, tensor.bytes, [&](auto load) { gather(tensor, out, load); });
    }
    return {};
}

}  // namespace featherface::loaders
