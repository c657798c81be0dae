#include "loaders/torch/torch_objects.hpp"

#include <algorithm>
#include <optional>

#include "loaders/error.hpp"
#include "loaders/torch/numpy_arrays.hpp"

// g++ 11 takes what an empty optional does not hold for uninitialised.
#if defined(__GNUC__) && __GNUC__ == 11
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace featherface::loaders {
namespace {

constexpr std::size_t kMostDimensions = 8;
constexpr std::uint64_t kMostElements = std::uint64_t{1} << 48;  // bytes then fit 64 bits by far
constexpr int kMostWrappers = 8;                                 // parameters of parameters

struct StorageType {
    std::string_view name;  // in torch, torch.cuda or torch.storage
    DType dtype;
    std::string_view dtype_name;
    std::size_t element_size;
};
constexpr StorageType kStorageTypes[] = {
    {"FloatStorage", DType::f32, "float32", 4},
    {"DoubleStorage", DType::f64, "float64", 8},
    {"HalfStorage", DType::f16, "float16", 2},
    {"BFloat16Storage", DType::bf16, "bfloat16", 2},
    {"ByteStorage", DType::u8, "uint8", 1},
    {"CharStorage", DType::i8, "int8", 1},
    {"ShortStorage", DType::i16, "int16", 2},
    {"IntStorage", DType::i32, "int32", 4},
    {"LongStorage", DType::i64, "int64", 8},
    {"BoolStorage", DType::boolean, "bool", 1},
    {"ComplexFloatStorage", DType::complex64, "complex64", 8},
    {"ComplexDoubleStorage", DType::complex128, "complex128", 16},
    {"QInt8Storage", DType::other, "qint8", 1},
    {"QUInt8Storage", DType::other, "quint8", 1},
    {"QInt32Storage", DType::other, "qint32", 4},
    {"QUInt4x2Storage", DType::other, "quint4x2", 1},
    {"QUInt2x4Storage", DType::other, "quint2x4", 1},
    {"UntypedStorage", DType::u8, "uint8", 1},
};

enum class Makes { dense, dense_of_dtype, other_layout, parameter, subclass };

struct Function {
    std::string_view name;
    Makes makes;
    std::size_t arguments;         // at least
    std::string_view layout = {};  // for other_layout
};
constexpr Function kFunctions[] = {
    {"torch._utils._rebuild_tensor", Makes::dense, 4},
    {"torch._utils._rebuild_tensor_v2", Makes::dense, 6},
    {"torch._utils._rebuild_tensor_v3", Makes::dense_of_dtype, 7},
    {"torch._utils._rebuild_parameter", Makes::parameter, 3},
    {"torch._utils._rebuild_parameter_with_state", Makes::parameter, 4},
    {"torch._tensor._rebuild_from_type", Makes::subclass, 4},
    {"torch._tensor._rebuild_from_type_v2", Makes::subclass, 4},
    {"torch._utils._rebuild_qtensor", Makes::other_layout, 7, "quantized"},
    {"torch._utils._rebuild_sparse_tensor", Makes::other_layout, 2, "sparse"},
    {"torch._utils._rebuild_sparse_csr_tensor", Makes::other_layout, 2, "sparse"},
    {"torch._utils._rebuild_nested_tensor", Makes::other_layout, 2, "nested"},
    {"torch._utils._rebuild_meta_tensor_no_storage", Makes::other_layout, 4, "meta"},
    {"torch._utils._rebuild_device_tensor_from_numpy", Makes::other_layout, 4, "numpy"},
};

const Function* find_function(std::string_view name) {
    const Function* found = std::ranges::find(kFunctions, name, &Function::name);
    return found == std::end(kFunctions) ? nullptr : found;
}

// The detail of an error about a value.
ErrorDetail at(PickleValue where, std::string expected = {}, std::string found = {}, std::string hint = {}) {
    return {.offset = where.offset(),
            .expected = std::move(expected),
            .found = std::move(found),
            .hint = std::move(hint)};
}

std::string kind_and_name(PickleValue value) {
    std::string text(describe(value.kind()));
    if (value.is(PickleKind::global)) text.append(" ").append(quoted(value.text()));
    return text;
}

// A function of the allow-list and what it is given.
struct Call {
    const Function* function;
    PickleValue arguments;
};

Result<Call> make_call(std::string_view function, PickleValue arguments) {
    const Function* known = find_function(function);
    if (known == nullptr || !arguments.is(PickleKind::tuple)) {
        return malformed("a tensor is made in a way that is not known",
                         at(arguments, "a function of torch._utils", quoted(function)));
    }
    if (arguments.size() < known->arguments) {
        return malformed(std::string(known->name) + " lacks arguments",
                         at(arguments, std::to_string(known->arguments), std::to_string(arguments.size())));
    }
    return Call{known, arguments};
}

// The call that makes the tensor itself, inside parameters and subclasses.
Result<Call> unwrap(PickleValue value) {
    std::optional<Call> subclass;
    for (int depth = 0; depth < kMostWrappers; ++depth) {
        if (!subclass && !is_tensor(value)) {
            return malformed("a parameter holds no tensor", at(value, "a tensor", kind_and_name(value)));
        }
        if (!subclass && value.has_state()) {
            return malformed("BUILD on a tensor",
                             at(value, {}, {}, "save model.state_dict() and nothing else"));
        }
        const Result<Call> call =
            subclass ? Result<Call>(*subclass) : make_call(value.callable().text(), value.arguments());
        if (!call.ok()) return call.status();
        const PickleValue arguments = call.value().arguments;
        subclass.reset();
        switch (call.value().function->makes) {
            case Makes::parameter: value = arguments.item(0); break;
            case Makes::subclass: {  // (function, type, its arguments, state)
                const PickleValue function = arguments.item(0);
                if (!function.is(PickleKind::global)) {
                    return malformed("a tensor subclass without its function",
                                     at(function, "a function", kind_and_name(function)));
                }
                const Result<Call> inner = make_call(function.text(), arguments.item(2));
                if (!inner.ok()) return inner.status();
                subclass = inner.value();
                break;
            }
            default: return call;
        }
    }
    return malformed("a tensor wrapped too often",
                     at(value, "at most " + std::to_string(kMostWrappers) + " times"));
}

// Sizes or strides: a tuple of integers, or torch.Size of one.
Result<std::vector<std::int64_t>> read_integers(PickleValue value, const char* what) {
    if (value.is(PickleKind::call) && value.callable().is(PickleKind::global) &&
        value.callable().text() == "torch.Size" && value.arguments().size() == 1) {
        value = value.arguments().item(0);
    }
    if (!value.is(PickleKind::tuple) && !value.is(PickleKind::list)) {
        return malformed(std::string("its ") + what + " is no tuple",
                         at(value, "a tuple of integers", kind_and_name(value)));
    }
    if (value.size() > kMostDimensions) {
        return error(StatusCode::limit_exceeded, "it has too many dimensions",
                     {.offset = value.offset(),
                      .expected = "at most " + std::to_string(kMostDimensions),
                      .found = std::to_string(value.size())});
    }
    std::vector<std::int64_t> integers;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const PickleValue item = value.item(i);
        if (!item.is(PickleKind::integer)) {
            return malformed(std::string("its ") + what + " holds something else",
                             at(item, "an integer", kind_and_name(item)));
        }
        if (item.integer() < 0) {
            return malformed(std::string("its ") + what + " holds a negative number",
                             at(item, "0 or more", std::to_string(item.integer())));
        }
        integers.push_back(item.integer());
    }
    return integers;
}

// Every element the shape reaches must lie in the storage, and no two dimensions may share all their
// elements.
Status check_place(const CheckpointTensor& tensor, std::uint64_t offset, std::uint64_t available,
                   PickleValue where) {
    const auto elements = static_cast<std::uint64_t>(tensor.element_count());
    const bool empty = elements == 0;
    std::uint64_t last = 0;
    for (std::size_t d = 0; d < tensor.shape.size() && !empty; ++d) {
        const auto size = static_cast<std::uint64_t>(tensor.shape[d]),
                   stride = static_cast<std::uint64_t>(tensor.strides[d]);
        if (stride > 0 && size - 1 > (kMostElements - last) / stride) {
            return error(StatusCode::limit_exceeded, "its strides reach too far",
                         {.offset = where.offset(), .expected = "at most 2^48 elements"});
        }
        if (stride == 0 && size > 1) {
            return malformed("it has a stride of 0 where its size is " + std::to_string(size),
                             at(where, "1 or more", "0", "it is an expanded view: save its .contiguous()"));
        }
        last += (size - 1) * stride;
    }
    if (elements > available) {
        return malformed("it has more elements than its storage",
                         at(where, "at most " + std::to_string(available), std::to_string(elements)));
    }
    const std::uint64_t reach = empty ? 0 : last + 1;
    if (offset > available || reach > available - offset) {
        return malformed("it reaches past its storage",
                         at(where, count_of(available, "element"),
                            std::to_string(reach) + " from element " + std::to_string(offset)));
    }
    return {};
}

// The data of a storage: as many bytes as its type and count say.
Result<std::span<const std::byte>> find_data(const TorchStorage& storage, const TorchFile& file,
                                             PickleValue where) {
    const auto found = file.storages.find(std::string(storage.key));
    if (found == file.storages.end()) {
        return malformed("its storage is missing", at(where, "a storage " + quoted(storage.key), "none",
                                                      "the file is incomplete: download or copy it again"));
    }
    if (found->second.size() != storage.bytes()) {
        return malformed("its storage " + quoted(storage.key) + " has another length",
                         at(where, count_of(storage.bytes(), "byte"), std::to_string(found->second.size()),
                            "the file is damaged: download or copy it again"));
    }
    return found->second;
}

// A dtype of torch named by itself, "torch.float32", as _rebuild_tensor_v3 is given it.
Status set_dtype(CheckpointTensor& tensor, PickleValue dtype) {
    if (!dtype.is(PickleKind::global) || !dtype.text().starts_with("torch.")) {
        return malformed("its dtype is none", at(dtype, "a dtype of torch", kind_and_name(dtype)));
    }
    tensor.dtype_name = dtype.text().substr(std::string_view("torch.").size());
    tensor.dtype = DType::other;
    for (int i = 0; i < static_cast<int>(DType::other); ++i) {
        if (tensor.dtype_name == name_of(static_cast<DType>(i))) tensor.dtype = static_cast<DType>(i);
    }
    return {};
}

Result<CheckpointTensor> read_dense(const Call& call, CheckpointTensor tensor, const TorchFile& file) {
    const PickleValue arguments = call.arguments, place = arguments.item(1);
    const Result<TorchStorage> storage = read_storage(arguments.item(0));
    if (!storage.ok()) return storage.status();
    tensor.dtype = storage.value().dtype;
    tensor.dtype_name = storage.value().dtype_name;
    std::uint64_t available = storage.value().elements;
    std::size_t element_size = storage.value().element_size;
    if (call.function->makes == Makes::dense_of_dtype) {
        if (Status status = set_dtype(tensor, arguments.item(6)); !status.ok()) return status;
        if (tensor.dtype == DType::other) tensor.layout = "unknown";
        element_size = std::max<std::size_t>(size_of(tensor.dtype), 1);
        available = storage.value().bytes() / element_size;
    }
    Result<std::vector<std::int64_t>> shape = read_shape(arguments.item(2));
    if (!shape.ok()) return shape.status();
    Result<std::vector<std::int64_t>> strides = read_integers(arguments.item(3), "list of strides");
    if (!strides.ok()) return strides.status();
    tensor.shape = std::move(shape).value();
    tensor.strides = std::move(strides).value();
    if (tensor.shape.size() != tensor.strides.size()) {
        return malformed("it has another number of strides than of sizes",
                         at(arguments.item(3), std::to_string(tensor.shape.size()),
                            std::to_string(tensor.strides.size())));
    }
    if (!place.is(PickleKind::integer) || place.integer() < 0) {
        return malformed(
            "its offset in the storage is none",
            at(place, "0 or more",
               place.is(PickleKind::integer) ? std::to_string(place.integer()) : kind_and_name(place)));
    }
    // Lazily conjugated or negated tensors say so in one more argument, a dict; their bytes are not their
    // values.
    const std::size_t metadata = call.function->makes == Makes::dense_of_dtype ? 7 : 6;
    if (arguments.size() > metadata && arguments.item(metadata).size() > 0)
        tensor.layout = "conjugate or negative";

    const auto offset = static_cast<std::uint64_t>(place.integer());
    if (Status status = check_place(tensor, offset, available, arguments); !status.ok()) return status;
    const Result<std::span<const std::byte>> data = find_data(storage.value(), file, arguments.item(0));
    if (!data.ok()) return data.status();
    tensor.bytes = data.value().subspan(offset * element_size);
    return tensor;
}

// The first storage among a call's arguments, and theirs where they are tensors: enough to name a dtype.
std::optional<PickleValue> first_storage(PickleValue arguments) {
    for (int depth = 0; depth < kMostWrappers && arguments.size() > 0; ++depth) {
        PickleValue next = arguments.item(0);
        if (next.is(PickleKind::persistent)) return next;
        if (!is_tensor(next)) return std::nullopt;
        arguments = next.arguments();
    }
    return std::nullopt;
}

// Layouts that are named and not read: their shape and dtype where they are easily told.
Result<CheckpointTensor> read_other(const Call& call, CheckpointTensor tensor) {
    tensor.layout = call.function->layout;
    tensor.dtype_name = "unknown";
    const bool sparse = tensor.layout == "sparse", quantized = tensor.layout == "quantized";
    // Sparse: (layout, (indices, values, size, ...)). Quantized: (storage, offset, size, stride, ...).
    const PickleValue data = sparse ? call.arguments.item(1) : call.arguments;
    if ((!sparse && !quantized) || !data.is(PickleKind::tuple) || data.size() < 3) return tensor;
    std::optional<PickleValue> storage;
    if (quantized) storage = first_storage(data);
    if (sparse && is_tensor(data.item(1))) storage = first_storage(data.item(1).arguments());
    if (storage) {
        const Result<TorchStorage> read = read_storage(*storage);
        if (!read.ok()) return read.status();
        tensor.dtype = read.value().dtype;
        tensor.dtype_name = read.value().dtype_name;
    }
    Result<std::vector<std::int64_t>> shape = read_shape(data.item(2));
    if (!shape.ok()) return shape.status();
    tensor.shape = std::move(shape).value();
    tensor.strides.assign(tensor.shape.size(), 0);
    return tensor;
}

}  // namespace

