// Reading npz files: zip archives of npy arrays, as numpy.savez writes them.
#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <new>
#include <utility>

#include "loaders/archive/inflate.hpp"
#include "loaders/archive/zip.hpp"
#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/mapped_file.hpp"
#include "loaders/torch/convert.hpp"
#include "tools/files/npy.hpp"
#include "tools/files/npz.hpp"

namespace featherface::tools {

using namespace loaders;

namespace {

constexpr std::uint64_t kLargestNpz = std::uint64_t{64} << 30;
constexpr std::uint64_t kLargestDeflated = std::uint64_t{1} << 30;
constexpr std::string_view kSuffix = ".npy";

using Bytes = std::span<const std::byte>;

// Bytes that belong to the reader: allocated without filling, so that a size that is claimed but never
// delivered costs nothing.
struct Buffer {
    std::unique_ptr<std::byte[]> memory;
    std::span<std::byte> bytes;
};

Result<Buffer> allocate(std::uint64_t size) {
    Buffer buffer{std::unique_ptr<std::byte[]>(new (std::nothrow) std::byte[size]), {}};
    if (buffer.memory == nullptr) {
        return error(StatusCode::out_of_memory, "not enough memory for " + count_of(size, "byte"));
    }
    buffer.bytes = {buffer.memory.get(), static_cast<std::size_t>(size)};
    return buffer;
}

Result<Buffer> inflate_entry(const ZipEntry& entry) {
    auto buffer = allocate(entry.size);
    if (!buffer.ok()) return buffer;
    if (auto status = inflate(entry.data, buffer->bytes); !status.ok()) {
        return error(status.code(), status.message(), {.offset = entry.data_offset});
    }
    return buffer;
}

// What a deflated array may unpack to: any that is small, and as much as values of a network ever do.
Status check_unpacked(const ZipEntry& entry, std::uint64_t values) {
    constexpr std::uint64_t kAlways = std::uint64_t{16} << 20, kTimes = 32;
    const std::uint64_t most = std::min(kAlways + kTimes * entry.data.size(), kLargestDeflated);
    const std::uint64_t unpacked = std::max(entry.size, values * sizeof(float));
    if (unpacked <= most) return {};
    return error(StatusCode::limit_exceeded, "deflated array too large",
                 {.offset = entry.data_offset,
                  .expected = "at most " + count_of(most, "byte") + " of float32 from " +
                              count_of(entry.data.size(), "byte"),
                  .found = std::to_string(unpacked),
                  .hint = "save it with numpy.savez, which does not compress"});
}

// Copies elements whose first index varies fastest so that the last one does.
void to_c_order(Bytes from, const NpyHeader& header, std::span<std::byte> to) {
    const std::size_t rank = header.shape.size();
    const std::size_t size = size_of(header.dtype);
    std::array<std::size_t, kMostDimensions> stride{};
    std::size_t step = size;
    for (std::size_t d = 0; d < rank; ++d) {
        stride[d] = step;
        step *= static_cast<std::size_t>(header.shape[d]);
    }
    std::array<std::int64_t, kMostDimensions> index{};
    std::size_t source = 0;
    for (std::size_t target = 0; target < to.size(); target += size) {
        std::memcpy(to.data() + target, from.data() + source, size);
        for (std::size_t d = rank; d-- > 0;) {
            source += stride[d];
            if (++index[d] < header.shape[d]) break;
            source -= stride[d] * static_cast<std::size_t>(header.shape[d]);
            index[d] = 0;
        }
    }
}

template <class T>
void convert(Bytes bytes, std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<float>(load_le<T>(bytes, i * sizeof(T)));
}

// False for a type that is no real number.
bool convert_any_to_f32(DType dtype, Bytes bytes, std::span<float> out) {
    switch (dtype) {
        case DType::f16:
        case DType::f32:
        case DType::f64:
        case DType::bf16: convert_to_f32(dtype, bytes, out); return true;
        case DType::boolean:
        case DType::u8: convert<std::uint8_t>(bytes, out); return true;
        case DType::u16: convert<std::uint16_t>(bytes, out); return true;
        case DType::u32: convert<std::uint32_t>(bytes, out); return true;
        case DType::u64: convert<std::uint64_t>(bytes, out); return true;
        case DType::i8: convert<std::int8_t>(bytes, out); return true;
        case DType::i16: convert<std::int16_t>(bytes, out); return true;
        case DType::i32: convert<std::int32_t>(bytes, out); return true;
        case DType::i64: convert<std::int64_t>(bytes, out); return true;
        case DType::complex64:
        case DType::complex128:
        case DType::other: return false;
    }
    return false;
}

}  // namespace

std::int64_t NpzArray::element_count() const {
    // It is counted by way of the bytes, which are known to fit: the product of the other sizes may not,
    // where one size is 0.
    return static_cast<std::int64_t>(bytes.size() / size_of(dtype));
}

struct NpzReader::Contents {
    std::string path;
    FileParts file;  // what has been looked at, and what the arrays kept lie in
    ZipArchive archive;
    std::vector<std::string> names;

