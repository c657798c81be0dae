#include "tools/cli/arguments.hpp"

#include <algorithm>
#include <utility>

#include "loaders/numbers.hpp"
#include "tools/cli/suggest.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

Status wrong(std::string message) {
    return {StatusCode::invalid_argument, std::move(message)};
}

std::string quote(std::string_view word) {
    std::string text = "'";
    return text.append(word).append("'");
}

// `range`: "0 to 1". NaN is outside every range.
template <class T>
Status parse_in_range(const std::string& name, std::string_view text, T& value, T least, T most,
                      const char* kind, const std::string& range) {
    T parsed{};
    const auto [end, error] = loaders::from_chars(text.data(), text.data() + text.size(), parsed);
    const bool whole_text = end == text.data() + text.size() && !text.empty();
    if (!whole_text || error != std::errc{} || !(parsed >= least && parsed <= most)) {
        return wrong(name + ": " + quote(text) + " is not " + kind + " from " + range);
    }
    value = parsed;
    return {};
}

std::string range_text(float least, float most) {
    return shortest(least) + " to " + shortest(most);
}

std::string range_text(std::int64_t least, std::int64_t most) {
    return std::to_string(least) + " to " + std::to_string(most);
}

std::string joined(const std::vector<std::string>& words, const char* separator) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
    return text;
}

// `text` broken into lines of at most `width` characters, the later ones indented.
std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
    std::string result;
    std::size_t column = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = text.find(' ', at);
        if (end == std::string::npos) end = text.size();
        const std::string word = text.substr(at, end - at);
        if (column > 0 && column + 1 + word.size() > width) {
            result += '\n' + std::string(indent, ' ');
            column = 0;
        } else if (column > 0) {
            result += ' ';
            ++column;
        }
        result += word;
        column += word.size();
        at = end + 1;
    }
    return result;
}

constexpr std::size_t kLineWidth = 100;

}  // namespace

Status parse_number(const std::string& name, std::string_view text, float& value, float least, float most) {
    return parse_in_range(name, text, value, least, most, "a number", range_text(least, most));
}

Status parse_number(const std::string& name, std::string_view text, std::int64_t& value, std::int64_t least,
                    std::int64_t most) {
    return parse_in_range(name, text, value, least, most, "a whole number", range_text(least, most));
}

Arguments::Arguments(std::string verb, std::string summary, std::string usage)
    : verb_(std::move(verb)), summary_(std::move(summary)), usage_(std::move(usage)) {}

void Arguments::text(char letter, const std::string& name, const std::string& value, const std::string& help,
                     std::optional<std::string>& target) {
    options_.push_back({letter, name, value, help, [&target, name](std::string_view word) -> Status {
                            if (word.empty()) return wrong("--" + name + ": the value is empty");
                            target = std::string(word);
                            return {};
                        }});
}

void Arguments::list(char letter, const std::string& name, const std::string& value, const std::string& help,
                     std::vector<std::string>& target) {
    const auto add = [&target, name](std::string_view word) -> Status {
        if (word.empty()) return wrong("--" + name + ": the value is empty");
        target.emplace_back(word);
        return {};
    };
    options_.push_back({letter, name, value, help, add, /*takes_many=*/true});
}

void Arguments::number(const std::string& name, const std::string& help, float& target, float least,
                       float most) {
    options_.push_back({0, name, "X",
                        help + " (" + range_text(least, most) + "; default " + shortest(target) + ")",
                        [&target, name, least, most](std::string_view word) {
                            return parse_number("--" + name, word, target, least, most);
                        }});
}

void Arguments::number(const std::string& name, const std::string& help, std::int64_t& target,
                       std::int64_t least, std::int64_t most) {
    options_.push_back({0, name, "N",
                        help + " (" + range_text(least, most) + "; default " + std::to_string(target) + ")",
                        [&target, name, least, most](std::string_view word) {
                            return parse_number("--" + name, word, target, least, most);
                        }});
}

template <class T>
void Arguments::optional_number(const std::string& name, const char* value, const std::string& help,
                                std::optional<T>& target, T least, T most) {
    options_.push_back({0, name, value, help + " (" + range_text(least, most) + ")",
                        [&target, name, least, most](std::string_view word) {
                            T parsed = 0;
                            Status status = parse_number("--" + name, word, parsed, least, most);
                            if (status.ok()) target = parsed;
                            return status;
                        }});
}

void Arguments::number(const std::string& name, const std::string& help, std::optional<float>& target,
                       float least, float most) {
    optional_number(name, "X", help, target, least, most);
}

