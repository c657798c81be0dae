// The pickle is of protocol 2, which torch.save() has by default, and speaks of each tensor as torch does:
// torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks), the storage
// being a persistent id ("storage", type, key, location, elements) whose bytes are the entry data/<key> of
// the archive.
#include "tools/files/torch_writer.hpp"

#include <array>
#include <string_view>

#include "tools/files/zip_writer.hpp"

namespace featherface::tools {

namespace {

using loaders::DType;

constexpr std::string_view kMark = "(", kTuple = "t", kReduce = "R", kEmptyTuple = ")", kEmptyDict = "}",
                           kSetItems = "u", kPersistentId = "Q", kFalse = "\x89", kStop = ".",
                           kProtocol2 = "\x80\x02";

std::string_view storage_type(DType dtype) {
    switch (dtype) {
        case DType::f16: return "HalfStorage";
        case DType::i64: return "LongStorage";
        default: return "FloatStorage";
    }
}

std::string pickled_int(std::int64_t value) {  // BININT; all of ours have 31 bits
    std::string bytes = "J";
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift & 0xff);
    return bytes;
}

std::string pickled_text(std::string_view text) {  // BINUNICODE
    std::string bytes = "X";
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(text.size() >> shift & 0xff);
    return bytes.append(text);
}

std::string pickled_global(std::string_view module, std::string_view name) {
    return std::string("c").append(module).append("\n").append(name).append("\n");
}

std::string pickled_ints(std::span<const std::int64_t> values) {
    std::string bytes(kMark);
    for (const std::int64_t value : values) bytes += pickled_int(value);
    return bytes.append(kTuple);
}

std::vector<std::int64_t> row_major_strides(std::span<const std::int64_t> shape) {
    std::vector<std::int64_t> strides(shape.size());
    std::int64_t stride = 1;
    for (std::size_t i = shape.size(); i-- > 0; stride *= shape[i]) strides[i] = stride;
    return strides;
}

std::string pickled_tensor(const StateTensor& tensor, std::string_view key) {
    const auto elements = static_cast<std::int64_t>(tensor.bytes.size() / loaders::size_of(tensor.dtype));
    std::string bytes = pickled_global("torch._utils", "_rebuild_tensor_v2").append(kMark);
    bytes.append(kMark)
        .append(pickled_text("storage"))
        .append(pickled_global("torch", storage_type(tensor.dtype)))
        .append(pickled_text(key))
        .append(pickled_text("cpu"))
        .append(pickled_int(elements))
        .append(kTuple)
        .append(kPersistentId);
    bytes.append(pickled_int(0))
        .append(pickled_ints(tensor.shape))
        .append(pickled_ints(row_major_strides(tensor.shape)))
        .append(kFalse)
        .append(pickled_global("collections", "OrderedDict"))
        .append(kEmptyTuple)
        .append(kReduce);
    return bytes.append(kTuple).append(kReduce);
}

Status add_text(ZipWriter& zip, std::string_view name, std::string_view text) {
    const std::array pieces = {std::as_bytes(std::span(text))};
    return zip.add(name, pieces);
}

}  // namespace

Status write_state_dict(const std::filesystem::path& path, std::span<const StateTensor> tensors) {
    auto zip = ZipWriter::create(path);
    if (!zip.ok()) return zip.status();

    std::string pickle = std::string(kProtocol2).append(kEmptyDict).append(kMark);
    for (std::size_t i = 0; i < tensors.size(); ++i)
        pickle.append(pickled_text(tensors[i].name)).append(pickled_tensor(tensors[i], std::to_string(i)));
    pickle.append(kSetItems).append(kStop);

    if (Status status = add_text(zip.value(), "archive/data.pkl", pickle); !status.ok()) return status;
    if (Status status = add_text(zip.value(), "archive/byteorder", "little"); !status.ok()) return status;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const std::array<std::span<const std::byte>, 1> pieces = {tensors[i].bytes};
        const std::string entry = std::string("archive/data/").append(std::to_string(i));
        if (Status status = zip->add(entry, pieces); !status.ok()) return status;
    }
    if (Status status = add_text(zip.value(), "archive/version", "3\n"); !status.ok()) return status;
    return zip->finish();
}

}  // namespace featherface::tools
