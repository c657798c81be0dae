#include "tools/model/packing.hpp"

#include <algorithm>
#include <filesystem>

#include "kernels/select.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/mapped_file.hpp"

namespace featherface::tools {

namespace {

// "" has none, and so has "none".
std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    while (!list.empty() && list != "none") {
        const std::size_t end = std::min(list.find(','), list.size());
        parts.emplace_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return parts;
}

}  // namespace

Result<std::vector<std::string>> wanted_architectures(const std::optional<std::string>& list, bool half) {
    std::vector<std::string> all;
    if (list) {
        all = split(*list);
        for (const std::string& architecture : all) {
            if (const auto table = kernels::find_table(architecture); !table.ok()) return table.status();
        }
        return all;
    }
    if (half) return all;
    for (const kernels::KernelTable* table : kernels::available_tables()) all.emplace_back(table->arch);
    return all;
}

Result<std::string> licence_text(const std::optional<std::string>& file,
                                 const loaders::Checkpoint& checkpoint) {
    if (file) {
        const auto text = loaders::MappedFile::open(*file);
        if (!text.ok()) return text.status();
        return std::string(loaders::as_text(text->bytes()));
    }
    if (const loaders::PackedFile* packed = checkpoint.packed()) {
        const auto text = packed->text(loaders::packed_section::kLicence);
        if (!text.ok()) return text.status();
        return std::string(text.value());
    }
    return std::string("No licence was given with these weights: ask whoever made the checkpoint.\n");
}

std::string name_of_source(const std::string& file, const loaders::Checkpoint& checkpoint) {
    if (const loaders::PackedFile* packed = checkpoint.packed()) {
        if (const auto name = packed->text(loaders::packed_section::kName); name.ok())
            return std::string(name.value());
    }
    return std::filesystem::path(file).filename().string();
}

}  // namespace featherface::tools
