// A verb's options, declared once: the same table parses the command line and writes the help.
//
//     float score = 0.5f;
//     Arguments arguments("detect", "Finds faces.", "-m MODEL PICTURE...");
//     arguments.number("score", "lowest score of a face", score, 0, 1);
//     Status status = arguments.parse(words);
//
// Options may stand anywhere: --name VALUE, --name=VALUE, and -m VALUE for those with a letter. "--" ends
// them, a lone "-" is no option. Given twice, the last one counts.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "featherface/status.hpp"

namespace featherface::tools {

class Arguments {
  public:
    // `usage` is what follows "featherface VERB" on the first line of the help.
    Arguments(std::string verb, std::string summary, std::string usage);

    // Targets must outlive parse(). Where help shows a default, it is the target's value at this call.
    // `letter` 0: none. `value` is how the help calls the option's value.
    void text(char letter, const std::string& name, const std::string& value, const std::string& help,
              std::optional<std::string>& target);
    // Takes every word up to the next option, and may be given several times; the target gets them all.
    void list(char letter, const std::string& name, const std::string& value, const std::string& help,
              std::vector<std::string>& target);
    void number(const std::string& name, const std::string& help, float& target, float least, float most);
    void number(const std::string& name, const std::string& help, std::int64_t& target, std::int64_t least,
                std::int64_t most);
    // The same without a default.
    void number(const std::string& name, const std::string& help, std::optional<float>& target, float least,
                float most);
    void number(const std::string& name, const std::string& help, std::optional<std::int64_t>& target,
                std::int64_t least, std::int64_t most);
    // An option without a value: it is given or not.
    void flag(const std::string& name, const std::string& help, bool& target);
    // An option whose value is one of `names`; the target gets its index.
    void choice(const std::string& name, const std::string& help, std::size_t& target,
                std::vector<std::string> names);
    // A paragraph at the end of the help.
    void note(const std::string& paragraph) { notes_.push_back(paragraph); }

    // Errors: invalid_argument; the message names the option, what it was given and what it takes.
    Status parse(std::span<const std::string_view> words);

    bool help_wanted() const { return help_wanted_; }
    const std::vector<std::string>& positionals() const { return positionals_; }
    const std::string& verb() const { return verb_; }
    std::string help() const;

  private:
    struct Option {
        char letter = 0;
        std::string name, value, help;  // value empty: the option takes none
        std::function<Status(std::string_view)> set;
        bool takes_many = false;
        std::string label() const;  // "-m, --model FILE"
    };
    template <class T>
    void optional_number(const std::string& name, const char* value, const std::string& help,
                         std::optional<T>& target, T least, T most);
    Status parse_option(std::span<const std::string_view> words, std::size_t& i);
    const Option* find(std::string_view word) const;
    Status unknown(std::string_view word) const;

    std::string verb_, summary_, usage_;
    std::vector<Option> options_;
    std::vector<std::string> notes_;
    std::vector<std::string> positionals_;
    bool help_wanted_ = false;
};

// The whole of `text` as a number from `least` to `most`. Errors: invalid_argument, "NAME: 'TEXT' is not
// ...".
Status parse_number(const std::string& name, std::string_view text, float& value, float least, float most);
Status parse_number(const std::string& name, std::string_view text, std::int64_t& value, std::int64_t least,
                    std::int64_t most);

}  // namespace featherface::tools
