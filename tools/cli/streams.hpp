// The program's standard streams: data on stdout, messages and progress on stderr. No other place touches
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"
#include "loaders/mapped_file.hpp"
#include "tools/cli/exit_codes.hpp"

namespace featherface::tools {

// It has to be called first. A standard stream the caller closed is replaced by one that cannot be used, so
// that no file opened later takes its number. A reader that goes away, and a file that grows larger than this
// process may write, are errors of what writes them, not signals.
void prepare_streams();

// Writes to stdout at once. Errors: output_error.
Status write_data(std::string_view data);
// The same of lines for people: what is not shown, as names out of files may have it, is escaped.
Status write_text(std::string_view lines);

// "featherface: TEXT" on stderr, on one line of 16 KiB at most: what is not shown, as names of files may have
// it, is escaped.
void message(std::string_view text);

// The same where there is no memory even for a message.
void message_out_of_memory();

// The status as a message; returns its exit code.
ExitCode fail(const Status& status);

// Shows `text` on stderr until something else is written; does nothing where stderr is no terminal.
void progress(std::string_view text);

// All of stdin, of a long input no more than its beginning promises: no more is waited for. Errors: io_error;
// limit_exceeded when there is more than `allowance` says; what that says.
Result<std::vector<std::uint8_t>> read_stdin(const loaders::Allowance& allowance);

}  // namespace featherface::tools
