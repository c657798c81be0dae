// The calling thread, and what it starts, on one of its CPUs for a scope.
#pragma once

#include <doctest/doctest.h>
#include <sched.h>

namespace featherface::test {

class OneCpu {
  public:
    OneCpu() {
        REQUIRE(sched_getaffinity(0, sizeof before_, &before_) == 0);
        cpu_set_t one;
        CPU_ZERO(&one);
        int cpu = 0;
        while (!CPU_ISSET(cpu, &before_)) ++cpu;
        CPU_SET(cpu, &one);
        REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
    }
    ~OneCpu() { sched_setaffinity(0, sizeof before_, &before_); }
    OneCpu(const OneCpu&) = delete;
    OneCpu& operator=(const OneCpu&) = delete;

  private:
    cpu_set_t before_;
};

}  // namespace featherface::test
