// The networks' outputs to the last bit, by architecture: what a compiler or a changed kernel makes of them
// is seen, and reviewed. Where a change is meant, the table that the failing test prints becomes
// tests/data/output_bits.tsv.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <span>
#include <sstream>
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

// By "network<tab>architecture": the CRC-32 of the outputs' bytes, in the order of their names, as 8 digits.
using Table = std::map<std::string, std::string>;

Table stored_table() {
    Table table;
    std::ifstream lines(test::data_file("output_bits.tsv"));
    for (std::string network, arch, crc; lines >> network >> arch >> crc;) table[network + '\t' + arch] = crc;
    return table;
}

std::string outputs_crc(std::string_view network, const KernelTable& table) {
    const auto input = test::seeded_input(network, 90, 65);
    const auto named = test::run_program(test::optimised_program(test::seeded_graph(network), table), input);
    std::uint32_t crc = 0;
    for (const std::string_view name : {"conf", "landms", "loc", "logits"}) {
        const auto found = named.values.find(std::string(name));
        if (found != named.values.end()) crc = loaders::crc32(std::as_bytes(std::span(found->second)), crc);
    }
    std::ostringstream text;
    text.width(8);
    text.fill('0');
    text << std::hex << crc;
    return text.str();
}

TEST_CASE("outputs are the same bits as when they were last reviewed") {
    const Table expected = stored_table();
    std::string found_lines;
    bool same = true;
    for (const std::string_view network : test::kNetworks) {
        for (const KernelTable* table : kernels::available_tables()) {
            std::string key = std::string(network) + '\t' + table->arch;
            const std::string crc = outputs_crc(network, *table);
            same = same && expected.contains(key) && expected.at(key) == crc;
            found_lines += key + '\t' + crc + '\n';
        }
    }
    INFO("tests/data/output_bits.tsv, but this build gives\n", found_lines);
    CHECK(same);
}

}  // namespace
}  // namespace featherface::engine
