#include "support/peak_memory.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

// The linker's names for the ends of the program's code.
extern const volatile char code_begin[] __asm__("__executable_start");
extern const volatile char code_end[] __asm__("etext");

namespace featherface::test {

namespace {

// Brings all code into memory, so that how much of it an action uses makes no difference.
void touch_code() {
    constexpr std::ptrdiff_t kPage = 4096;
    for (const volatile char* page = code_begin; page < code_end; page += kPage) static_cast<void>(*page);
}

std::size_t high_water_mark(const std::function<void()>& action) {
    const pid_t child = ::fork();
    if (child == 0) {
        touch_code();
        action();
        ::_exit(0);
    }
    int result = 0;
    rusage usage{};
    REQUIRE(::wait4(child, &result, 0, &usage) == child);
    REQUIRE(WIFEXITED(result));
    REQUIRE(WEXITSTATUS(result) == 0);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

std::size_t peak_memory(const std::function<void()>& action) {
    const std::size_t before = high_water_mark([] {});
    const std::size_t peak = high_water_mark(action);
    return peak - std::min(peak, before);
}

}  // namespace featherface::test
