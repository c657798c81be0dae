// From a file's bytes to a LoadedModel: what the ways there share. A packed model that has its weights ready
// takes the short one (take_packed); the tensors of all else are bound to a graph, which is then optimised
// and compiled (load_tensors).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/loaded_model.hpp"
#include "featherface/model.hpp"
#include "loaders/packed/packed_file.hpp"

namespace featherface::engine {

using Loaded = std::shared_ptr<LoadedModel>;

// The kernels that the options ask for.
Result<const KernelTable*> chosen_table(const ModelOptions& options);

// The program of a bound graph, as the options want it.
std::shared_ptr<const Program> program_for(Graph graph, const ModelOptions& options,
                                           const KernelTable& table);

// Gives the graph what a packed model says for 8 bits, where the options want that; `file` is null for all
// else. Errors: malformed; invalid_argument (int8 of a file that is not made for it); unsupported (8 bits,
// which the minimal library leaves out).
Status set_precision(const loaders::PackedFile* file, const ModelOptions& options, Graph& graph);

// A packed model of which all but its weights is read.
struct OpenedPacked {
    loaders::PackedFile file;
    Graph graph;    // unbound, of the precision that the options want
    Loaded loaded;  // without a program
};
Result<OpenedPacked> open_packed(std::span<const std::byte> bytes, std::string_view name,
                                 const ModelOptions& options);

// The fused network of a packed model, whose bytes `owner` keeps: nothing is computed and nothing copied.
// Null, where its tensors are to be read as any checkpoint's: it has no weights ready for these options.
Result<Loaded> take_packed(std::span<const std::byte> bytes, std::string_view name,
                           const ModelOptions& options, std::shared_ptr<const void> owner);

// The network of the tensors in a file, whose bytes are not needed afterwards. The library reads every kind
// of checkpoint (checkpoint_model.cpp), the minimal one packed models alone (minimal_model.cpp).
Result<Loaded> load_tensors(std::span<const std::byte> bytes, std::string_view name,
                            const ModelOptions& options);

// Of the checkpoint that a packed model was made from, not of its own bytes; computed at the first call.
const std::string& sha256_of(const LoadedModel& model);

}  // namespace featherface::engine
