// What `verify` and `inspect` say of a packed model besides its tensors.
#pragma once

#include <string>
#include <vector>

#include "loaders/torch/checkpoint.hpp"
#include "tools/text/json_writer.hpp"

namespace featherface::tools {

struct PackedFacts {
    std::string name, sha256;  // of the checkpoint that was packed
    std::string licence;
    std::vector<std::string> architectures;  // whose kernels find their weights ready
    std::size_t int8_layers = 0;             // convolutions that are computed with 8 bits

    // For a line of text: the name and the hash; the architectures; the licence's first line.
    std::string source_text() const;
    std::string architectures_text() const;
    std::string licence_text() const;
};

PackedFacts packed_facts(const loaders::PackedFile& file);

// "packed", an object of the five; nothing for any other checkpoint.
void write_packed(JsonWriter& json, const loaders::Checkpoint& checkpoint);

}  // namespace featherface::tools
