// The featherface program: finds the verb and runs it.
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/version.hpp"
#include "tools/cli/streams.hpp"
#include "tools/cli/suggest.hpp"
#include "tools/verbs.hpp"

namespace featherface::tools {

namespace {

std::string overview() {
    std::string text =
        "featherface " FEATHERFACE_VERSION
        ": finds faces in photos with the FeatherFace networks, straight from their PyTorch checkpoints\n\n"
        "Usage: featherface VERB [OPTION...] [FILE...]\n\n";
    for (const Verb& verb : verbs()) {
        text.append("  ")
            .append(verb.name)
            .append(10 - verb.name.size(), ' ')
            .append(verb.summary)
            .append("\n");
    }
    return text +
           "\nfeatherface help VERB explains a verb, featherface --version prints the version.\n"
           "Data goes to standard output, messages to standard error.\n\n" +
           kExitCodesHelp;
}

ExitCode show(const std::string& text) {
    Status status = write_data(text);
    return status.ok() ? kDone : fail(status);
}

ExitCode run_verb(std::string_view name, Words words) {
    std::vector<std::string> names = {"help"};
    for (const Verb& verb : verbs()) {
        if (verb.name == name) return verb.run(words);
        names.emplace_back(verb.name);
    }
    message("unknown verb '" + std::string(name) + "'" + suggestion(name, names) + " (see featherface help)");
    return kUsage;
}

ExitCode run(Words words) {
    if (words.empty()) {
        message("no verb given (see featherface help)");
        return kUsage;
    }
    const std::string_view first = words.front();
    const auto is_help = [](std::string_view word) {
        return word == "help" || word == "--help" || word == "-h";
    };
    if (first == "--version" && words.size() == 1) return show("featherface " FEATHERFACE_VERSION "\n");
    if (!is_help(first) && first != "--version") return run_verb(first, words.subspan(1));
    if (words.size() == 1 || (words.size() == 2 && is_help(words[1]) && is_help(first))) {
        return show(overview());
    }
    if (words.size() > 2 || first == "--version") {
        message("unexpected word '" + std::string(words.back()) + "' (see featherface help)");
        return kUsage;
    }
    constexpr std::string_view kHelp = "--help";
    return run_verb(words[1], Words(&kHelp, 1));
}

}  // namespace

}  // namespace featherface::tools

int main(int argc, char** argv) {
    using namespace featherface::tools;
    prepare_streams();
    try {
        try {
            const std::vector<std::string_view> words(argv + (argc > 0 ? 1 : 0), argv + argc);
            return run(words);
        } catch (const std::bad_alloc&) {
            throw;
        } catch (const std::exception& error) {
            message(std::string("internal error: ") + error.what());
        }
    } catch (const std::bad_alloc&) {
        message_out_of_memory();
    }
    return kInternal;
}
