#include "tools/measure/available_cores.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tools/measure/system_text.hpp"

#if defined(__linux__)
#include <sched.h>
#endif

namespace featherface::tools {

namespace {

using std::filesystem::path;

// The first number in units of the second, 0 if there are no such two.
double ratio_of(const std::vector<double>& numbers) {
    return numbers.size() >= 2 && numbers[0] > 0 && numbers[1] > 0 ? numbers[0] / numbers[1] : 0;
}

// A group's quota in cores, 0 if it has none. Where there is no limit, v2 has the word "max", v1 the number
// -1.
double quota_v2(const path& group) {
    return ratio_of(numbers_of(system_text(group / "cpu.max")));
}
double quota_v1(const path& group) {
    return ratio_of(
        numbers_of(system_text(group / "cpu.cfs_quota_us") + " " + system_text(group / "cpu.cfs_period_us")));
}

// The least quota from `group` up to the mount that it is below. A container may not see the groups its path
// names, but sees its own as the mount.
template <class Quota>
double least_quota(const path& mount, path group, const Quota& quota) {
    double least = 0;
    while (true) {
        // Not "mount / group" of none: what libstdc++ 12 appends to a path with a slash at its end, where
        // memory runs out, ends the program.
        const double cores = quota(group.empty() ? mount : mount / group);
        if (cores > 0) least = least > 0 ? std::min(least, cores) : cores;
        if (group.empty()) return least;
        group = group.parent_path();
    }
}

}  // namespace

double cgroup_cores(const path& root) {
    const path mounts = root / "sys/fs/cgroup";
    const std::string groups = system_text(root / "proc/self/cgroup");
    for (std::string_view rest = groups; !rest.empty();) {
        std::string_view line = take_until(rest, '\n');  // id:controllers:/path
        take_until(line, ':');
        const std::string controllers(take_until(line, ':'));
        if (line.empty()) continue;
        const path relative = path(line).relative_path();
        double cores = 0;
        if (controllers.empty()) {
            cores = least_quota(mounts, relative, quota_v2);
        } else if (("," + controllers + ",").find(",cpu,") != std::string::npos) {
            cores = least_quota(mounts / "cpu", relative, quota_v1);
        }
        if (cores > 0) return cores;  // the CPU controller is in one hierarchy only
    }
    return 0;
}

int available_cores() {
    int cores = static_cast<int>(std::thread::hardware_concurrency());
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0) cores = CPU_COUNT(&set);
#endif
    if (const double limit = cgroup_cores(); limit > 0) {
        cores = static_cast<int>(std::min<double>(cores, std::ceil(limit)));
    }
    return std::max(cores, 1);
}

}  // namespace featherface::tools
