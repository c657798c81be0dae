#include "tools/measure/machine_peak.hpp"

#include <doctest/doctest.h>

#include "kernels/select.hpp"

namespace featherface::tools {
namespace {

// Any CPU of the last twenty years does these, also one that is busy or emulated.
constexpr double kLeastFlops = 1e7;
constexpr double kLeastBandwidth = 1e7;

TEST_CASE("machine peak: every architecture with kernels here has one") {
    for (const kernels::KernelTable* table : kernels::available_tables()) {
        CAPTURE(table->arch);
        CHECK(peak_flops(table->arch) > kLeastFlops);
    }
}

TEST_CASE("machine peak: an architecture the CPU lacks, or nobody has, has none") {
    CHECK(peak_flops("mmx") == 0);
#if defined(__x86_64__)
    CHECK(peak_flops("neon64") == 0);
#else
    CHECK(peak_flops("avx2") == 0);
#endif
}

TEST_CASE("machine peak: bandwidth of any working set on any number of threads, the smallest set included") {
    for (const std::size_t bytes :
         {std::size_t{0}, std::size_t{1}, std::size_t{4096}, std::size_t{1} << 20}) {
        for (const int threads : {1, 3}) {
            CAPTURE(bytes);
            CAPTURE(threads);
            CHECK(peak_bandwidth(bytes, threads) > (bytes < 4096 ? 0 : kLeastBandwidth));
        }
    }
}

}  // namespace
}  // namespace featherface::tools
