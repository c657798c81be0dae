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

// A name fit for a terminal: control characters become \xNN, everything else stays.
std::string printable(std::string_view name);

// A field of a CSV line as RFC 4180 has it: in quotes where it needs them.
std::string csv_field(std::string_view text);

}  // namespace featherface::tools
