#include "support/seeded_weights.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <fstream>
#include <sstream>

#include "support/files.hpp"

namespace featherface::test {
namespace {

constexpr std::string_view kSeed = "24 ";

// The stream of 64-bit words that belongs to a name: FNV-1a, then SplitMix64.
class Stream {
  public:
    explicit Stream(std::string_view name) {
        for (const std::string_view part : {kSeed, name}) {
            for (const char c : part) start_ = (start_ ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
        }
    }

    std::uint64_t word(std::size_t i) const {
        std::uint64_t z = start_ + (i + 1) * 0x9E3779B97F4A7C15u;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
        z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        return z ^ z >> 31;
    }

    // A number in [-1, 1), a multiple of 2^-23.
    double uniform(std::size_t i) const {
        return (static_cast<double>(word(i) >> 40) - 8388608.0) / 8388608.0;
    }

  private:
    std::uint64_t start_ = 0xCBF29CE484222325u;
};

struct Range {
    double centre;
    double reach;
};

Range value_range(std::string_view name, std::span<const std::int64_t> shape) {
    if (name.ends_with("running_var")) return {1.1, 0.5};
    if (name.ends_with("running_mean") || name.ends_with("bias")) return {0, 0.25};
    if (!name.ends_with("weight")) return {0.75, 1};
    if (shape.size() == 1) return {1, 0.25};
    double fan_in = 1;
    for (const std::int64_t extent : shape.subspan(1)) fan_in *= static_cast<double>(extent);
    const double reach = std::sqrt(6.0 / fan_in);
    if (name == "body.stage1.0.0.weight") return {0, reach / 64};
    if (name.ends_with("offset_conv.weight")) return {0, reach * 2};
    return {0, reach};
}

std::vector<std::int64_t> parse_shape(const std::string& text) {
    std::vector<std::int64_t> shape;
    std::istringstream extents(text);
    for (std::string extent; std::getline(extents, extent, ',');) shape.push_back(std::stoll(extent));
    return shape;
}

// The tab-separated fields of each line.
std::vector<std::vector<std::string>> read_table(const std::string& file) {
    std::ifstream input(data_file("networks/" + file));
    REQUIRE_MESSAGE(input, "no such fixture: " << file);
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(input, line);) {
        std::vector<std::string>& fields = rows.emplace_back();
        std::istringstream columns(line);
        for (std::string field; std::getline(columns, field, '\t');) fields.push_back(field);
    }
    return rows;
}

}  // namespace

bool SeededTensor::is_counter() const {
    return name.ends_with("num_batches_tracked");
}

std::vector<SeededTensor> seeded_tensors(std::string_view network) {
    std::vector<SeededTensor> tensors;
    for (const auto& row : read_table(std::string(network) + "_tensors.tsv")) {
        REQUIRE(row.size() == 3);
        tensors.push_back(
            {row[0], parse_shape(row[1]), static_cast<std::uint32_t>(std::stoul(row[2], nullptr, 16))});
    }
    return tensors;
}

std::vector<float> seeded_values(std::string_view name, std::span<const std::int64_t> shape) {
    std::size_t count = 1;
    for (const std::int64_t extent : shape) count *= static_cast<std::size_t>(extent);
    const Stream stream(name);
    const Range range = value_range(name, shape);
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double offset = range.reach * stream.uniform(i);
        values[i] = static_cast<float>(range.centre + offset);
    }
    return values;
}

std::vector<std::uint8_t> seeded_image(int height, int width) {
    const Stream stream("image");
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(stream.word(i) >> 56);
    }
    return bytes;
}

std::vector<ModuleSummary> module_summaries(std::string_view network) {
    std::vector<ModuleSummary> modules;
    for (const auto& row : read_table(std::string(network) + "_47x33_modules.tsv")) {
        REQUIRE(row.size() == 4);
        modules.push_back({row[0], parse_shape(row[1]), std::stod(row[2]), std::stod(row[3])});
    }
    return modules;
}

double seeded_projection(std::span<const float> values) {
    const Stream stream("projection");
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += static_cast<double>(values[i]) * stream.uniform(i);
    return sum / std::sqrt(static_cast<double>(values.size()));
}

}  // namespace featherface::test
