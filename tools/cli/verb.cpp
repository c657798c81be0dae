#include "tools/cli/verb.hpp"

#include <cstdlib>
#include <string>

#include "tools/cli/streams.hpp"
#include "tools/measure/available_cores.hpp"

namespace featherface::tools {

std::optional<ExitCode> parse_or_end(Arguments& arguments, Words words) {
    if (Status status = arguments.parse(words); !status.ok()) return usage_error(arguments, status.message());
    if (!arguments.help_wanted()) return std::nullopt;
    if (Status status = write_data(arguments.help()); !status.ok()) return fail(status);
    return kDone;
}

ExitCode usage_error(const Arguments& arguments, std::string_view what) {
    message(arguments.verb() + ": " + std::string(what) + " (see featherface help " + arguments.verb() + ")");
    return kUsage;
}

void declare_threads(Arguments& arguments, std::optional<std::int64_t>& target) {
    arguments.number("threads", "threads; default $FEATHERFACE_NUM_THREADS, else one for each available core",
                     target, 1, kMostThreads);
}

Result<int> threads_or_default(const std::optional<std::int64_t>& given) {
    constexpr const char* kVariable = "FEATHERFACE_NUM_THREADS";
    std::int64_t threads = given.value_or(available_cores());
    const char* text = given ? nullptr : std::getenv(kVariable);
    if (text) {
        if (Status status = parse_number(kVariable, text, threads, 1, kMostThreads); !status.ok())
            return status;
    }
    return static_cast<int>(threads);
}

void declare_max_pixels(Arguments& arguments, std::int64_t& target) {
    constexpr std::int64_t kMostPixels = 10'000'000'000;
    arguments.number("max-pixels", "refuse larger pictures", target, 1, kMostPixels);
}

}  // namespace featherface::tools
