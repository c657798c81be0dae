#include "loaders/torch/numpy_arrays.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/torch/entries.hpp"
#include "loaders/torch/torch_objects.hpp"

namespace featherface::loaders {
namespace {

// numpy.core was renamed numpy._core in NumPy 2.
bool is_call_of_core(PickleValue value, std::string_view function) {
    if (!value.is(PickleKind::call) || !value.callable().is(PickleKind::global)) return false;
    const std::string_view name = value.callable().text();
    return name.ends_with(function) && (name.substr(0, name.size() - function.size()) == "numpy.core." ||
                                        name.substr(0, name.size() - function.size()) == "numpy._core.");
}

struct Parts {
    PickleValue shape, type, data;
    bool is_fortran = false;
};

// An empty array that BUILD gives (version, shape, dtype, Fortran order, data), or, out of a buffer of
// protocol 5, _frombuffer(data, dtype, shape, order).
std::optional<Parts> parts_of(PickleValue array) {
    if (is_call_of_core(array, "numeric._frombuffer")) {
        const PickleValue arguments = array.arguments();
        if (arguments.size() != 4 || !arguments.item(3).is(PickleKind::string)) return std::nullopt;
        return Parts{arguments.item(2), arguments.item(1), arguments.item(0),
                     arguments.item(3).text() == "F"};
    }
    if (!array.has_state()) return std::nullopt;
    const PickleValue state = array.state();
    if (!state.is(PickleKind::tuple) || state.size() != 5 || !state.item(3).is(PickleKind::boolean))
        return std::nullopt;
    return Parts{state.item(1), state.item(2), state.item(4), state.item(3).boolean()};
}

struct Type {
    std::string name;  // "f4"; quoted when it is none of ours
    DType dtype = DType::other;
};

constexpr std::pair<std::string_view, DType> kTypes[] = {
    {"f2", DType::f16},       {"f4", DType::f32},        {"f8", DType::f64}, {"i1", DType::i8},
    {"i2", DType::i16},       {"i4", DType::i32},        {"i8", DType::i64}, {"u1", DType::u8},
    {"u2", DType::u16},       {"u4", DType::u32},        {"u8", DType::u64}, {"b1", DType::boolean},
    {"c8", DType::complex64}, {"c16", DType::complex128}};

// numpy.dtype('f4', ...), which BUILD gives (version, '<' or '>' or '|', ...).
std::optional<Type> type_of(PickleValue value) {
    if (!is_call_of(value, "numpy.dtype") || value.arguments().size() < 1 ||
        !value.arguments().item(0).is(PickleKind::string)) {
        return std::nullopt;
    }
    std::string_view letters = value.arguments().item(0).text();
    bool is_big_endian = letters.starts_with('>');
    if (letters.starts_with('<') || letters.starts_with('>') || letters.starts_with('|'))
        letters.remove_prefix(1);
    if (value.has_state() && value.state().is(PickleKind::tuple) && value.state().size() > 1) {
        const PickleValue order = value.state().item(1);
        is_big_endian |= order.is(PickleKind::string) && order.text() == ">";
    }
    for (const auto& [name, dtype] : kTypes) {
        if (name == letters && !is_big_endian) return Type{std::string(name), dtype};
    }
    return Type{(is_big_endian ? "big-endian " : "") + quoted(letters), DType::other};
}

// Text of code points up to 255, which is how Python writes bytes below protocol 3.
std::optional<std::span<const std::byte>> decode_latin1(std::string_view text, DecodedBytes& decoded) {
    const auto known = decoded.by_text.find(text.data());
    if (known != decoded.by_text.end()) return known->second;
    std::vector<std::byte> bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto point = static_cast<unsigned char>(text[i]);
        if (point >= 0xc4) return std::nullopt;
        if (point >= 0xc2 && i + 1 < text.size())
            point =
                static_cast<unsigned char>((point & 3) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3f));
        bytes.push_back(std::byte{point});
    }
    const std::span<const std::byte> kept = decoded.buffers.emplace_back(std::move(bytes));
    decoded.by_text.emplace(text.data(), kept);
    return kept;
}

