#include "tools/measure/machine.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "engine/system/clock.hpp"
#include "tools/measure/available_cores.hpp"
#include "tools/measure/stopwatch.hpp"
#include "tools/measure/system_text.hpp"

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace featherface::tools {

namespace {

std::string first_line(const char* path) {
    const std::string text = system_text(path);
    return text.substr(0, text.find('\n'));
}

std::string build_text() {
#if defined(__clang__)
    std::string text = "clang " __clang_version__;
#elif defined(__GNUC__)
    std::string text = "gcc " __VERSION__;
#else
    std::string text = "unknown compiler";
#endif
    return text + ", " + FEATHERFACE_CONFIGURATION;
}

#if defined(__linux__)
// The cores this process could use before anything was pinned.
const cpu_set_t& usable_cores() {
    static const cpu_set_t cores = [] {
        cpu_set_t set;
        CPU_ZERO(&set);
        sched_getaffinity(0, sizeof(set), &set);
        return set;
    }();
    return cores;
}
#endif

}  // namespace

std::string cpuinfo(std::string_view key) {
    const std::string text = system_text("/proc/cpuinfo");
    for (std::string_view rest = text; !rest.empty();) {
        std::string_view line = take_until(rest, '\n');
        const std::string_view name = take_until(line, ':');
        if (!name.starts_with(key) || name.find_first_not_of(" \t", key.size()) != name.npos) continue;
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        return std::string(line);
    }
    return "";
}

std::string local_time(const char* format) {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    std::array<char, 64> text{};
    std::strftime(text.data(), text.size(), format, &local);
    return text.data();
}

Machine this_machine() {
    Machine machine;
    machine.cpu = cpuinfo("model name");
    if (machine.cpu.empty()) machine.cpu = "unknown";
    machine.cores = available_cores();
    machine.megahertz = std::strtod(cpuinfo("cpu MHz").c_str(), nullptr);
    machine.governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    if (double load = 0; getloadavg(&load, 1) == 1) machine.load_average = load;
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) == 0) machine.host = host.data();
    machine.build = build_text();
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    machine.optimised = true;
#else
    machine.optimised = false;
#endif
    return machine;
}

CpuTimes cpu_times() {
    CpuTimes times;
    // /proc/stat: "cpu user nice system idle iowait irq softirq steal ...", in clock ticks.
    const std::string line = first_line("/proc/stat");
    std::string_view rest = line;
    take_until(rest, ' ');
    std::vector<double> ticks = numbers_of(rest);
    ticks.resize(8);
    const double ticks_a_second = static_cast<double>(sysconf(_SC_CLK_TCK));
    times.busy = (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) / ticks_a_second;
    times.stolen = ticks[7] / ticks_a_second;
    times.own = process_cpu_seconds();
    return times;
}

double time_fixed_work() {
    constexpr int kMultiplications = 20'000;
    const Stopwatch watch;
    std::uint64_t value = static_cast<std::uint64_t>(engine::raw_nanoseconds()) | 1;
    for (int i = 0; i < kMultiplications; ++i) {
        value *= 0x9E3779B97F4A7C15u;
        asm volatile("" : "+r"(value));  // not to be shortened
    }
    return watch.nanoseconds();
}

double process_cpu_seconds() {
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

void pin_threads([[maybe_unused]] engine::ThreadPool& pool) {
#if defined(__linux__)
    std::vector<int> cores;
    for (int core = 0; core < CPU_SETSIZE; ++core) {
        if (CPU_ISSET(core, &usable_cores())) cores.push_back(core);
    }
    if (cores.empty()) return;
    std::size_t next = 0;
    const auto pin = [&](pthread_t thread) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(cores[next++ % cores.size()], &set);
        pthread_setaffinity_np(thread, sizeof(set), &set);
    };
    pin(pthread_self());
    for (std::thread& worker : pool.workers()) pin(worker.native_handle());
#endif
}

void unpin_thread() {
#if defined(__linux__)
    sched_setaffinity(0, sizeof(cpu_set_t), &usable_cores());
#endif
}

}  // namespace featherface::tools
