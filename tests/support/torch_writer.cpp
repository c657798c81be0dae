#include "support/torch_writer.hpp"

#include <algorithm>
#include <bit>
#include <map>

#include "support/files.hpp"

namespace featherface::test {
namespace {

using loaders::DType;

const char* storage_type(DType dtype) {
    switch (dtype) {
        case DType::f16: return "HalfStorage";
        case DType::bf16: return "BFloat16Storage";
        case DType::f32: return "FloatStorage";
        case DType::f64: return "DoubleStorage";
        case DType::u8: return "ByteStorage";
        case DType::i8: return "CharStorage";
        case DType::i16: return "ShortStorage";
        case DType::i32: return "IntStorage";
        case DType::i64: return "LongStorage";
        case DType::boolean: return "BoolStorage";
        case DType::complex64: return "ComplexFloatStorage";
        case DType::complex128: return "ComplexDoubleStorage";
        default: return "UnknownStorage";
    }
}

// The bits of a value that float16 holds exactly and as a normal number, or of zero.
std::uint16_t to_f16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000;
    if ((bits & 0x7fffffff) == 0) return static_cast<std::uint16_t>(sign);
    return static_cast<std::uint16_t>(sign | ((((bits >> 23) & 0xff) - 112) << 10) | ((bits >> 13) & 0x3ff));
}

void push_tuple(PickleWriter& pickle, const std::vector<std::int64_t>& values) {
    pickle.mark();
    for (const std::int64_t value : values) pickle.integer(value);
    pickle.tuple();
}

std::vector<std::int64_t> contiguous_strides(const std::vector<std::int64_t>& shape) {
    std::vector<std::int64_t> strides(shape.size());
    std::int64_t stride = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        strides[i] = stride;
        stride *= std::max<std::int64_t>(shape[i], 1);
    }
    return strides;
}

struct Parts {
    ByteString pickle;
    Storages storages;
    std::vector<std::size_t> element_sizes;
};

Parts make_parts(const std::vector<TorchTensor>& tensors, const TorchOptions& options, bool legacy) {
    Parts parts;
    std::map<std::string, std::string> shared;  // storage name -> key
    PickleWriter pickle(options.protocol);
    if (!options.nesting.empty()) pickle.empty_dict().mark();
    if (options.optimizer) pickle.text("epoch").integer(18);
    if (!options.nesting.empty()) pickle.text(options.nesting);
    if (options.ordered_dict) {
        pickle.global("collections", "OrderedDict").empty_tuple().reduce();
    } else {
        pickle.empty_dict();
    }
    pickle.mark();
    for (const TorchTensor& tensor : tensors) {
        std::string key = std::to_string(parts.storages.size());
        const auto known = shared.find(tensor.storage);
        if (!tensor.storage.empty() && known != shared.end()) {
            key = known->second;
        } else {
            if (!tensor.storage.empty()) shared[tensor.storage] = key;
            parts.storages.emplace_back(key, tensor.bytes);
            parts.element_sizes.push_back(loaders::size_of(tensor.dtype));
        }
        TorchTensor whole = tensor;  // the id counts the elements of the shared storage
        whole.bytes = parts.storages[std::stoul(key)].second;
        pickle.text(options.prefix + tensor.name);
        push_tensor(pickle, whole, key, legacy, options.location);
    }
    pickle.set_items();
    if (options.ordered_dict) {
        // torch keeps the version of each module in an attribute of the OrderedDict.
        pickle.empty_dict().text("_metadata").global("collections", "OrderedDict").empty_tuple().reduce();
        pickle.text("").empty_dict().text("version").integer(1).set_item().set_item().set_item().build();
    }
    if (options.optimizer) {
        pickle.text("optimizer").empty_dict().mark().text("state").empty_dict();
        pickle.text("param_groups").empty_list().empty_dict().text("lr").real(0.001).set_item().append();
        pickle.set_items();
    }
    if (!options.nesting.empty()) pickle.set_items();
    parts.pickle = pickle.stop();
    return parts;
}

}  // namespace

TorchTensor make_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const float> values,
                        DType dtype) {
    TorchTensor tensor{.name = std::move(name), .dtype = dtype, .shape = std::move(shape)};
    for (const float value : values) {
        switch (dtype) {
            case DType::f16: append(tensor.bytes, to_f16(value)); break;
            case DType::bf16:
                append(tensor.bytes, static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16));
                break;
            case DType::f64: append(tensor.bytes, static_cast<double>(value)); break;
            default: append(tensor.bytes, value); break;
        }
    }
    return tensor;
}