Result<std::vector<std::int64_t>> read_shape(PickleValue value) {
    Result<std::vector<std::int64_t>> shape = read_integers(value, "shape");
    if (!shape.ok()) return shape;
    std::uint64_t elements = 1;
    for (const std::int64_t size : shape.value()) {
        if (size == 0) continue;
        if (static_cast<std::uint64_t>(size) > kMostElements / elements) {
            return error(StatusCode::limit_exceeded, "its shape is too large",
                         {.offset = value.offset(), .expected = "at most 2^48 elements"});
        }
        elements *= static_cast<std::uint64_t>(size);
    }
    return shape;
}

Result<TorchStorage> read_storage(PickleValue persistent) {
    if (!persistent.is(PickleKind::persistent)) {
        return malformed("its storage is none", at(persistent, "a persistent id", kind_and_name(persistent)));
    }
    const PickleValue id = persistent.id();
    if (!id.is(PickleKind::tuple) || id.size() < 5) {
        return malformed("a persistent id that is no storage",
                         at(id, "a tuple of 5 or 6",
                            id.is(PickleKind::tuple) ? std::to_string(id.size()) : kind_and_name(id)));
    }
    const PickleValue tag = id.item(0), type = id.item(1), key = id.item(2), elements = id.item(4);
    if (!tag.is(PickleKind::string) || tag.text() != "storage") {
        return malformed(
            "a persistent id that is no storage",
            at(tag, "'storage'", tag.is(PickleKind::string) ? quoted(tag.text()) : kind_and_name(tag)));
    }
    const std::string_view type_name = type.is(PickleKind::global) ? type.text() : std::string_view();
    const StorageType* known = std::ranges::find_if(kStorageTypes, [&](const StorageType& candidate) {
        return type_name.starts_with("torch.") && type_name.ends_with(candidate.name) &&
               type_name[type_name.size() - candidate.name.size() - 1] == '.';
    });
    if (known == std::end(kStorageTypes)) {
        return error(StatusCode::unsupported, "a storage of an unknown type",
                     {.offset = type.offset(),
                      .expected = "torch.FloatStorage or alike",
                      .found = kind_and_name(type)});
    }
    if (!key.is(PickleKind::string)) {
        return malformed("a storage without a proper key", at(key, "a string", kind_and_name(key)));
    }
    if (!elements.is(PickleKind::integer) || elements.integer() < 0 ||
        static_cast<std::uint64_t>(elements.integer()) > kMostElements) {
        return malformed("a storage without a proper number of elements",
                         at(elements, "0 to 2^48",
                            elements.is(PickleKind::integer) ? std::to_string(elements.integer())
                                                             : kind_and_name(elements)));
    }
    if (id.size() > 5 && !id.item(5).is(PickleKind::none)) {
        return error(
            StatusCode::unsupported, "a view of a storage",
            {.offset = id.item(5).offset(),
             .hint = "only a PyTorch before 0.4 wrote such files: load and save it with a later one"});
    }
    return TorchStorage{.key = key.text(),
                        .dtype = known->dtype,
                        .dtype_name = known->dtype_name,
                        .element_size = known->element_size,
                        .elements = static_cast<std::uint64_t>(elements.integer())};
}