std::optional<std::span<const std::byte>> bytes_of(PickleValue data, DecodedBytes& decoded) {
    if (data.is(PickleKind::bytes) || data.is(PickleKind::string))
        return std::as_bytes(std::span(data.text()));
    const bool is_encoded = is_call_of(data, "_codecs.encode") && data.arguments().size() == 2 &&
                            data.arguments().item(0).is(PickleKind::string) &&
                            data.arguments().item(1).is(PickleKind::string) &&
                            data.arguments().item(1).text() == "latin1";
    if (is_encoded) return decode_latin1(data.arguments().item(0).text(), decoded);
    // bytearray(...) of one of these, and bytes() of nothing.
    const bool is_bytes = is_call_of(data, "__builtin__.bytes") || is_call_of(data, "builtins.bytes") ||
                          is_call_of(data, "__builtin__.bytearray") || is_call_of(data, "builtins.bytearray");
    if (!is_bytes) return std::nullopt;
    if (data.arguments().size() == 0) return std::span<const std::byte>();
    const PickleValue inner = data.arguments().item(0);
    if (inner.is(PickleKind::bytes)) return std::as_bytes(std::span(inner.text()));
    if (!is_call_of(inner, "_codecs.encode")) return std::nullopt;
    return bytes_of(inner, decoded);  // once: what is encoded is no call of these
}

void set_strides(CheckpointTensor& tensor, bool is_fortran) {
    const std::size_t rank = tensor.shape.size();
    tensor.strides.resize(rank);
    std::int64_t stride = 1;
    for (std::size_t i = 0; i < rank; ++i) {
        const std::size_t d = is_fortran ? i : rank - 1 - i;
        tensor.strides[d] = stride;
        stride *= std::max<std::int64_t>(tensor.shape[d], 1);
    }
}

}  // namespace

bool is_numpy_array(PickleValue value) {
    return is_call_of_core(value, "multiarray._reconstruct") || is_call_of_core(value, "numeric._frombuffer");
}

bool is_numpy_scalar(PickleValue value) {
    return is_call_of_core(value, "multiarray.scalar");
}

bool may_be_weight_array(PickleValue array) {
    const std::optional<Parts> parts = parts_of(array);
    if (!parts) return false;
    const std::optional<Type> type = type_of(parts->type);
    return type && is_float(type->dtype) && parts->shape.size() > 0;
}

Result<CheckpointTensor> read_numpy_array(PickleValue value, std::string_view name, DecodedBytes& decoded) {
    const auto fail = [&](std::string_view what, PickleValue where, ErrorDetail detail = {}) {
        detail.offset = where.offset();
        return malformed("array " + quoted(name) + ": " + std::string(what), detail);
    };
    const std::optional<Parts> parts = parts_of(value);
    if (!parts) return fail("it is not made as NumPy makes arrays", value);
    const std::optional<Type> type = type_of(parts->type);
    if (!type) return fail("its type is none", parts->type, {.expected = "a numpy.dtype"});
    CheckpointTensor tensor;
    tensor.name = name;
    tensor.dtype = type->dtype;
    tensor.dtype_name = type->dtype == DType::other ? type->name : name_of(type->dtype);
    Result<std::vector<std::int64_t>> shape = read_shape(parts->shape);
    if (!shape.ok()) {
        return Status(shape.status().code(), "array " + quoted(name) + ": " + shape.status().message());
    }
    tensor.shape = std::move(shape).value();
    set_strides(tensor, parts->is_fortran);
    if (type->dtype == DType::other) {
        tensor.layout = "numpy";
        return tensor;
    }
    const std::optional<std::span<const std::byte>> bytes = bytes_of(parts->data, decoded);
    if (!bytes) return fail("its data is none", parts->data, {.expected = "bytes"});
    const auto needed = static_cast<std::uint64_t>(tensor.element_count()) * size_of(tensor.dtype);
    if (bytes->size() != needed) {
        return fail("its data has another length", parts->data,
                    {.expected = count_of(needed, "byte"), .found = std::to_string(bytes->size())});
    }
    tensor.bytes = *bytes;
    return tensor;
}

}  // namespace featherface::loaders
