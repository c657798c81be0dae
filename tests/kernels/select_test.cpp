// The choice of an architecture and of a convolution kernel.
#include <set>
#include <string>
#include <type_traits>

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include "kernels/select.hpp"
#include "support/forced_arch.hpp"
#include "tests/kernels/checks.hpp"

namespace featherface::test {
namespace {

using kernels::available_tables;
using kernels::ConvGeometry;
using kernels::default_table;
using kernels::find_table;
using kernels::select_conv;

TEST_CASE("select: the tables are complete, distinct and best first") {
    REQUIRE(!available_tables().empty());
    int lanes = 1 << 20;
    std::set<std::string> names;
    for (const KernelTable* table : available_tables()) {
        const std::string arch = table->arch;
        CAPTURE(arch);
        // (32-bit ARM's are as wide as the portable ones, and tried first.)
        CHECK(table->lanes < lanes + (arch == "portable" ? 1 : 0));
        lanes = table->lanes;
        kernels::for_each_kernel([&](auto kernel) {
            if constexpr (std::is_pointer_v<std::remove_cvref_t<decltype(table->*kernel)>>) {
                REQUIRE((table->*kernel != nullptr));
            } else {
                CHECK(((table->*kernel).run != nullptr));
            }
            const std::string name = kernels::full_name(table->*kernel);
            CHECK(name.find(std::string("_") + table->arch) != std::string::npos);
            CHECK(names.insert(name).second);
        });
        for (const kernels::ConvKernel* kernel : {table->conv_gemm, table->conv_depthwise, table->conv_stem,
                                                  table->conv_flat, table->conv_winograd, table->conv_int8}) {
            CHECK((kernel->packed_floats != nullptr));
            CHECK((kernel->pack != nullptr));
            CHECK((kernel->scratch_floats != nullptr));
            CHECK((kernel->run != nullptr));
            CHECK((kernel->supports != nullptr));
        }
    }
#if defined(__x86_64__)
    CHECK(std::string(available_tables().back()->arch) == "sse2");
#elif defined(__aarch64__)
    CHECK(std::string(available_tables().back()->arch) == "neon64");
#else
    CHECK(std::string(available_tables().back()->arch) == "portable");
#endif
}

TEST_CASE("select: without FEATHERFACE_FORCE_ARCH, or with an empty one, the best table is the default") {
    for (const char* value : {static_cast<const char*>(nullptr), ""}) {
        const ForcedArch forced(value);
        REQUIRE(default_table().ok());
        CHECK(default_table().value() == available_tables().front());
    }
}

TEST_CASE("select: FEATHERFACE_FORCE_ARCH chooses each available table") {
    for (const KernelTable* table : available_tables()) {
        const ForcedArch forced(table->arch);
        REQUIRE(default_table().ok());
        CHECK(default_table().value() == table);
        CHECK(find_table(table->arch).value() == table);
    }
}

TEST_CASE("select: an architecture that is unknown or not available is an error that lists those that are") {
#if defined(__x86_64__)
    const char* foreign = "neon64";
#else
    const char* foreign = "avx2";
#endif
    for (const char* name : {foreign, "AVX2", "riscv"}) {
        const ForcedArch forced(name);
        const auto table = default_table();
        REQUIRE(!table.ok());
        CHECK(table.status().code() == StatusCode::invalid_argument);
        const std::string& message = table.status().message();
        CHECK(message.find("FEATHERFACE_FORCE_ARCH") != std::string::npos);
        CHECK(message.find(name) != std::string::npos);
        CHECK(message.find(available_tables().front()->arch) != std::string::npos);
    }
}

TEST_CASE("select: each geometry gets the kernel made for it") {
    on_every_arch([](const KernelTable& table) {
        CHECK(&select_conv(table, {64, 27, 3, 1, 1, 1}) == table.conv_winograd);
        CHECK(&select_conv(table, {64, 27, 3, 2, 1, 1}) == table.conv_gemm);
        CHECK(&select_conv(table, {64, 64, 1, 1, 0, 1}) == table.conv_gemm);
        CHECK(&select_conv(table, {64, 64, 3, 1, 1, 64}) == table.conv_depthwise);
        CHECK(&select_conv(table, {64, 64, 3, 2, 1, 64}) == table.conv_depthwise);
        const KernelTable& narrower = table.narrower != nullptr ? *table.narrower : table;
        CHECK(&select_conv(table, {8, 8, 3, 2, 1, 8}) == narrower.conv_depthwise);
        CHECK(&select_conv(table, {8, 8, 3, 1, 1, 8}) == table.conv_depthwise);  // two pixels in 16 lanes
        CHECK(&select_conv(table, {7, 7, 3, 1, 1, 7}) == narrower.conv_depthwise);
        CHECK(&select_conv(table, {27, 27, 3, 1, 1, 27}) == table.conv_depthwise);
        CHECK(&select_conv(table, {8, 8, 3, 1, 0, 8}) == table.conv_flat);
        CHECK(&select_conv(table, {16, 16, 3, 1, 1, 4}) == table.conv_flat);
        CHECK(&select_conv(table, {8, 8, 3, 1, 1, 4}) == table.conv_flat);
        CHECK(&select_conv(table, {2, 1, 7, 1, 3, 1}) == table.conv_flat);
        CHECK(&select_conv(table, {2, 1, 7, 2, 3, 1}) == narrower.conv_gemm);
        CHECK(&select_conv(table, {4, 8, 3, 2, 1, 1}) == narrower.conv_gemm);
        CHECK(&select_conv(table, kernels::kStem) == table.conv_stem);
        CHECK(&select_conv(table, {8, 16, 3, 1, 1, 8}) == table.conv_gemm);
        CHECK(&select_conv(table, {32, 16, 1, 1, 0, 4}) == table.conv_gemm);
        CHECK(&select_conv(table, {6, 6, 3, 1, 1, 3}) == narrower.conv_gemm);
    });
}

#if defined(__aarch64__) && defined(__linux__)
TEST_CASE("select: 64-bit ARM's 8-bit convolution is of dot products where the CPU has them") {
    const bool has_them = (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
    CHECK(available_tables().back()->conv_int8->name ==
          std::string(has_them ? "conv_int8_neon64dotprod" : "conv_int8_neon64"));
}
#endif

TEST_CASE("select: only AVX-512 has a narrower table, AVX2's") {
    on_every_arch([](const KernelTable& table) {
        if (std::string(table.arch) != "avx512") {
            CHECK((table.narrower == nullptr));
        } else {
            REQUIRE((table.narrower != nullptr));
            CHECK(std::string(table.narrower->arch) == "avx2");
            CHECK(2 * table.narrower->lanes == table.lanes);
        }
    });
}

}  // namespace
}  // namespace featherface::test
