// How the program writes numbers and names.
#pragma once

#include <string>
#include <string_view>

namespace featherface::tools {

// The fewest digits that read back as the same float ("0.1", "1e+20"); "nan", "inf", "-inf" for those.
std::string shortest(float value);

// The number with that many digits after the point.
std::string fixed(double value, int digits);

// Texts one after another.
template <class... Texts>
std::string concat(const Texts&... texts) {
    std::string all;
    (all.append(std::string_view(texts)), ...);
    return all;
}

// A name fit for a terminal or a log: the bytes of characters that are not shown become \xNN, and so do bytes
// that are not UTF-8; everything else stays.
std::string printable(std::string_view name);
// The same of a text of several lines.
std::string printable_lines(std::string_view text);

// The first character of a text that is not empty.
struct Character {
    std::string_view bytes;
    char32_t code = 0;
    bool is_utf8 = true;  // else it is one byte, which is the code

    // Whether it shows nothing, or changes how others are shown: controls (C0 and C1), marks and overrides of
    // the direction, separators of lines, fillers, tags.
    bool is_hidden() const;
};
Character first_character(std::string_view text);

// A field of a CSV line as RFC 4180 has it: in quotes where it needs them.
std::string csv_field(std::string_view text);

}  // namespace featherface::tools
