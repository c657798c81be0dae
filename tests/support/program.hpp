// Runs the featherface program as a shell would, and catches what it says.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace featherface::test {

struct ProgramResult {
    int exit_code = -1;  // -1: ended by a signal
    std::string out, err;
    std::size_t peak_memory = 0;  // bytes it held at most, files mapped included
    double cpu_ms = 0;            // the processor's time that it took
};

struct ProgramOptions {
    std::string stdin_text{};
    std::string stdin_file{};  // instead of the text
    // What stdout is: caught, closed, a pipe nobody reads, or a device.
    enum class Stdout { caught, closed, broken_pipe, dev_full };
    Stdout standard_output = Stdout::caught;
    bool stderr_is_terminal = false;
    bool stdin_closed = false;
    std::map<std::string, std::string> environment{};  // besides this process's own
    std::string folder{};                              // to run in; empty: this process's own
    // The most bytes its address space, and a file it writes, may have; 0: no limit.
    std::size_t memory_limit = 0, file_limit = 0;
    std::size_t cpu_limit = 0;  // seconds of the processor that it may take; 0: no limit
};

ProgramResult featherface(const std::vector<std::string>& arguments, const ProgramOptions& options = {});

// The exit code is `expected`, and stderr has the words. On a failure both streams are shown.
void check_program(const ProgramResult& result, int expected,
                   std::initializer_list<std::string_view> words = {});

}  // namespace featherface::test
