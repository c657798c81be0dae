// The seeded networks as packed models.
#pragma once

#include <string_view>

#include "engine/packed/pack.hpp"
#include "support/bytes.hpp"

namespace featherface::test {

// One of kNetworks (seeded_weights.hpp), packed from a checkpoint file of that network.
engine::PackedModel packed_network(std::string_view network, const engine::PackOptions& options);

// The names of all architectures that this CPU and build have.
std::vector<std::string> all_architectures();

inline ByteString bytes_of_file(const engine::PackedModel& packed) {
    return {reinterpret_cast<const char*>(packed.file.data()), packed.file.size()};
}

}  // namespace featherface::test
