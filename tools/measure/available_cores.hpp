// How many cores this process may use.
#pragma once

#include <filesystem>

namespace featherface::tools {

// The calling thread's affinity mask, or the cgroup's CPU quota rounded up where that is less; at least 1.
int available_cores();

// The least CPU quota, in cores, of this process's cgroup (v2 and v1) and those it lies in, as far as they
// can be seen; 0: no limit. `root` is where /proc and /sys are looked for.
double cgroup_cores(const std::filesystem::path& root = "/");

}  // namespace featherface::tools
