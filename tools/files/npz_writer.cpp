// Every array is an entry of a zip archive, whose npy header fills whole multiples of the alignment, so that
// the elements are aligned as the entries are.
#include <array>
#include <limits>
#include <unordered_set>
#include <utility>

#include "loaders/archive/zip.hpp"
#include "loaders/error.hpp"
#include "tools/files/npy.hpp"
#include "tools/files/npz.hpp"
#include "tools/files/zip_writer.hpp"

namespace featherface::tools {

using namespace loaders;

namespace {

constexpr std::uint64_t kMostArrays = 65535;  // as the reader has it

}  // namespace

struct NpzWriter::State {
    ZipWriter zip;
    std::unordered_set<std::string> names;
};

Result<NpzWriter> NpzWriter::create(const std::filesystem::path& path) {
    auto zip = ZipWriter::create(path);
    if (!zip.ok()) return zip.status();
    return NpzWriter(std::make_unique<State>(State{std::move(zip).value(), {}}));
}

Status NpzWriter::add(std::string_view name, DType dtype, std::span<const std::int64_t> shape,
                      std::span<const std::byte> bytes) {
    const std::string array = "array " + quoted(name);
    const std::string entry = std::string(name) + ".npy";
    const char* fault = name.empty() ? "of no bytes" : fault_of_name(entry);
    if (fault != nullptr || entry.size() > std::numeric_limits<std::uint16_t>::max()) {
        return error(StatusCode::invalid_argument,
                     array + " has a name " + (fault != nullptr ? fault : "that is too long"));
    }
    const auto header = make_npy_header(dtype, shape);
    if (!header.ok()) return in_file(array, header.status());
    if (const std::uint64_t expected = *npy_data_bytes(dtype, shape); bytes.size() != expected) {
        return error(StatusCode::invalid_argument, array + " has another size than its shape",
                     {.expected = count_of(expected, "byte"), .found = std::to_string(bytes.size())});
    }
    if (state_->names.size() == kMostArrays) {
        return error(StatusCode::limit_exceeded,
                     "over " + std::to_string(kMostArrays) + " arrays in one npz archive");
    }
    if (!state_->names.insert(entry).second) {
        return error(StatusCode::invalid_argument, array + " is there already");
    }
    const std::array pieces = {std::as_bytes(std::span(header.value())), bytes};
    return state_->zip.add(entry, pieces);
}

Status NpzWriter::add_f32(std::string_view name, std::span<const std::int64_t> shape,
                          std::span<const float> values) {
    return add(name, DType::f32, shape, std::as_bytes(values));
}

Status NpzWriter::finish() {
    return state_->zip.finish();
}

NpzWriter::NpzWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
NpzWriter::NpzWriter(NpzWriter&&) noexcept = default;
NpzWriter& NpzWriter::operator=(NpzWriter&&) noexcept = default;
NpzWriter::~NpzWriter() = default;

}  // namespace featherface::tools
