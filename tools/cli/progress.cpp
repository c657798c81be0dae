#include "tools/cli/progress.hpp"

#include <cmath>

#include "tools/cli/streams.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

std::string duration_text(double seconds) {
    const auto two_digits = [](long long number) {
        return concat(number < 10 ? "0" : "", std::to_string(number));
    };
    const long long whole = std::llround(seconds), minutes = whole / 60;
    if (whole < 60) return concat(std::to_string(whole), " s");
    if (minutes < 60) return concat(std::to_string(minutes), " min ", two_digits(whole % 60), " s");
    return concat(std::to_string(minutes / 60), " h ", two_digits(minutes % 60), " min");
}

void Progress::begun(std::size_t number, const std::string& name, std::size_t done) const {
    std::string text = concat(std::to_string(number), "/", std::to_string(total_), " ", name);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    if (done > 0 && seconds > 0) {
        const double rate = static_cast<double>(done) / seconds;
        text += concat(" (", fixed(rate, 1), " per second, ",
                       duration_text(static_cast<double>(total_ - done) / rate), " left)");
    }
    progress(text);
}

}  // namespace featherface::tools
