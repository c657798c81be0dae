// What `featherface` can do: one function and one file per verb.
#pragma once

#include <span>
#include <string_view>

#include "tools/cli/verb.hpp"

namespace featherface::tools {

ExitCode detect(Words words);
ExitCode verify(Words words);
ExitCode inspect(Words words);
ExitCode classify(Words words);
ExitCode dump(Words words);
ExitCode compare(Words words);
ExitCode bench(Words words);
ExitCode eval(Words words);
ExitCode pack(Words words);
ExitCode quantize(Words words);
ExitCode embed(Words words);
ExitCode extract(Words words);
ExitCode export_network(Words words);

struct Verb {
    std::string_view name, summary;
    ExitCode (*run)(Words words);
};
std::span<const Verb> verbs();

}  // namespace featherface::tools
