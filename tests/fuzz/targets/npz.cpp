// NumPy's archives, and the header of an array by itself.
#include "tools/files/npz.hpp"

#include "fuzz/memory_file.hpp"
#include "fuzz/target.hpp"
#include "loaders/little_endian.hpp"
#include "support/zip_writer.hpp"
#include "tools/files/npy.hpp"

namespace featherface::fuzz {

namespace {

void check_npy(Bytes bytes) {
    const auto header = tools::parse_npy_header(bytes, bytes.size(), 0);
    if (!header.ok()) return require(header.status().message().size() > 6);
    require(header->size <= bytes.size());
    require(header->shape.size() <= tools::kMostDimensions);
    require(tools::npy_data_bytes(header->dtype, header->shape) == header->data_bytes);
    require(tools::make_npy_header(header->dtype, header->shape).ok());
}

void check_npz(Bytes bytes) {
    check_npy(bytes);
    const MemoryFile file(loaders::as_text(bytes));
    const auto npz = tools::NpzReader::open(file.path());
    if (!npz.ok()) return require(npz.status().message().size() > 6);
    for (const std::string& name : npz->names()) {
        require(npz->contains(name));
        const auto shape = npz->shape(name);
        const auto array = npz->read(name);
        if (!array.ok()) {
            require(array.status().message().size() > 6);
            continue;
        }
        require(shape.ok() && shape.value() == array->shape);
        require(tools::npy_data_bytes(array->dtype, array->shape) == array->bytes.size());
        const auto values = npz->read_f32(name);
        require(!values.ok() || values->size() == static_cast<std::size_t>(array->element_count()));
    }
}

std::vector<ByteString> npz_seeds() {
    std::vector<ByteString> seeds;
    for (const ByteString& file : data_files("npz", ".npz")) {
        if (file.size() < 4096) seeds.push_back(file);
    }
    const std::int64_t shape[] = {2, 3};
    for (const auto dtype :
         {loaders::DType::f32, loaders::DType::f16, loaders::DType::i64, loaders::DType::boolean}) {
        seeds.push_back(tools::make_npy_header(dtype, shape).value() + ByteString(48, '\1'));
        seeds.push_back(test::make_zip({{.name = "a.npy", .content = seeds.back()}}).bytes);
    }
    return seeds;
}

}  // namespace

Target npz() {
    return {.name = "npz", .check = check_npz, .seeds = npz_seeds, .mutate = mutate_zip};
}

}  // namespace featherface::fuzz
