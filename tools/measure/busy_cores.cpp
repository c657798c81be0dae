#include "tools/measure/busy_cores.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

namespace featherface::tools {

namespace {

// Until the parent is gone.
[[noreturn]] void use_a_core(pid_t parent) {
    while (::getppid() == parent) {
        volatile std::uint32_t number = 0;
        for (int i = 0; i < 10'000'000; ++i) number = number + 1;
    }
    ::_exit(0);
}

}  // namespace

BusyCores::BusyCores(int count) {
    const pid_t parent = ::getpid();
    for (int i = 0; i < count; ++i) {
        const pid_t child = ::fork();
        if (child == 0) use_a_core(parent);
        if (child > 0) children_.push_back(child);
    }
}

BusyCores::~BusyCores() {
    for (const pid_t child : children_) ::kill(child, SIGKILL);
    for (const pid_t child : children_) ::waitpid(child, nullptr, 0);
}

}  // namespace featherface::tools