    struct Loaded {
        NpzArray array;
        std::unique_ptr<std::byte[]> memory;  // null when the array is a view into the file
    };
    std::map<std::string, Loaded, std::less<>> loaded;

    Result<const ZipEntry*> find(std::string_view name) const;
    // A kept array, or one that is read now.
    Result<Loaded> load(std::string_view name);
    // An array read from its entry, and its header alone; messages lack the file and the name.
    Result<NpyHeader> load_header(const ZipEntry& entry);
    Result<Loaded> load_entry(std::string_view name, const ZipEntry& entry);
};

Result<const ZipEntry*> NpzReader::Contents::find(std::string_view name) const {
    const ZipEntry* entry = archive.find(std::string(name) + std::string(kSuffix));
    if (!entry) return in_file(path, error(StatusCode::invalid_argument, "no array " + quoted(name)));
    return entry;
}

Result<NpzReader::Contents::Loaded> NpzReader::Contents::load(std::string_view name) {
    if (const auto found = loaded.find(name); found != loaded.end())
        return Loaded{found->second.array, nullptr};
    const auto entry = find(name);
    if (!entry.ok()) return entry.status();
    auto result = load_entry(name, *entry.value());
    if (!result.ok()) return in_file(path, in_file("array " + quoted(name), result.status()));
    return result;
}

// Of the array no more than that is read and unpacked.
Result<NpyHeader> NpzReader::Contents::load_header(const ZipEntry& entry) {
    Bytes beginning = entry.data.first(std::min<std::size_t>(entry.data.size(), 2 * kLongestNpyHeader));
    if (auto status = file.load(entry.data_offset, beginning.size()); !status.ok()) return status;
    Buffer buffer;
    if (entry.method == ZipMethod::deflated) {
        auto unpacked = allocate(std::min<std::uint64_t>(entry.size, kLongestNpyHeader));
        if (!unpacked.ok()) return unpacked.status();
        buffer = std::move(unpacked).value();
        const auto size = inflate_prefix(beginning, buffer.bytes);
        if (!size.ok())
            return error(size.status().code(), size.status().message(), {.offset = entry.data_offset});
        beginning = buffer.bytes.first(size.value());
    }
    auto header = parse_npy_header(beginning, entry.size, entry.data_offset);
    if (!header.ok()) return header;
    const std::uint64_t elements = entry.size - header->size;
    if (elements != header->data_bytes) {
        return error(StatusCode::malformed,
                     elements < header->data_bytes ? "data too short" : "data too long",
                     {.offset = entry.data_offset + header->size,
                      .expected = count_of(header->data_bytes, "byte") + " for its shape",
                      .found = std::to_string(elements)});
    }
    return header;
}

Result<NpzReader::Contents::Loaded> NpzReader::Contents::load_entry(std::string_view name,
                                                                    const ZipEntry& entry) {
    Loaded result;
    Bytes npy = entry.data;
    auto header = load_header(entry);
    if (!header.ok()) return header.status();
    const bool deflated = entry.method == ZipMethod::deflated;
    if (deflated) {
        const std::uint64_t values = header->data_bytes / size_of(header->dtype);
        if (auto status = check_unpacked(entry, values); !status.ok()) return status;
    }
    if (auto status = file.load(entry.data_offset, entry.data.size()); !status.ok()) return status;
    if (deflated) {
        auto buffer = inflate_entry(entry);
        file.drop(entry.data_offset, entry.data.size());
        if (!buffer.ok()) return buffer.status();
        npy = buffer->bytes;
        result.memory = std::move(buffer->memory);
    }
    if (auto status = verify_crc(entry, npy); !status.ok()) return status;
    Bytes elements = npy.subspan(header->size);
    if (header->fortran_order && header->shape.size() > 1) {
        auto buffer = allocate(elements.size());
        if (!buffer.ok()) return buffer.status();
        to_c_order(elements, header.value(), buffer->bytes);
        elements = buffer->bytes;
        result.memory = std::move(buffer->memory);
    }
    result.array = {std::string(name), header->dtype, std::move(header->shape), elements};
    return result;
}

Result<NpzReader> NpzReader::open(const std::filesystem::path& path) {
    auto file = FileParts::open(path, kLargestNpz);
    if (!file.ok()) return file.status();
    const auto refuse = [&](const Status& status) { return in_file(path.string(), status); };
    const auto load = [&](std::uint64_t offset, std::uint64_t size) { return file->load(offset, size); };
    constexpr std::size_t kMagicSize = 6;
    if (auto status = load(0, kMagicSize); !status.ok()) return refuse(status);
    if (as_text(file->bytes()).starts_with("\x93NUMPY")) {
        return refuse(error(StatusCode::unsupported, "a single npy array",
                            {.expected = "an npz archive", .hint = "save it with numpy.savez"}));
    }
    auto archive = ZipArchive::open(file->bytes(), load);
    if (!archive.ok()) return refuse(archive.status());
    std::vector<std::string> names;
    for (const ZipEntry& entry : archive->entries()) {
        if (!entry.name.ends_with(kSuffix)) {
            return refuse(error(StatusCode::malformed, "not an npz archive: entry " + quoted(entry.name),
                                {.offset = entry.data_offset, .expected = "only names that end in .npy"}));
        }
        names.emplace_back(entry.name.substr(0, entry.name.size() - kSuffix.size()));
    }
    return NpzReader(std::make_unique<Contents>(
        Contents{path.string(), std::move(file).value(), std::move(archive).value(), std::move(names), {}}));
}

const std::string& NpzReader::path() const {
    return contents_->path;
}

std::span<const std::string> NpzReader::names() const {
    return contents_->names;
}

bool NpzReader::contains(std::string_view name) const {
    return contents_->archive.find(std::string(name) + std::string(kSuffix)) != nullptr;
}

Result<std::vector<std::int64_t>> NpzReader::shape(std::string_view name) const {
    if (const auto found = contents_->loaded.find(name); found != contents_->loaded.end())
        return found->second.array.shape;
    const auto entry = contents_->find(name);
    if (!entry.ok()) return entry.status();
    auto header = contents_->load_header(*entry.value());
    if (!header.ok()) return in_file(contents_->path, in_file("array " + quoted(name), header.status()));
    return header->shape;
}

Result<NpzArray> NpzReader::read(std::string_view name) const {
    auto loaded = contents_->load(name);
    if (!loaded.ok()) return loaded.status();
    return contents_->loaded.try_emplace(std::string(name), std::move(loaded).value()).first->second.array;
}

Result<std::vector<float>> NpzReader::read_f32(std::string_view name,
                                               std::vector<std::int64_t>* shape) const {
    const auto loaded = contents_->load(name);
    if (!loaded.ok()) return loaded.status();
    const NpzArray* array = &loaded.value().array;
    std::vector<float> values;
    try {
        values.resize(static_cast<std::size_t>(array->element_count()));
    } catch (const std::bad_alloc&) {
        return in_file(contents_->path,
                       error(StatusCode::out_of_memory, "not enough memory for " + quoted(name)));
    }
    if (!convert_any_to_f32(array->dtype, array->bytes, values)) {
        return in_file(contents_->path,
                       error(StatusCode::unsupported, "array " + quoted(name) + " of complex numbers",
                             {.expected = "real numbers", .found = name_of(array->dtype)}));
    }
    if (shape != nullptr) *shape = array->shape;
    if (!contents_->loaded.contains(name)) {
        const ZipEntry& entry = *contents_->find(name).value();
        contents_->file.drop(entry.data_offset, entry.data.size());
    }
    return values;
}

NpzReader::NpzReader(std::unique_ptr<Contents> contents) : contents_(std::move(contents)) {}
NpzReader::NpzReader(NpzReader&&) noexcept = default;
NpzReader& NpzReader::operator=(NpzReader&&) noexcept = default;
NpzReader::~NpzReader() = default;

}  // namespace featherface::tools
