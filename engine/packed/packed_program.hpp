// Programs out of packed models: the graph is made anew from the network's topology, by the same passes and
// the same schedule, and its operators' weights are taken from the file, in order, as they lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/runtime/program.hpp"
#include "featherface/model.hpp"
#include "loaders/packed/packed_file.hpp"

namespace featherface::engine {

// The name of the section with an architecture's weights.
std::string packed_section_name(std::string_view cpu_architecture);

// Which kernels a program's weights are packed for, in which order: a packed model serves this version of the
// library only where it is the file's.
std::uint64_t layout_of(const Program& program);

// The weights of a program that was compiled from parameters, as they are to be written.
std::vector<std::span<const std::byte>> packed_blocks(const Program& program);

// The network that a packed model says it is. Errors: malformed; unsupported (none known here).
Result<Architecture> packed_architecture(const loaders::PackedFile& file);

// The program of the network's graph, unbound as its topology has it, for the table's architecture; its
// weights stay where they are in the file, and `owner` keeps its bytes. Nothing, when the file has none for
// it, or those of another version of the library: then its tensors are to be read. Errors: malformed.
Result<std::shared_ptr<const Program>> packed_program(const loaders::PackedFile& file, Graph graph,
                                                      const KernelTable& table,
                                                      std::shared_ptr<const void> owner);

}  // namespace featherface::engine
