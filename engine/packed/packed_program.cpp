#include "engine/packed/packed_program.hpp"

#include <algorithm>
#include <utility>

#include "engine/identity/networks.hpp"
#include "engine/passes/passes.hpp"
#include "loaders/error.hpp"
#include "loaders/packed/checksum.hpp"

namespace featherface::engine {

namespace {

// To be counted up whenever a kernel packs its weights in another order, or the passes make other weights of
// a checkpoint's: tests/engine/packed/ has what tells. Packed models of before are then read by their
// tensors.
constexpr std::uint64_t kPackedLayout = 3;

}  // namespace

std::string packed_section_name(std::string_view cpu_architecture) {
    return std::string(loaders::packed_section::kPackedFor).append(cpu_architecture);
}

std::uint64_t layout_of(const Program& program) {
    std::string text = std::to_string(kPackedLayout);
    for (const BoundOperator& bound : program.operators) {
        const Operator* op = any_operator(bound);
        if (!op) continue;
        text.append(" ").append(op->kernel_name()).append(" ").append(std::to_string(op->weight_bytes()));
    }
    return loaders::checksum64(std::as_bytes(std::span(text)));
}

std::vector<std::span<const std::byte>> packed_blocks(const Program& program) {
    std::vector<std::span<const std::byte>> blocks;
    for (const AlignedBuffer& block : program.weights.made()) {
        blocks.push_back(std::as_bytes(std::span<const float>(block.data(), block.size())));
    }
    return blocks;
}

Result<Architecture> packed_architecture(const loaders::PackedFile& file) {
    const auto id = file.text(loaders::packed_section::kNetwork);
    if (!id.ok()) return id.status();
    const auto found = std::ranges::find(networks(), id.value(), &Network::id);
    if (found != networks().end()) return found->architecture;
    return loaders::error(
        StatusCode::unsupported, "packed model: of a network that is not known here",
        {.found = loaders::quoted(id.value()), .hint = "use the version of the program that packed it"});
}

Result<std::shared_ptr<const Program>> packed_program(const loaders::PackedFile& file, Graph graph,
                                                      const KernelTable& table,
                                                      std::shared_ptr<const void> owner) {
    const std::shared_ptr<const Program> none;
    const auto* section = file.find(packed_section_name(table.arch));
    if (!section) return none;
    if (Status status = file.check(*section); !status.ok()) return status;
    const std::span<const float> floats(reinterpret_cast<const float*>(section->bytes.data()),
                                        section->bytes.size() / sizeof(float));
    graph = optimize(std::move(graph));
    Schedule schedule = schedule_in_groups(graph);
    auto program = std::make_shared<const Program>(
        compile(std::move(graph), std::move(schedule), table, WeightStore(floats, std::move(owner))));
    if (!program->weights.fits() || layout_of(*program) != section->layout) return none;
    return std::shared_ptr<const Program>(std::move(program));
}

}  // namespace featherface::engine