void push_storage(PickleWriter& pickle, DType dtype, const std::string& key, std::int64_t elements,
                  bool legacy, const std::string& location) {
    pickle.mark()
        .text("storage")
        .global("torch", storage_type(dtype))
        .text(key)
        .text(location)
        .integer(elements);
    if (legacy) pickle.none();
    pickle.tuple().persistent();
}

void push_tensor(PickleWriter& pickle, const TorchTensor& tensor, const std::string& key, bool legacy,
                 const std::string& location) {
    if (tensor.parameter) pickle.global("torch._utils", "_rebuild_parameter").mark();
    const auto elements = static_cast<std::int64_t>(tensor.bytes.size() / loaders::size_of(tensor.dtype));
    pickle.global("torch._utils", "_rebuild_tensor_v2").mark();
    push_storage(pickle, tensor.dtype, key, elements, legacy, location);
    pickle.integer(tensor.offset);
    push_tuple(pickle, tensor.shape);
    push_tuple(pickle, tensor.strides.empty() ? contiguous_strides(tensor.shape) : tensor.strides);
    pickle.boolean(false).global("collections", "OrderedDict").empty_tuple().reduce().tuple().reduce();
    if (tensor.parameter) {
        pickle.boolean(true).global("collections", "OrderedDict").empty_tuple().reduce().tuple().reduce();
    }
}

void push_place_and_call(PickleWriter& pickle, std::int64_t size) {
    pickle.integer(0);
    push_tuple(pickle, {size});
    push_tuple(pickle, {1});
    pickle.boolean(false).none().tuple().reduce();
}

std::vector<ZipItem> torch_zip_items(const ByteString& pickle, const Storages& storages,
                                     const TorchOptions& options) {
    std::vector<ZipItem> items;
    const auto add = [&](const std::string& name, ByteString content) {
        items.push_back(
            {.name = options.root + "/" + name, .content = std::move(content), .descriptor = true});
    };
    add("data.pkl", pickle);
    if (options.byteorder) add("byteorder", "little");
    for (const auto& [key, bytes] : storages) add("data/" + key, bytes);
    add("version", "3\n");
    return items;
}

ByteString legacy_header(bool little_endian) {
    ByteString bytes = ByteString("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
    bytes += PickleWriter().integer(1001).stop();
    PickleWriter info;
    info.empty_dict().mark().text("protocol_version").integer(1001);
    info.text("little_endian").boolean(little_endian);
    info.text("type_sizes").empty_dict().mark().text("short").integer(2).text("int").integer(4);
    info.text("long").integer(4).set_items().set_items();
    return bytes + info.stop();
}

ByteString torch_legacy(const ByteString& pickle, const Storages& storages,
                        const std::vector<std::size_t>& element_sizes) {
    PickleWriter keys;
    keys.empty_list();
    for (const auto& [key, bytes] : storages) keys.text(key).append();
    ByteString file = legacy_header() + pickle + keys.stop();
    for (std::size_t i = 0; i < storages.size(); ++i) {
        append(file, static_cast<std::int64_t>(storages[i].second.size() / element_sizes[i]));
        file += storages[i].second;
    }
    return file;
}

ByteString make_torch_zip(const std::vector<TorchTensor>& tensors, const TorchOptions& options) {
    const Parts parts = make_parts(tensors, options, false);
    return make_zip(torch_zip_items(parts.pickle, parts.storages, options),
                    {.zip64_end = true, .alignment = options.alignment})
        .bytes;
}

ByteString make_torch_legacy(const std::vector<TorchTensor>& tensors, const TorchOptions& options) {
    const Parts parts = make_parts(tensors, options, true);
    return torch_legacy(parts.pickle, parts.storages, parts.element_sizes);
}

void write_torch_zip(const std::filesystem::path& path, const std::vector<TorchTensor>& tensors,
                     const TorchOptions& options) {
    write_file(path, make_torch_zip(tensors, options));
}

void write_torch_legacy(const std::filesystem::path& path, const std::vector<TorchTensor>& tensors,
                        const TorchOptions& options) {
    write_file(path, make_torch_legacy(tensors, options));
}

}  // namespace featherface::test
