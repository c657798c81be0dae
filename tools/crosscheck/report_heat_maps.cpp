// The heat maps of a report: pictures of one pixel per cell, which the browser enlarges.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "tools/crosscheck/report_parts.hpp"
#include "tools/pictures/data_uri.hpp"
#include "tools/text/html.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

const std::string_view kHeatMapStyle = R"css(
.maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: 1.5rem 1.25rem; }
.maps figure { margin: 0; }
.maps img { display: block; width: 100%; height: auto; max-height: 20rem; object-fit: contain;
  object-position: left top; image-rendering: pixelated; }
.maps figcaption { margin-top: .4rem; font-size: .9rem; }
.maps figcaption b { overflow-wrap: anywhere; }
.scale { position: relative; height: 1rem; margin: .75rem 0 2rem; max-width: 30rem; border-radius: .25rem; }
.scale span { position: absolute; top: 1.1rem; font-size: .8rem; color: var(--soft); white-space: nowrap;
  transform: translateX(-50%); }
.scale span:first-child { transform: none; }
.scale span:last-child { transform: translateX(-100%); }
)css";

namespace {

using Colour = std::array<int, 3>;  // red, green, blue

// It becomes ever lighter, so that it reads without colour too.
constexpr std::array<Colour, 5> kRamp = {
    {{16, 18, 43}, {75, 42, 134}, {181, 58, 112}, {243, 140, 62}, {253, 243, 178}}};
constexpr Colour kNotFinite = {0, 229, 255};

constexpr double kFaintest = 0.01;  // tolerances

// It goes from kFaintest to `most`, in powers of ten.
struct Scale {
    double most = 10;

    double share(double error) const {
        if (!(error > kFaintest)) return 0;
        return std::min(std::log10(error / kFaintest) / std::log10(most / kFaintest), 1.0);
    }
};

Colour colour_of(double share) {
    const double at = share * (kRamp.size() - 1);
    const std::size_t low = std::min(static_cast<std::size_t>(at), kRamp.size() - 2);
    Colour colour{};
    for (std::size_t c = 0; c < 3; ++c) {
        colour[c] = static_cast<int>(std::lround(kRamp[low][c] + (kRamp[low + 1][c] - kRamp[low][c]) *
                                                                     (at - static_cast<double>(low))));
    }
    return colour;
}

Image picture_of_errors(const ErrorMap& map, const Scale& scale) {
    Image image{map.width, map.height, PixelFormat::rgb8, {}};
    for (const float error : map.errors) {
        const Colour colour =
            std::isnan(error) ? kNotFinite : colour_of(scale.share(static_cast<double>(error)));
        for (const int value : colour) image.pixels.push_back(static_cast<std::uint8_t>(value));
    }
    return image;
}

std::string legend(const Scale& scale) {
    std::string stops, ticks;
    for (const Colour& colour : kRamp) {
        stops += concat(stops.empty() ? "" : ", ", "rgb(", std::to_string(colour[0]), " ",
                        std::to_string(colour[1]), " ", std::to_string(colour[2]), ")");
    }
    const auto tick = [&](double error, const std::string& text) {
        ticks += concat("<span style=\"left: ", fixed(100 * scale.share(error), 2), "%\">", text, "</span>");
    };
    tick(kFaintest, "0.01\u00d7 or less");
    tick(1, "tolerance");
    tick(scale.most, concat(tolerances(scale.most), "\u00d7"));
    return concat("<div class=\"scale\" style=\"background: linear-gradient(to right, ", stops, ")\">", ticks,
                  "</div>\n");
}

// What is to be seen on the map, in words.
std::string description(const ErrorMap& map, const Row& row) {
    std::size_t outside = 0, broken = 0, worst = 0;
    for (std::size_t i = 0; i < map.errors.size(); ++i) {
        const float error = map.errors[i];
        if (std::isnan(error)) ++broken;
        if (error > 1) ++outside;
        if (!std::isnan(error) && !(error <= map.errors[worst])) worst = i;
    }
    const std::size_t width = static_cast<std::size_t>(map.width);
    std::string text =
        concat(shape_text(row.shape), ": at most ", tolerances(static_cast<double>(map.errors[worst])),
               " times the tolerance, at row ", std::to_string(worst / width), ", column ",
               std::to_string(worst % width), "; outside it at ", std::to_string(outside), " of ",
               counted(map.errors.size(), "place", "places"));
    if (broken > 0) text += concat("; not finite at ", std::to_string(broken), " (light blue)");
    return text;
}

}  // namespace

Result<std::string> heat_maps(const Evidence& evidence, const Comparison& comparison) {
    if (evidence.maps.empty()) return std::string();
    Scale scale;
    for (const ErrorMap& map : evidence.maps) {
        for (const float error : map.errors) {
            if (std::isfinite(error)) scale.most = std::max(scale.most, static_cast<double>(error));
        }
    }
    std::string figures;
    for (const ErrorMap& map : evidence.maps) {
        const auto row = std::find_if(comparison.rows.begin(), comparison.rows.end(),
                                      [&](const Row& other) { return other.name == map.name; });
        const auto uri = png_data_uri(picture_of_errors(map, scale).view());
        if (!uri.ok()) return uri.status();
        const std::string text = description(map, *row);
        figures += concat("<figure><img alt=\"Heat map of ", html_escaped(map.name), " ", text, "\" width=\"",
                          std::to_string(map.width), "\" height=\"", std::to_string(map.height), "\" src=\"",
                          uri.value(), "\"><figcaption><b>", html_escaped(map.name), "</b>",
                          &*row == comparison.first_difference() ? " (the first that differs)" : "", "<br>",
                          text, ".</figcaption></figure>\n");
    }
    return concat("<h2 id=\"maps\">Where the errors are</h2>\n<p>The ",
                  comparison.agrees() ? "layers with the largest errors"
                                      : "first layer that differs and those with the largest errors",
                  ", at each place the largest over the channels.</p>\n", legend(scale),
                  "<div class=\"maps\">\n", figures, "</div>\n");
}

}  // namespace featherface::tools
