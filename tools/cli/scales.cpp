#include "tools/cli/scales.hpp"

#include <cmath>

#include "featherface/detector.hpp"

namespace featherface::tools {

void declare_scales(Arguments& arguments, std::optional<std::string>& target, const std::string& standard) {
    const std::string side = std::to_string(kAutoScalesSide);
    arguments.text(
        0, "scales", "auto|1|LIST",
        "sizes at which a picture is looked at, such as 1,0.5,0.25; 1: its own only; auto: halves of it "
        "too, where its longer side is above " +
            side + " (default " + standard + ")",
        target);
}

Result<std::uint32_t> parse_scales(const std::string& text) {
    if (text == "auto") return kAutoScales;
    std::uint32_t scales = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::string word = text.substr(begin, text.find(',', begin) - begin);
        begin += word.size() + 1;
        float scale = 0;
        int exponent = 0;
        if (!parse_number("--scales", word, scale, 0, 1).ok() || std::frexp(scale, &exponent) != 0.5f ||
            1 - exponent > kMostHalvings) {
            return Status(StatusCode::invalid_argument,
                          "--scales: '" + word +
                              "' is no scale; allowed: auto, or a list of 1, 0.5, 0.25, ... such as 1,0.5");
        }
        scales |= 1u << (1 - exponent);
    }
    return scales;
}

std::vector<float> scale_list(std::uint32_t scales) {
    std::vector<float> list;
    for (int halvings = 0; scales >> halvings != 0; ++halvings) {
        if ((scales >> halvings & 1) != 0) list.push_back(std::ldexp(1.0f, -halvings));
    }
    return list;
}

}  // namespace featherface::tools
