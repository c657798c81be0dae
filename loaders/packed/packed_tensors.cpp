#include "loaders/packed/packed_tensors.hpp"

#include <cstring>
#include <unordered_set>
#include <utility>

#include "loaders/error.hpp"
#include "loaders/little_endian.hpp"

namespace featherface::loaders {
namespace {

constexpr std::size_t kMostTensors = 16384, kMostDimensions = 8, kLongestName = 1024;
constexpr std::size_t kEntryStart = 4, kCountSize = 4, kValueStep = 4;

// Takes parts off the front of a section, or says that it has no more.
class TableReader {
  public:
    TableReader(const PackedFile::Section& section) : name_(section.name), rest_(section.bytes) {}

    Result<std::span<const std::byte>> take(std::size_t size) {
        if (size > rest_.size()) {
            return malformed(
                "packed model: section " + quoted(name_) + " ends too early",
                {.expected = count_of(size, "more byte"), .found = std::to_string(rest_.size())});
        }
        const auto part = rest_.first(size);
        rest_ = rest_.subspan(size);
        return part;
    }
    std::size_t left() const { return rest_.size(); }

  private:
    std::string_view name_;
    std::span<const std::byte> rest_;
};

Status odd_tensor(std::string_view name, std::string_view what) {
    return malformed("packed model: tensor " + quoted(name) + " " + std::string(what));
}

// One entry of the table and its elements.
Result<PackedTensor> read_packed_tensor(TableReader& table, TableReader& values) {
    const auto start = table.take(kEntryStart);
    if (!start.ok()) return start.status();
    const auto type = load_le<std::uint8_t>(start.value(), 0);
    const std::size_t rank = load_le<std::uint8_t>(start.value(), 1);
    const std::size_t length = load_le<std::uint16_t>(start.value(), 2);
    const auto shape = table.take(rank * sizeof(std::uint32_t));
    if (!shape.ok()) return shape.status();
    const auto name = table.take(length);
    if (!name.ok()) return name.status();

    PackedTensor tensor{.name = as_text(name.value()), .shape = {}, .type = PackedType{type}, .bytes = {}};
    if (length == 0 || length > kLongestName) return odd_tensor(tensor.name, "has a name of an odd length");
    if (type > 1) return odd_tensor(tensor.name, "is of an unknown type");
    if (rank > kMostDimensions) return odd_tensor(tensor.name, "has too many dimensions");
    std::size_t size = tensor.type == PackedType::f16 ? 2 : 4;
    for (std::size_t i = 0; i < rank; ++i) {
        const std::size_t extent = load_le<std::uint32_t>(shape.value(), i * sizeof(std::uint32_t));
        if (extent == 0 || extent > values.left() / size)
            return odd_tensor(tensor.name, "has no room for its shape");
        size *= extent;
        tensor.shape.push_back(static_cast<std::int64_t>(extent));
    }
    const auto elements = values.take(size);
    if (!elements.ok()) return elements.status();
    tensor.bytes = elements.value();
    if (const auto padding = values.take((kValueStep - size % kValueStep) % kValueStep); !padding.ok()) {
        return padding.status();
    }
    return tensor;
}

}  // namespace

Result<std::vector<PackedTensor>> read_packed_tensors(const PackedFile& file) {
    const PackedFile::Section* found[2] = {file.find(packed_section::kTensors),
                                           file.find(packed_section::kValues)};
    for (const PackedFile::Section* section : found) {
        if (!section) return malformed("packed model: it has no tensors");
        if (Status status = file.check(*section); !status.ok()) return status;
    }
    TableReader table(*found[0]), values(*found[1]);
    const auto head = table.take(kCountSize);
    if (!head.ok()) return head.status();
    const std::size_t count = load_le<std::uint32_t>(head.value());
    if (count > kMostTensors) {
        return malformed(
            "packed model: too many tensors",
            {.expected = "at most " + std::to_string(kMostTensors), .found = std::to_string(count)});
    }
    std::vector<PackedTensor> tensors;
    std::unordered_set<std::string_view> names;
    for (std::size_t i = 0; i < count; ++i) {
        Result<PackedTensor> tensor = read_packed_tensor(table, values);
        if (!tensor.ok()) return tensor.status();
        if (!names.insert(tensor->name).second) return odd_tensor(tensor->name, "is there twice");
        tensors.push_back(std::move(tensor).value());
    }
    if (table.left() > 0 || values.left() > 0)
        return malformed("packed model: something follows its last tensor");
    return tensors;
}

PackedTensorSections::PackedTensorSections() : tensors(kCountSize) {}

void PackedTensorSections::add(std::string_view name, std::span<const std::int64_t> shape, PackedType type,
                               std::span<const std::byte> bytes) {
    const std::uint32_t count = load_le<std::uint32_t>(tensors) + 1;
    std::memcpy(tensors.data(), &count, sizeof(count));
    const auto put = [this](auto number) {
        const std::size_t at = tensors.size();
        tensors.resize(at + sizeof(number));
        std::memcpy(tensors.data() + at, &number, sizeof(number));
    };
    put(static_cast<std::uint8_t>(type));
    put(static_cast<std::uint8_t>(shape.size()));
    put(static_cast<std::uint16_t>(name.size()));
    for (const std::int64_t extent : shape) put(static_cast<std::uint32_t>(extent));
    const auto text = std::as_bytes(std::span(name.data(), name.size()));
    tensors.insert(tensors.end(), text.begin(), text.end());
    values.insert(values.end(), bytes.begin(), bytes.end());
    values.resize((values.size() + kValueStep - 1) / kValueStep * kValueStep);
}

}  // namespace featherface::loaders
