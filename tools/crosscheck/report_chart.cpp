// The chart of a report: a bar per layer, as SVG that stretches to the width there is while its text does
// not.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tools/crosscheck/conclusion.hpp"
#include "tools/crosscheck/report_parts.hpp"
#include "tools/text/html.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

const std::string_view kErrorChartStyle = R"css(
.chart { margin: 1rem 0; }
.chart .plot { display: grid; grid-template-columns: 5.2rem minmax(0, 1fr); column-gap: .4rem; }
.chart .axis { position: relative; height: 18rem; font-size: .8rem; color: var(--soft); }
.chart .axis span { position: absolute; right: 0; transform: translateY(50%); white-space: nowrap; }
.chart .axis .limit { color: var(--ink); font-weight: 600; }
.chart svg { display: block; width: 100%; height: 18rem; border-bottom: 1px solid var(--soft); }
.chart line { vector-effect: non-scaling-stroke; stroke: var(--line); }
.chart line.limit { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 6 4; }
.chart .band { fill: var(--panel); }
.chart .bar { fill: var(--accent); }
.chart .bad .bar, .chart pattern .bar { fill: var(--bad); }
.chart .bad .beyond { fill: url(#beyond); }
.chart svg a:hover .bar { fill: var(--ink); }
.chart .below { grid-column: 2; position: relative; font-size: .75rem; color: var(--soft); height: 1.5rem; }
.chart .below span { position: absolute; top: .2rem; height: 1.2rem; overflow: hidden; display: flex; flex-wrap: wrap; }
.chart .below span::before { content: ""; height: 1.2rem; }
.chart .below i { font-style: normal; padding: 0 .15rem; }
.chart .first { position: absolute; top: .1rem; white-space: nowrap; font-size: .85rem; font-weight: 600;
  color: var(--bad); transform: translateX(-.45em); }
.chart .first.left { transform: translateX(.45em); }
.chart figcaption { margin-top: .5rem; max-width: 80ch; }
)css";

namespace {

std::string number(double value) {
    return shortest(static_cast<float>(value));
}

// Powers of ten the axis spans.
struct Decades {
    int low = -3, high = 1;

    double share(double ratio) const {
        if (!(ratio > 0)) return 0;
        return std::clamp((std::log10(ratio) - low) / (high - low), 0.0, 1.0);
    }
};

Decades decades_of(const std::vector<const Row*>& rows) {
    constexpr int kLowest = -6, kHighest = 12;
    double least = 1e-3, most = 10;
    for (const Row* row : rows) {
        const double ratio = row->has_tolerance() ? row->difference.worst_ratio : 0;
        if (!(ratio > 0) || !std::isfinite(ratio)) continue;
        least = std::min(least, ratio);
        most = std::max(most, ratio);
    }
    return {std::max(kLowest, static_cast<int>(std::floor(std::log10(least)))),
            std::min(kHighest, static_cast<int>(std::ceil(std::log10(most))))};
}

std::string decade_text(int exponent) {
    if (exponent == 0) return "tolerance";
    if (exponent >= -2 && exponent <= 3)
        return concat(shortest(std::pow(10.0f, static_cast<float>(exponent))), "\u00d7");
    return concat("1e", exponent > 0 ? "+" : "", std::to_string(exponent), "\u00d7");
}

// What a layer belongs to: its outermost module.
std::string group_of(const std::string& name) {
    return name.substr(0, name.find_first_of(".@#"));
}

bool is_beyond_measure(const Row& row) {
    return row.is_difference() && (row.verdict != Verdict::differs || !row.has_tolerance() ||
                                   !std::isfinite(row.difference.worst_ratio));
}

// `gap` is the share of a bar's place it leaves free.
std::string bar(const Row& row, std::size_t index, std::size_t place, double gap, const Decades& decades) {
    const bool beyond = is_beyond_measure(row), measured = row.has_tolerance() && !beyond;
    const double height = beyond ? 100 : measured ? 100 * decades.share(row.difference.worst_ratio) : 0;
    const std::string what =
        measured ? concat(tolerances(row.difference.worst_ratio), " times the tolerance, max abs ",
                          scientific(row.difference.max_abs))
                 : verdict_text(row);
    return concat("<a href=\"#layer-", std::to_string(index), "\" tabindex=\"-1\"",
                  row.is_difference() ? " class=\"bad\"" : "", "><title>", html_escaped(row.name), ": ",
                  html_escaped(what), "</title><rect class=\"bar", beyond ? " beyond" : "", "\" x=\"",
                  number(static_cast<double>(place) + gap / 2), "\" width=\"", number(1 - gap), "\" y=\"",
                  number(100 - height), "\" height=\"", number(height), "\"/></a>\n");
}

// Everything that stands at a layer's place.
struct Marks {
    std::string bands, bars, groups, first;
    bool any_beyond = false;
};

Marks marks_of(const std::vector<const Row*>& rows, const Comparison& comparison, const Decades& decades) {
    Marks marks;
    const double count = static_cast<double>(rows.size());
    const auto percent = [&](double place) { return concat(fixed(100 * place / count, 3), "%"); };
    std::size_t begin = 0, group_count = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row& row = *rows[i];
        const std::size_t index = static_cast<std::size_t>(&row - comparison.rows.data());
        marks.bars += bar(row, index, i, rows.size() > 100 ? 0 : 0.2, decades);
        marks.any_beyond |= is_beyond_measure(row);
        if (&row == comparison.first_difference()) {
            const double middle = static_cast<double>(i) + 0.5;
            const bool left = middle > count / 2;  // of its mark, where there is more room
            marks.first =
                concat("<div class=\"below\"><a class=\"first", left ? " left" : "", "\" href=\"#layer-",
                       std::to_string(index), "\" style=\"",
                       left ? "right: " : "left: ", percent(left ? count - middle : middle), "\">",
                       left ? "" : "\u25b2 ", html_escaped(row.name), left ? " \u25b2" : "", "</a></div>\n");
        }
        const std::string group = group_of(row.name);
        if (i + 1 < rows.size() && group_of(rows[i + 1]->name) == group) continue;
        const double first = static_cast<double>(begin), span = static_cast<double>(i + 1 - begin);
        if (group_count++ % 2 == 1) {
            marks.bands += concat("<rect class=\"band\" y=\"0\" height=\"100\" x=\"", number(first),
                                  "\" width=\"", number(span), "\"/>");
        }
        marks.groups += concat("<span style=\"left: ", percent(first), "; width: ", percent(span), "\"><i>",
                               html_escaped(group), "</i></span>");
        begin = i + 1;
    }
    return marks;
}

}  // namespace

