// How a verb begins: its command line, and the options that several verbs have.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/system/thread_pool.hpp"
#include "featherface/status.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/exit_codes.hpp"

namespace featherface::tools {

using Words = std::span<const std::string_view>;  // of the command line, after the verb

// Parses `words`, or ends the verb with what is returned, having shown its help or what is wrong.
std::optional<ExitCode> parse_or_end(Arguments& arguments, Words words);

// A mistake in a verb's command line, as a message.
ExitCode usage_error(const Arguments& arguments, std::string_view what);

// --threads of a verb that runs a network. Without it $FEATHERFACE_NUM_THREADS counts, else there is one
// thread for each core this process may use.
constexpr std::int64_t kMostThreads = engine::kMaxThreads;
void declare_threads(Arguments& arguments, std::optional<std::int64_t>& target);
// `given`, or the default. Errors: invalid_argument (the variable).
Result<int> threads_or_default(const std::optional<std::int64_t>& given);

// --max-pixels of a verb that reads pictures.
void declare_max_pixels(Arguments& arguments, std::int64_t& target);

}  // namespace featherface::tools
