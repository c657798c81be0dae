// The machine a benchmark runs on, how the program was built, and what else goes on there.
#pragma once

#include <string>
#include <string_view>

#include "engine/system/thread_pool.hpp"

namespace featherface::tools {

struct Machine {
    std::string cpu;          // as the system calls it; "unknown" where it does not say
    int cores = 1;            // this process may use
    double megahertz = 0;     // as the system states it, 0: not; virtual machines often state a constant
    std::string governor;     // of frequency scaling; empty: not stated
    double load_average = 0;  // runnable tasks over the last minute, before the benchmark
    std::string host;
    std::string build;      // compiler and configuration
    bool optimised = true;  // the build is
};
Machine this_machine();

// The first value of that key in /proc/cpuinfo, "model name" say; empty when there is none.
std::string cpuinfo(std::string_view key);

// Now, as strftime() writes it in the system's time zone.
std::string local_time(const char* format);

// CPU seconds since some start. Differences count.
struct CpuTimes {
    double busy = 0;    // of all cores, by anyone
    double stolen = 0;  // by the hypervisor, for other virtual machines
    double own = 0;     // by this process
};
CpuTimes cpu_times();

// CPU seconds of this process, all threads.
double process_cpu_seconds();

// Nanoseconds of a fixed chain of dependent integer multiplications: as the core's clock is, so is this.
double time_fixed_work();

// Puts each thread of the pool on a core of its own, in order, of those this process could use when the
// program started; with more threads than cores several share one. Does nothing where the system has no way.
void pin_threads(engine::ThreadPool& pool);
// Lets the calling thread, and those it starts from now on, use all those cores again.
void unpin_thread();

}  // namespace featherface::tools
