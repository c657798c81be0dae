#include "tools/measure/available_cores.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "support/files.hpp"
#include "support/one_cpu.hpp"

namespace featherface::tools {
namespace {

// The quota found where /proc and /sys hold these files.
double cores_of(const std::map<std::string, std::string>& files) {
    const test::TempDir root;
    for (const auto& [name, text] : files) {
        std::filesystem::create_directories((root / name).parent_path());
        test::write_file(root / name, text);
    }
    return cgroup_cores(root.path());
}

TEST_CASE("available cores: at least one, and no more than the calling thread may run on") {
    CHECK(available_cores() >= 1);
    const test::OneCpu scope;
    CHECK(available_cores() == 1);
}

TEST_CASE("available cores: a cgroup v2 quota counts, a container's and a service's") {
    CHECK(cores_of({{"proc/self/cgroup", "0::/\n"}, {"sys/fs/cgroup/cpu.max", "150000 100000\n"}}) == 1.5);
    CHECK(cores_of({{"proc/self/cgroup", "0::/system.slice/faces.service\n"},
                    {"sys/fs/cgroup/system.slice/cpu.max", "max 100000\n"},
                    {"sys/fs/cgroup/system.slice/faces.service/cpu.max", "50000 100000\n"}}) == 0.5);
}

TEST_CASE("available cores: the least quota on the way up counts") {
    CHECK(cores_of({{"proc/self/cgroup", "0::/a/b/c\n"},
                    {"sys/fs/cgroup/a/cpu.max", "200000 100000\n"},
                    {"sys/fs/cgroup/a/b/cpu.max", "300000 100000\n"},
                    {"sys/fs/cgroup/a/b/c/cpu.max", "max 100000\n"}}) == 2);
}

TEST_CASE("available cores: a cgroup v1 quota counts, also where the group's path cannot be seen") {
    const std::string groups = "4:memory:/m\n3:cpuset:/s\n2:cpu,cpuacct:/docker/1234\n0::/\n";
    const std::string period = "100000\n";
    CHECK(cores_of({{"proc/self/cgroup", groups},
                    {"sys/fs/cgroup/cpu/docker/1234/cpu.cfs_quota_us", "400000\n"},
                    {"sys/fs/cgroup/cpu/docker/1234/cpu.cfs_period_us", period},
                    {"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"},
                    {"sys/fs/cgroup/cpu/cpu.cfs_period_us", period}}) == 4);
    CHECK(cores_of({{"proc/self/cgroup", groups},
                    {"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "300000\n"},
                    {"sys/fs/cgroup/cpu/cpu.cfs_period_us", period}}) == 3);
}

TEST_CASE("available cores: where there is no quota, or nothing sensible is said, there is no limit") {
    CHECK(cores_of({}) == 0);
    CHECK(cores_of({{"proc/self/cgroup", "0::/\n"}}) == 0);
    CHECK(cores_of({{"proc/self/cgroup", "0::/\n"}, {"sys/fs/cgroup/cpu.max", "max 100000\n"}}) == 0);
    CHECK(cores_of({{"proc/self/cgroup", "0::/\n"}, {"sys/fs/cgroup/cpu.max", "100000 0\n"}}) == 0);
    CHECK(cores_of({{"proc/self/cgroup", "0::/\n"}, {"sys/fs/cgroup/cpu.max", "-5 100000\n"}}) == 0);
    CHECK(cores_of({{"proc/self/cgroup", "1:cpuset:/\n\n::\nnonsense\n"},
                    {"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "100000\n"},
                    {"sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}}) == 0);
}

}  // namespace
}  // namespace featherface::tools
