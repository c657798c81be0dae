// The program's standard streams: data on stdout, messages and progress on stderr. No other place touches
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"
#include "tools/cli/exit_codes.hpp"

namespace featherface::tools {

// It has to be called first. A standard stream the caller closed is replaced by one that cannot be used, so
// that no file opened later takes its number. A reader that goes away, and a file that grows larger than this
// process may write, are errors of what writes them, not signals.
void prepare_streams();

// Writes to stdout at once. Errors: output_error.
Status write_data(std::string_view data);

// "featherface: TEXT" on stderr, on one line: control characters, as names of files may have, are shown
// escaped.
void message(std::string_view text);

// The status as a message; returns its exit code.
ExitCode fail(const Status& status);

// Shows `text` on stderr until something else is written; does nothing where stderr is no terminal.
void progress(std::string_view text);

// All of stdin. Once the beginning is there, of a long input 64 KiB, `check` may refuse it, so that no more
// is waited for. Errors: io_error; limit_exceeded when there is more than `most` bytes; what `check` says.
Result<std::vector<std::uint8_t>> read_stdin(
    std::size_t most, const std::function<Status(std::span<const std::uint8_t> beginning)>& check);

}  // namespace featherface::tools
