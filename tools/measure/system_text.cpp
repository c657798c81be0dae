#include "tools/measure/system_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "loaders/numbers.hpp"

namespace featherface::tools {

std::string system_text(const std::filesystem::path& path) {
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "r"));
    std::string text;
    std::array<char, 4096> part{};
    while (file) {
        const std::size_t size = std::fread(part.data(), 1, part.size(), file.get());
        text.append(part.data(), size);
        if (size < part.size()) break;
    }
    return text;
}

std::string_view take_until(std::string_view& text, char end) {
    const std::string_view taken = text.substr(0, text.find(end));
    text.remove_prefix(taken.size() < text.size() ? taken.size() + 1 : taken.size());
    return taken;
}

std::vector<double> numbers_of(std::string_view text) {
    std::vector<double> numbers;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
        double number = 0;
        const auto [end, error] = loaders::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc()) return numbers;
        numbers.push_back(number);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
}

}  // namespace featherface::tools
