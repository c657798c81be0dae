// The choice of an architecture's kernels: CPU detection, FEATHERFACE_FORCE_ARCH, and the convolution that
// suits a geometry.
#include "kernels/select.hpp"

#include <cstdlib>
#include <string>

#if defined(FEATHERFACE_NEON) || (defined(__aarch64__) && defined(__linux__))
#include <sys/auxv.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "kernels/arch_tables.hpp"

namespace featherface::kernels {
namespace {

#if defined(__x86_64__)
// (clang 14's __builtin_cpu_supports does not know the name.)
[[maybe_unused]] bool has_avx_vnni() {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax & 1u << 4) != 0;
}
#elif defined(__aarch64__)
[[maybe_unused]] bool has_dot_products() {
#if defined(__ARM_FEATURE_DOTPROD)  // everything is compiled for CPUs that have them, as it is for macOS
    return true;
#elif defined(__linux__)
    constexpr unsigned long kHasDotProducts = 1 << 20;  // HWCAP_ASIMDDP
    return (getauxval(AT_HWCAP) & kHasDotProducts) != 0;
#else
    return false;
#endif
}
#endif

// FEATHERFACE_WITHOUT_<ARCHITECTURE>: those that FEATHERFACE_ARCHITECTURES leaves out; FEATHERFACE_NEON:
// 32-bit ARM's is built (kernels/CMakeLists.txt).
// __builtin_cpu_supports also asks whether the operating system saves the wide registers.
std::vector<const KernelTable*> detect_tables() {
    std::vector<const KernelTable*> tables;
#if defined(__x86_64__)
    __builtin_cpu_init();
    [[maybe_unused]] const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    [[maybe_unused]] const bool avx512 =
        avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl");
#if !defined(FEATHERFACE_WITHOUT_AVX512)
    if (avx512) {
        static KernelTable table = kAvx512Table;
#if !defined(FEATHERFACE_WITHOUT_INT8)
        if (__builtin_cpu_supports("avx512vnni")) table.conv_int8 = &kConvInt8Avx512Vnni;
#endif
        tables.push_back(&table);
    }
#endif
#if !defined(FEATHERFACE_WITHOUT_AVX2)
    if (avx2) {
        static KernelTable table = kAvx2Table;
#if !defined(FEATHERFACE_WITHOUT_INT8)
        if (has_avx_vnni()) table.conv_int8 = &kConvInt8Avx2Vnni;
#endif
        tables.push_back(&table);
    }
#endif
#if !defined(FEATHERFACE_WITHOUT_SSE2)
    tables.push_back(&kSse2Table);
#endif
#elif defined(__aarch64__)
    static KernelTable table = kNeon64Table;
#if !defined(FEATHERFACE_WITHOUT_INT8)
    if (has_dot_products()) table.conv_int8 = &kConvInt8Neon64Dotprod;
#endif
    tables.push_back(&table);
#else
#if defined(FEATHERFACE_NEON)
    constexpr unsigned long kHasNeon = 1 << 12;  // HWCAP_NEON of Linux
    if ((getauxval(AT_HWCAP) & kHasNeon) != 0) tables.push_back(&kNeonTable);
#endif
#if !defined(FEATHERFACE_WITHOUT_PORTABLE)
    tables.push_back(&kPortableTable);
#endif
#endif
    return tables;
}

}  // namespace

const std::vector<const KernelTable*>& available_tables() {
    static const std::vector<const KernelTable*> tables = detect_tables();
    return tables;
}

Result<const KernelTable*> find_table(std::string_view arch) {
    std::string names;
    for (const KernelTable* table : available_tables()) {
        if (arch == table->arch) return table;
        names += names.empty() ? "" : ", ";
        names += table->arch;
    }
    return Status(StatusCode::invalid_argument,
                  "no kernels for the architecture \"" + std::string(arch) +
                      "\" on this CPU and in this build; available: " + (names.empty() ? "none" : names));
}

Result<const KernelTable*> default_table() {
    const char* forced = std::getenv("FEATHERFACE_FORCE_ARCH");
    if (forced == nullptr || *forced == '\0') {
        if (!available_tables().empty()) return available_tables().front();
        return Status(StatusCode::unsupported,
                      "none of the kernels that this library was built with runs on this CPU");
    }
    Result<const KernelTable*> table = find_table(forced);
    if (table.ok()) return table;
    return Status(StatusCode::invalid_argument, "FEATHERFACE_FORCE_ARCH: " + table.status().message());
}

std::array<const ConvKernel*, 5> conv_kernels(const KernelTable& table) {
    return {table.conv_depthwise, table.conv_stem, table.conv_flat, table.conv_winograd, table.conv_gemm};
}

const ConvKernel& select_conv(const KernelTable& table, const ConvGeometry& geometry) {
    // Narrower registers for few channels, unless the wide ones, of 16 lanes, hold two pixels of them.
    const bool in_pairs = table.lanes == 16 && table.conv_depthwise->supports(geometry) &&
                          geometry.stride == 1 && 2 * geometry.out_channels == table.lanes;
    const bool fits =
        !in_pairs && table.narrower != nullptr && geometry.out_channels <= table.narrower->lanes;
    const KernelTable& over_channels = fits ? *table.narrower : table;
    for (const ConvKernel* kernel :
         {over_channels.conv_depthwise, table.conv_stem, table.conv_flat, table.conv_winograd}) {
        if (kernel->supports(geometry)) return *kernel;
    }
    return *over_channels.conv_gemm;
}

}  // namespace featherface::kernels
