#include "loaders/torch/safety.hpp"

#include <algorithm>

#include "loaders/archive/tar.hpp"
#include "loaders/little_endian.hpp"
#include "loaders/torch/pickle_opcodes.hpp"
#include "loaders/torch/pickle_uses.hpp"
#include "loaders/torch/safetensors.hpp"
#include "loaders/torch/torch_file.hpp"

namespace featherface::loaders {
namespace {

std::string place_of(const PickleUse& use) {
    return " (byte " + std::to_string(use.offset) + ")";
}

std::string_view container_of(std::span<const std::byte> bytes, const Result<TorchFile>& file) {
    if (file.ok()) return file.value().container;
    if (as_text(bytes).starts_with("PK")) return "zip";
    if (is_tar(bytes)) return "tar";
    return "pickle";
}

}  // namespace

Result<SafetyReport> report_safety(std::span<const std::byte> bytes) {
    SafetyReport report;
    if (is_safetensors(bytes)) {
        report.container = "safetensors";
        return report;
    }
    PickleUses uses;
    const Result<TorchFile> file = read_torch_file(bytes, uses);
    for (const PickleOpcode& opcode : kPickleOpcodes) {
        const std::uint64_t count = uses.opcodes()[opcode.code];
        if (count > 0) report.opcodes.emplace_back(opcode.name, count);
    }
    const bool is_archive = as_text(bytes).starts_with("PK") || is_tar(bytes);
    if (!file.ok() && !is_archive && report.opcodes.empty()) return file.status();

    std::ranges::sort(report.opcodes);
    report.container = container_of(bytes, file);
    report.globals.assign(uses.globals().begin(), uses.globals().end());
    for (const PickleUse& use : uses.foreign()) {
        report.reasons.push_back("it would " + use.text() + place_of(use));
    }
    const bool is_script = file.ok() && file.value().is_script();
    for (const PickleUse& use : uses.objects()) {
        report.reasons.push_back("it would import code that is not in the file, and " + use.text() +
                                 place_of(use));
    }
    for (const std::string& type : uses.tensor_types()) {
        report.reasons.push_back("it would import code that is not in the file, for tensors of " + type);
    }
    if (is_script) {
        report.reasons.push_back(
            "it is a TorchScript archive: torch.load hands it to torch.jit.load, which compiles the program "
            "in it, "
            "and runs what that asks to be run");
    }
    // A pickle that torch.save did not write: torch.load unpickles it before it says so.
    Pickle plain;
    const bool is_plain_pickle =
        !is_archive && plain.read(bytes).ok() && plain.size_in_bytes() == bytes.size();
    if (!file.ok() && !is_plain_pickle) {
        report.reasons.push_back("this program cannot follow it, so nothing vouches for it: " +
                                 file.status().message());
    }
    return report;
}

}  // namespace featherface::loaders