void Arguments::number(const std::string& name, const std::string& help, std::optional<std::int64_t>& target,
                       std::int64_t least, std::int64_t most) {
    optional_number(name, "N", help, target, least, most);
}

void Arguments::flag(const std::string& name, const std::string& help, bool& target) {
    options_.push_back({0, name, "", help, [&target](std::string_view) -> Status {
                            target = true;
                            return {};
                        }});
}

void Arguments::choice(const std::string& name, const std::string& help, std::size_t& target,
                       std::vector<std::string> names) {
    const std::string all = joined(names, ", ");
    options_.push_back({0, name, "KIND", help + ": " + all + " (default " + names[target] + ")",
                        [&target, name, all, names](std::string_view word) -> Status {
                            const auto found = std::find(names.begin(), names.end(), word);
                            if (found == names.end()) {
                                return wrong("--" + name + ": " + quote(word) + " is none of " + all +
                                             suggestion(word, names));
                            }
                            target = static_cast<std::size_t>(found - names.begin());
                            return {};
                        }});
}

std::string Arguments::Option::label() const {
    return (letter ? std::string{'-', letter} + ", --" : "    --") + name +
           (value.empty() ? "" : " " + value) + (takes_many ? "..." : "");
}

const Arguments::Option* Arguments::find(std::string_view word) const {
    for (const Option& option : options_) {
        if (word == "--" + option.name || (option.letter && word == std::string{'-', option.letter}))
            return &option;
    }
    return nullptr;
}

Status Arguments::unknown(std::string_view word) const {
    std::vector<std::string> names = {"--help"};
    for (const Option& option : options_) names.push_back("--" + option.name);
    std::string hint = suggestion(word, names);
    if (hint.empty())
        hint = "; a file of that name is written after '--' or as './" + std::string(word) + "'";
    return wrong("unknown option " + quote(word) + hint);
}

// Reads the option at words[i] and leaves i at its last word.
Status Arguments::parse_option(std::span<const std::string_view> words, std::size_t& i) {
    const std::string_view word = words[i];
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string_view::npos;
    const std::string_view name = word.substr(0, equals);
    const Option* option = find(name);
    if (!option) return unknown(name);
    if (option->value.empty()) {
        if (equals != std::string_view::npos) return wrong("--" + option->name + " takes no value");
        return option->set("");
    }
    if (equals != std::string_view::npos) return option->set(word.substr(equals + 1));

    // A word like "--nms" after "--score" is a forgotten value; "-1" is a value.
    const auto is_option = [](std::string_view w) {
        return w.size() > 1 && w[0] == '-' && !(w[1] >= '0' && w[1] <= '9') && w[1] != '.';
    };
    if (i + 1 == words.size() || is_option(words[i + 1])) {
        std::string message = "--" + option->name + " needs a value: " + option->value;
        if (i + 1 < words.size()) {
            message += " (if " + quote(words[i + 1]) + " is meant, write --" + option->name + "=" +
                       std::string(words[i + 1]) + ")";
        }
        return wrong(message);
    }
    do {
        if (Status status = option->set(words[++i]); !status.ok()) return status;
    } while (option->takes_many && i + 1 < words.size() && !is_option(words[i + 1]));
    return {};
}

Status Arguments::parse(std::span<const std::string_view> words) {
    bool options_ended = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (word.empty()) return wrong("the name of a file is empty");
        if (options_ended || word == "-" || word[0] != '-') {
            positionals_.emplace_back(word);
        } else if (word == "--") {
            options_ended = true;
        } else if (word == "--help" || word == "-h") {
            help_wanted_ = true;
            return {};
        } else if (Status status = parse_option(words, i); !status.ok()) {
            return status;
        }
    }
    return {};
}

std::string Arguments::help() const {
    std::string text =
        "Usage: featherface " + verb_ + " " + usage_ + "\n\n" + wrapped(summary_, kLineWidth, 0) + "\n\n";
    std::size_t label_width = std::string_view("-h, --help").size();
    for (const Option& option : options_) label_width = std::max(label_width, option.label().size());
    const std::size_t indent = label_width + 4;
    const auto add_line = [&](std::string label, const std::string& what) {
        label.resize(label_width, ' ');
        text.append("  ").append(label).append("  ");
        text.append(wrapped(what, kLineWidth - indent, indent)).append("\n");
    };
    for (const Option& option : options_) add_line(option.label(), option.help);
    add_line("-h, --help", "this text");
    for (const std::string& note : notes_)
        text.append("\n").append(wrapped(note, kLineWidth, 0)).append("\n");
    return text;
}

}  // namespace featherface::tools
