// The list of kernels: what every one of them must have. That each has its case, from which tests and
// benchmarks come, the compiler sees (cases/all.hpp); that bench_kernels times it,
// tests/bench/kernel_benchmarks_test.cpp.
#include "tests/kernels/cases/all.hpp"

#include <fstream>
#include <iterator>

#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

TEST_CASE(
    "kernel list: every kernel has a test file of its name, with claims about it, at the networks' shapes "
    "too") {
    const KernelTable& table = *kernels::available_tables().front();
    kernels::for_each_kernel([&](auto kernel) {
        const std::string name = kernels::name_of_kernel(table, kernel);
        CAPTURE(name);
        std::ifstream file(std::string(FEATHERFACE_SOURCE_DIR) + "/tests/kernels/" + name + "_test.cpp");
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        CHECK(text.find("\"" + name + ": ") != std::string::npos);
        CHECK(text.find("check_networks_shapes<") != std::string::npos);
    });
}

TEST_CASE("kernel list: in every table a kernel is named after its operation and the architecture") {
    const KernelTable& first = *kernels::available_tables().front();
    on_every_arch([&](const KernelTable& table) {
        kernels::for_each_kernel([&](auto kernel) {
            const std::string name = kernels::name_of_kernel(first, kernel);
            // An extension that not all CPUs of the architecture have follows behind it.
            const std::string full_name = kernels::full_name(table.*kernel);
            CHECK(full_name.starts_with(name + "_" + table.arch));
        });
    });
}

}  // namespace
}  // namespace featherface::test
