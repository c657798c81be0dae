#include "tools/measure/machine_peak.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <future>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "tools/measure/stopwatch.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace featherface::tools {

namespace {

// Independent chains of multiply-adds: enough to hide the latency (4 or 5 cycles, two per cycle), few enough
// for the 16 registers that SSE2 and AVX2 have.
constexpr int kChains = 12;

// Runs `steps` multiply-adds on each of the chains; the sum of the chains keeps the compiler honest.
using Chains = float (*)(std::int64_t steps);

#if defined(__x86_64__)

float chains_sse2(std::int64_t steps) {
    const __m128 factor = _mm_set1_ps(0.999f), term = _mm_set1_ps(0.001f);
    __m128 chains[kChains];
    std::fill_n(chains, kChains, term);
    for (std::int64_t i = 0; i < steps; ++i) {
        for (__m128& chain : chains) chain = _mm_add_ps(_mm_mul_ps(chain, factor), term);
    }
    for (int i = 1; i < kChains; ++i) chains[0] = _mm_add_ps(chains[0], chains[i]);
    return _mm_cvtss_f32(chains[0]);
}

[[gnu::target("avx2,fma")]] float chains_avx2(std::int64_t steps) {
    const __m256 factor = _mm256_set1_ps(0.999f), term = _mm256_set1_ps(0.001f);
    __m256 chains[kChains];
    for (__m256& chain : chains) chain = term;
    for (std::int64_t i = 0; i < steps; ++i) {
        for (__m256& chain : chains) chain = _mm256_fmadd_ps(chain, factor, term);
    }
    for (int i = 1; i < kChains; ++i) chains[0] = _mm256_add_ps(chains[0], chains[i]);
    return _mm256_cvtss_f32(chains[0]);
}

[[gnu::target("avx512f")]] float chains_avx512(std::int64_t steps) {
    const __m512 factor = _mm512_set1_ps(0.999f), term = _mm512_set1_ps(0.001f);
    __m512 chains[kChains];
    for (__m512& chain : chains) chain = term;
    for (std::int64_t i = 0; i < steps; ++i) {
        for (__m512& chain : chains) chain = _mm512_fmadd_ps(chain, factor, term);
    }
    for (int i = 1; i < kChains; ++i) chains[0] = _mm512_add_ps(chains[0], chains[i]);
    return _mm512_cvtss_f32(chains[0]);
}

#elif defined(__aarch64__)

float chains_neon64(std::int64_t steps) {
    const float32x4_t factor = vdupq_n_f32(0.999f), term = vdupq_n_f32(0.001f);
    float32x4_t chains[kChains];
    for (float32x4_t& chain : chains) chain = term;
    for (std::int64_t i = 0; i < steps; ++i) {
        for (float32x4_t& chain : chains) chain = vfmaq_f32(term, chain, factor);
    }
    for (int i = 1; i < kChains; ++i) chains[0] = vaddq_f32(chains[0], chains[i]);
    return vgetq_lane_f32(chains[0], 0);
}

#endif

struct Arch {
    std::string_view name;
    int lanes = 0;
    Chains chains = nullptr;
};

Arch find_arch(std::string_view name) {
#if defined(__x86_64__)
    if (name == "sse2") return {name, 4, chains_sse2};
    if (name == "avx2" && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return {name, 8, chains_avx2};
    }
    if (name == "avx512" && __builtin_cpu_supports("avx512f")) return {name, 16, chains_avx512};
#elif defined(__aarch64__)
    if (name == "neon64") return {name, 4, chains_neon64};
#endif
    return {name};
}

constexpr int kTries = 8;

// The best of several tries, since anything that disturbs only ever slows down; each is the sum of what
// `measure` gives on `threads` threads at once.
template <class Measure>
double best_total(int threads, const Measure& measure) {
    double best = 0;
    for (int i = 0; i < kTries; ++i) {
        std::vector<double> rates(static_cast<std::size_t>(threads));
        const auto fill_in = [&](double& rate) { rate = measure(); };
        std::vector<std::future<void>> others;
        for (std::size_t t = 1; t < rates.size(); ++t)
            others.push_back(std::async(std::launch::async, fill_in, std::ref(rates[t])));
        fill_in(rates[0]);
        others.clear();  // joins
        best = std::max(best, std::accumulate(rates.begin(), rates.end(), 0.0));
    }
    return best;
}

double measure_flops(const Arch& arch, int threads) {
    constexpr std::int64_t kSteps = 1'000'000;
    return best_total(threads, [&] {
        volatile float sink = arch.chains(kSteps / 10);  // the clock speeds up, the other threads arrive
        const Stopwatch watch;
        sink = arch.chains(kSteps);
        static_cast<void>(sink);
        return 2.0 * kChains * arch.lanes * static_cast<double>(kSteps) / watch.seconds();
    });
}

double measure_bandwidth(std::size_t working_set_bytes, int threads) {
    constexpr std::size_t kBytesToCopy = std::size_t{64} << 20, kMostRepeats = 100'000;
    const std::size_t half =
        std::max<std::size_t>(working_set_bytes / 2 / static_cast<std::size_t>(threads), 1);
    const std::size_t repeats = std::clamp<std::size_t>(kBytesToCopy / half, 1, kMostRepeats);
    return best_total(threads, [&] {
        std::vector<char> from(half, 1), to(half, 2);
        const auto copy = [&] {
            std::memcpy(to.data(), from.data(), half);
            asm volatile("" : : "r"(to.data()) : "memory");  // the copy counts as used
        };
        copy();
        const Stopwatch watch;
        for (std::size_t i = 0; i < repeats; ++i) copy();
        return 2.0 * static_cast<double>(half) * static_cast<double>(repeats) / watch.seconds();
    });
}

}  // namespace

double peak_flops(std::string_view arch_name, int threads) {
    static std::map<std::pair<std::string, int>, double> known;
    const Arch arch = find_arch(arch_name);
    if (arch.chains == nullptr) return 0;
    const auto [entry, is_new] = known.try_emplace({std::string(arch_name), threads}, 0);
    if (is_new) entry->second = measure_flops(arch, threads);
    return entry->second;
}

double peak_bandwidth(std::size_t working_set_bytes, int threads) {
    static std::map<std::pair<std::size_t, int>, double> known;
    const auto [entry, is_new] = known.try_emplace({working_set_bytes, threads}, 0);
    if (is_new) entry->second = measure_bandwidth(working_set_bytes, threads);
    return entry->second;
}

}  // namespace featherface::tools
