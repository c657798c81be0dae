#include "tools/crosscheck/report.hpp"

#include <cmath>
#include <filesystem>

#include "featherface/version.hpp"
#include "tools/crosscheck/conclusion.hpp"
#include "tools/crosscheck/report_parts.hpp"
#include "tools/text/html.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

constexpr std::string_view kReportStyle = R"css(
:root { --bad: #b3261e; --bad-paper: #fdecea; --good: #1b6e3c; --good-paper: #e8f5ec; }
@media (prefers-color-scheme: dark) {
  :root { --bad: #ff8f84; --bad-paper: #3a1815; --good: #7fd8a0; --good-paper: #12301f; }
}
.verdict { border-left: .35rem solid var(--good); background: var(--good-paper); padding: .8rem 1rem;
  border-radius: .3rem; margin: 1rem 0; }
.verdict.bad { border-color: var(--bad); background: var(--bad-paper); }
.verdict p { overflow-wrap: anywhere; margin: .3rem 0; max-width: 100ch; }
.verdict .headline { font-size: 1.15rem; font-weight: 600; }
dl.facts { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .15rem 1rem; font-size: .9rem; margin: 1rem 0; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
nav ul { list-style: none; padding: 0; margin: .75rem 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
nav a { display: inline-block; padding: .3rem 0; }
a { color: var(--accent); }
.only { display: inline-flex; align-items: center; gap: .5rem; min-height: 2.2rem; margin-bottom: .4rem; cursor: pointer; }
.only input { width: 1.15rem; height: 1.15rem; margin: 0; accent-color: var(--accent); }
.layers tbody th { font-weight: 400; text-align: left; position: sticky; left: 0; background: var(--paper);
  white-space: normal; overflow-wrap: anywhere; min-width: min(15rem, 40vw); max-width: min(24rem, 42vw); }
.layers tbody.bad th, .layers tbody.bad .mark { color: var(--bad); font-weight: 600; }
.layers tbody:target th, .layers tbody:target td { background: var(--panel); }
.layers td.mark { white-space: normal; min-width: 11rem; max-width: 30rem; overflow-wrap: anywhere; }
body:has(#only:checked) .layers tbody:not(.bad) { display: none; }
footer { margin-top: 2rem; }
)css";

std::string verdict_box(const Findings& findings) {
    const Comparison& comparison = findings.comparison;
    const Row* first = comparison.first_difference();
    std::string text =
        concat("<div class=\"verdict", first ? " bad" : "", "\">\n<p class=\"headline\">",
               first ? concat("\u2717 Differs, first at ", html_escaped(first->name)) : "\u2713 Agrees",
               "</p>\n<p>", html_escaped(conclusion(comparison)), "</p>\n");
    if (first) text += concat("<p>", html_escaped(diagnosis_text(findings)), "</p>\n");
    return text + "</div>\n";
}

std::string facts(const Findings& findings) {
    std::string text = "<dl class=\"facts\">\n";
    const auto fact = [&](std::string_view term, std::string_view what) {
        text += concat("<dt>", term, "</dt><dd>", html_escaped(what), "</dd>\n");
    };
    if (findings.model) {
        fact("Model", concat(findings.ours, ", ", name_of(findings.model->architecture()), ", ",
                             std::to_string(findings.model->parameters()), " parameters"));
        fact("SHA-256", findings.model->sha256());
        fact("Run", concat(findings.mode, ", ", findings.model->cpu_architecture(), " kernels"));
    } else {
        fact("Ours", findings.ours);
    }
    fact("Reference", findings.reference);
    return text + "</dl>\n";
}

// A cell that is sorted by its number.
std::string cell(bool known, double value, const std::string& text) {
    return concat("<td data-value=\"",
                  known ? shortest(static_cast<float>(std::isfinite(value) ? value : 3e38)) : "-1", "\">",
                  known ? text : "\u2013", "</td>");
}

std::string table_row(const Row& row, std::size_t index) {
    const Difference& d = row.difference;
    const bool numbers = row.has_numbers();
    const bool worst = row.has_tolerance() && d.worst_ratio > 0;
    const std::string place = std::to_string(index);
    const char* mark = row.is_difference() ? "\u2717 " : row.was_compared() ? "\u2713 " : "";
    return concat(
        "<tbody id=\"layer-", place, "\"", row.is_difference() ? " class=\"bad\"" : "",
        "><tr><th scope=\"row\">", html_escaped(row.name), "</th><td class=\"text mark\">", mark,
        html_escaped(verdict_text(row)), "</td>",
        cell(row.has_tolerance(), d.worst_ratio, tolerances(d.worst_ratio)),
        cell(numbers, d.max_abs, scientific(d.max_abs)), cell(numbers, d.mean_abs, scientific(d.mean_abs)),
        cell(numbers, d.max_rel, scientific(d.max_rel)), cell(numbers, d.cosine, fixed(d.cosine, 6)),
        "<td class=\"text\">", worst ? shape_text(unravel(d.worst, row.shape)) : "", "</td>",
        cell(worst, d.a, shortest(d.a)), cell(worst, d.b, shortest(d.b)), "<td class=\"text\">",
        html_escaped(row.kind), "</td><td class=\"text\">", row.shape.empty() ? "" : shape_text(row.shape),
        "</td><td data-value=\"", place, "\">", place, "</td></tr></tbody>\n");
}

std::string layer_table(const Comparison& comparison) {
    std::string text =
        "<h2 id=\"layers\">All layers</h2>\n<label class=\"only\"><input type=\"checkbox\" id=\"only\">Only "
        "what "
        "differs</label>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table of all "
        "layers\"><table class=\"sortable layers\">\n<thead><tr>";
    constexpr std::pair<const char*, bool> kHeads[] = {
        {"layer", true},      {"verdict", true},   {"error / tolerance", false},
        {"max abs", false},   {"mean abs", false}, {"max rel", false},
        {"cosine", false},    {"worst at", true},  {"ours", false},
        {"reference", false}, {"kind", true},      {"shape", true},
        {"order", false}};
    for (const auto& [title, is_text] : kHeads)
        text += concat("<th scope=\"col\"", is_text ? " class=\"text\"" : "", ">", title, "</th>");
    text += "</tr></thead>\n";
    for (std::size_t i = 0; i < comparison.rows.size(); ++i) text += table_row(comparison.rows[i], i);
    return text + "</table></div>\n";
}

std::string contents(const std::string& faces, const std::string& maps) {
    const auto link = [](const char* id, const char* text) {
        return concat("<li><a href=\"#", id, "\">", text, "</a></li>");
    };
    return concat("<nav aria-label=\"Parts of this page\"><ul>", link("chart", "Error by layer"),
                  faces.empty() ? "" : link("faces", "Faces"),
                  maps.empty() ? "" : link("maps", "Where the errors are"), link("layers", "All layers"),
                  "</ul></nav>\n");
}

}  // namespace

Result<std::string> comparison_report(const Findings& findings, const Evidence& evidence) {
    const auto faces = faces_on_picture(evidence);
    if (!faces.ok()) return faces.status();
    const auto maps = heat_maps(evidence, findings.comparison);
    if (!maps.ok()) return maps.status();
    const std::string title =
        concat("Comparison with ", std::filesystem::path(findings.reference).filename().native());
    return html_text({.title = title,
                      .style = concat(kReportStyle, kErrorChartStyle, kHeatMapStyle, kFacesStyle),
                      .body = concat("<header>\n<h1>", html_escaped(title), "</h1>\n", verdict_box(findings),
                                     facts(findings), contents(faces.value(), maps.value()),
                                     "</header>\n<main>\n", error_chart(findings.comparison), faces.value(),
                                     maps.value(), layer_table(findings.comparison),
                                     "</main>\n<footer class=\"soft\">Written by featherface ",
                                     FEATHERFACE_VERSION, ".</footer>\n")});
}

}  // namespace featherface::tools