std::string tolerances(double ratio) {
    if (ratio == 0 || (ratio >= 0.1 && ratio < 10)) return fixed(ratio, ratio == 0 ? 0 : 2);
    if (ratio >= 10 && ratio < 1e6) return fixed(ratio, 0);
    return std::isfinite(ratio) ? scientific(ratio) : "infinitely many";
}

std::string error_chart(const Comparison& comparison) {
    std::vector<const Row*> rows;
    for (const Row& row : comparison.rows) {
        if (row.was_compared()) rows.push_back(&row);
    }
    const Decades decades = decades_of(rows);
    const std::size_t count = rows.size();
    const Marks marks = marks_of(rows, comparison, decades);

    std::string lines, labels;
    const int step = decades.high - decades.low > 8 ? 2 : 1;
    for (int exponent = decades.low; exponent <= decades.high; ++exponent) {
        if (exponent % step != 0) continue;
        const double share = 100 * decades.share(std::pow(10.0, exponent));
        const char* kind = exponent == 0 ? " class=\"limit\"" : "";
        lines += concat("<line x1=\"0\" x2=\"", std::to_string(count), "\" y1=\"", number(100 - share),
                        "\" y2=\"", number(100 - share), "\"", kind, "/>");
        labels += concat("<span style=\"bottom: ", fixed(share, 2), "%\"", kind, ">", decade_text(exponent),
                         "</span>");
    }

    const std::size_t differing = comparison.compared() - comparison.count(Verdict::agrees);
    const std::string summary =
        concat("The largest error of each of ", counted(count, "name", "names"),
               " in units of its tolerance, ", "on a logarithmic scale, in the order of execution. ",
               differing > 0 ? concat(std::to_string(differing), differing == 1 ? " is" : " are",
                                      " above the tolerance, the first of them ",
                                      html_escaped(comparison.first_difference()->name), ".")
                             : "All are within the tolerance.");
    // Few bars need not fill the page.
    const std::string width = concat(" style=\"max-width: ", std::to_string(6 + 5 * count), "rem\"");
    return concat(
        "<h2 id=\"chart\">Error by layer</h2>\n<figure class=\"chart\">\n<div class=\"plot\"", width,
        "><div class=\"axis\" aria-hidden=\"true\">", labels, "</div><svg role=\"img\" aria-label=\"",
        summary, "\" viewBox=\"0 0 ", std::to_string(count),
        " 100\" preserveAspectRatio=\"none\">\n<defs><pattern "
        "id=\"beyond\" width=\"1\" height=\"6\" patternUnits=\"userSpaceOnUse\"><rect class=\"bar\" "
        "width=\"1\" "
        "height=\"3\"/></pattern></defs>",
        marks.bands, lines, "\n", marks.bars, "</svg>\n<div class=\"below\" aria-hidden=\"true\">",
        marks.groups, "</div>\n", marks.first, "</div>\n<figcaption>", summary,
        marks.any_beyond
            ? " Striped bars stand for what has no size: other shapes, NaN, faces without a partner."
            : "",
        " A bar leads to its row of the table below.</figcaption>\n</figure>\n");
}

}  // namespace featherface::tools
