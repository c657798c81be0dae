// The most memory a piece of work needs, by the kernel's account.
#pragma once

#include <cstddef>
#include <functional>

namespace featherface::test {

// By how many bytes the high-water mark of a child process that does it is above that of one that does
// nothing; both have all of this program's code in memory. Memory this process has freed and not given back
// can hide some of it: do little before. Fails the test case when the child does not end by itself. It is to
// be called in a process with one thread.
std::size_t peak_memory(const std::function<void()>& action);

}  // namespace featherface::test