bool is_tensor_function(std::string_view name) {
    return find_function(name) != nullptr;
}

bool is_subclass_function(std::string_view name) {
    const Function* function = find_function(name);
    return function != nullptr && function->makes == Makes::subclass;
}

bool is_tensor(PickleValue value) {
    return value.is(PickleKind::call) && value.callable().is(PickleKind::global) &&
           find_function(value.callable().text()) != nullptr;
}

bool may_be_weight(PickleValue value) {
    if (is_numpy_array(value)) return may_be_weight_array(value);
    const Result<Call> call = unwrap(value);
    if (!call.ok() || call.value().function->makes == Makes::other_layout) return true;
    const PickleValue arguments = call.value().arguments, shape = arguments.item(2);
    if (call.value().function->makes == Makes::dense) {
        const Result<TorchStorage> storage = read_storage(arguments.item(0));
        if (storage.ok() && !is_float(storage.value().dtype)) return false;
    }
    return !shape.is(PickleKind::tuple) || shape.size() > 0;
}

Result<CheckpointTensor> read_tensor(PickleValue value, std::string_view name, const TorchFile& file) {
    const auto named = [&](const Status& status) {
        return Status(status.code(), "tensor " + quoted(name) + ": " + status.message());
    };
    const Result<Call> call = unwrap(value);
    if (!call.ok()) return named(call.status());
    CheckpointTensor tensor;
    tensor.name = name;
    const bool other = call.value().function->makes == Makes::other_layout;
    Result<CheckpointTensor> result = other ? read_other(call.value(), std::move(tensor))
                                            : read_dense(call.value(), std::move(tensor), file);
    if (!result.ok()) return named(result.status());
    return result;
}

}  // namespace featherface::loaders
