// bench_kernels: nothing of it is timed here, only listed.
#include <doctest/doctest.h>

#include <set>
#include <sstream>
#include <string>

#include "kernels/select.hpp"
#include "support/command.hpp"
#include "tests/kernels/cases/all.hpp"

namespace featherface::test {
namespace {

TEST_CASE("bench_kernels: every kernel has a benchmark, on every architecture") {
    const CommandResult listed =
        run_command(shell_word(FEATHERFACE_BINARY_DIR "/bin/bench_kernels") + " --benchmark_list_tests");
    REQUIRE(listed.exit_code == 0);
    std::set<std::string> timed;
    std::istringstream lines(listed.out);
    for (std::string line; std::getline(lines, line);) timed.insert(line.substr(0, line.find('/')));
    for (const kernels::KernelTable* table : kernels::available_tables()) {
        for_each_case([&](auto kind) {
            using Case = typename decltype(kind)::type;
            const std::string name = kernels::full_name(table->*Case::kKernel);
            CAPTURE(name);
            CHECK(timed.count(name) == 1);
        });
    }
}

}  // namespace
}  // namespace featherface::test
