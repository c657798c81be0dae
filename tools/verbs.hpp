// What `featherface` can do: one function and one file a verb.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "featherface/model.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/exit_codes.hpp"

namespace featherface::tools {

using Words = std::span<const std::string_view>;  // of the command line, after the verb

ExitCode detect(Words words);
ExitCode verify(Words words);
ExitCode inspect(Words words);
ExitCode classify(Words words);
ExitCode dump(Words words);
ExitCode compare(Words words);
ExitCode bench(Words words);
ExitCode eval(Words words);

struct Verb {
    std::string_view name, summary;
    ExitCode (*run)(Words words);
};
std::span<const Verb> verbs();

// For a verb's start: parses `words`, or ends the verb with what is returned, having shown its help or what
// is wrong.
std::optional<ExitCode> parse_or_end(Arguments& arguments, Words words);

// A mistake in a verb's command line, as a message.
ExitCode usage_error(const Arguments& arguments, std::string_view what);

// Model::load(), but for a warning about its weights, which goes to stderr.
Result<Model> load_model(const std::string& file, const ModelOptions& options = {});

// The same for a verb that uses the model in the program when no file is given.
Result<Model> load_model_or_builtin(const std::optional<std::string>& file, const ModelOptions& options = {});

// --threads of a verb that runs a network. Without it $FEATHERFACE_NUM_THREADS counts, else there is one
// thread for each core this process may use.
constexpr std::int64_t kMostThreads = 1024;
void declare_threads(Arguments& arguments, std::optional<std::int64_t>& target);
// `given`, or the default. Errors: invalid_argument (the variable).
Result<int> threads_or_default(const std::optional<std::int64_t>& given);

// --max-pixels of a verb that reads pictures.
void declare_max_pixels(Arguments& arguments, std::int64_t& target);

}  // namespace featherface::tools
