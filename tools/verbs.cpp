#include "tools/verbs.hpp"

#include <array>
#include <cstdlib>
#include <string>

#include "engine/thread_pool.hpp"
#include "tools/streams.hpp"

namespace featherface::tools {

std::span<const Verb> verbs() {
    static constexpr std::array<Verb, 6> kVerbs = {{
        {"detect", "find faces in pictures", detect},
        {"verify", "say what a checkpoint is", verify},
        {"inspect", "list what a checkpoint holds", inspect},
        {"classify", "name a picture's ImageNet classes with the backbone", classify},
        {"dump", "write the values of a run, layer by layer", dump},
        {"compare", "find the first layer that differs from a reference", compare},
    }};
    return kVerbs;
}

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

Result<Model> load_model(const std::string& file, const ModelOptions& options) {
    auto model = Model::load(file, options);
    if (model.ok() && !model->warning().empty()) {
        message("warning: " + file + ": " + model->warning());
    }
    return model;
}

Result<std::int64_t> default_threads() {
    constexpr const char* kVariable = "FEATHERFACE_NUM_THREADS";
    const char* text = std::getenv(kVariable);
    if (!text) return std::int64_t{engine::available_cores()};
    std::int64_t threads = 0;
    Status status = parse_number(kVariable, text, threads, 1, kMostThreads);
    if (!status.ok()) return status;
    return threads;
}

}  // namespace featherface::tools
