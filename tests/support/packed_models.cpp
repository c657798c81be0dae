#include "support/packed_models.hpp"

#include <doctest/doctest.h>

#include <utility>

#include "kernels/select.hpp"
#include "loaders/torch/checkpoint.hpp"
#include "support/seeded_checkpoint.hpp"

namespace featherface::test {

engine::PackedModel packed_network(std::string_view network, const engine::PackOptions& options) {
    const ByteString file = make_torch_zip(seeded_checkpoint(network));
    auto checkpoint = loaders::Checkpoint::from_bytes(span_of(file), "seeded.pth");
    REQUIRE_MESSAGE(checkpoint.ok(), checkpoint.status().message());
    auto packed = engine::pack(checkpoint.value(), options);
    REQUIRE_MESSAGE(packed.ok(), packed.status().message());
    return std::move(packed).value();
}

std::vector<std::string> all_architectures() {
    std::vector<std::string> names;
    for (const kernels::KernelTable* table : kernels::available_tables()) names.emplace_back(table->arch);
    return names;
}

}  // namespace featherface::test
