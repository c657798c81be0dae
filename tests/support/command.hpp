// Runs a command line as a shell does.
#pragma once

#include <string>

namespace featherface::test {

struct CommandResult {
    int exit_code = -1;  // -1: ended by a signal
    std::string out;
};

// Standard error goes where this process's goes, unless the command says "2>&1".
CommandResult run_command(const std::string& command);

// A word for such a command, whatever characters it has.
std::string shell_word(const std::string& text);

}  // namespace featherface::test
