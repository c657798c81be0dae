// The networks' outputs to the last bit, by architecture: what a compiler or a changed kernel makes of them
// is seen, and reviewed. Where a change is meant, the table that the failing test prints becomes
// tests/data/output_bits.tsv.
#include <doctest/doctest.h>

#include <cstdio>
#include <span>
#include <string>

#include "kernels/select.hpp"
#include "loaders/crc32.hpp"
#include "support/capture.hpp"
#include "support/files.hpp"
#include "support/seeded_graph.hpp"
#include "support/seeded_model.hpp"
#include "support/seeded_weights.hpp"

namespace featherface::engine {
namespace {

// The CRC-32 of the outputs' bytes, in the order of their names, as 8 digits.
std::string outputs_crc(std::string_view network, const KernelTable& table) {
    const auto input = test::seeded_input(network, 90, 65);
    const auto named = test::run_program(test::optimised_program(test::seeded_graph(network), table), input);
    std::uint32_t crc = 0;
    for (const std::string_view name : {"conf", "landms", "loc", "logits"}) {
        const auto found = named.values.find(std::string(name));
        if (found != named.values.end()) crc = loaders::crc32(std::as_bytes(std::span(found->second)), crc);
    }
    char text[9];
    std::snprintf(text, sizeof text, "%08x", static_cast<unsigned>(crc));
    return text;
}

TEST_CASE("outputs are the same bits as when they were last reviewed") {
    const auto stored = test::read_file(test::data_file("output_bits.tsv"));
    const std::string expected = '\n' + std::string(stored.begin(), stored.end());
    std::string found_lines;
    bool same = true;
    for (const std::string_view network : test::kNetworks) {
        for (const KernelTable* table : kernels::available_tables()) {
            const std::string line =
                std::string(network) + '\t' + table->arch + '\t' + outputs_crc(network, *table) + '\n';
            same = same && expected.find('\n' + line) != std::string::npos;
            found_lines += line;
        }
    }
    INFO("tests/data/output_bits.tsv, but this build gives\n", found_lines);
    CHECK(same);
}

}  // namespace
}  // namespace featherface::engine
