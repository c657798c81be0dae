#include "tools/bench/report.hpp"

#include "tools/bench/charts.hpp"
#include "tools/bench/fusion.hpp"
#include "tools/bench/tables.hpp"
#include "tools/text/html.hpp"
#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

constexpr std::string_view kStyle = R"css(
.cases { display: grid; gap: 0 2.5rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 75rem) { .cases.pair { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
.numbers { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .6rem; margin: .75rem 0; }
.numbers div { border: 1px solid var(--line); border-radius: .5rem; padding: .45rem .7rem; }
.numbers dt { color: var(--soft); font-size: .8rem; }
.numbers dd { margin: 0; font-size: 1.1rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.warnings { border-left: .25rem solid #c27803; background: var(--panel); padding: .5rem 1rem; margin: .75rem 0; }
.warnings ul { margin: 0; padding-left: 1.2rem; }
tr.detail td { color: var(--soft); border-top: 0; padding-top: 0; }
tr:target td { background: color-mix(in srgb, var(--accent) 18%, transparent); }
.layers .scroll { max-height: 75vh; }
.layers thead th { position: sticky; top: 0; }
)css";

constexpr std::string_view kExplanation = R"html(<h2>How to read this</h2>
<p>Times are of the monotonic raw clock. p10, p50, p90 and p99 are percentiles of single runs, and no run is left
out. Noise is how far the median may be off. GFLOP/s counts two operations a multiply-add of convolutions, matrix
products and bilinear samples. Bytes are the least that must move: every input, weight and output once. The bound is
the longer of computing at the peak and moving the bytes inside a working set as large as the network's; a layer
whose data lie in a nearer cache can pass it.</p>
<p>A step of the fused graph computes several layers a few rows at a time. The times of the layers inside it are its
median, divided as its threads spent theirs.</p>
)html";

std::string numbers(const CaseResult& c) {
    std::string html = "<dl class=\"numbers\">";
    const auto add = [&](const char* term, const std::string& value) {
        html += concat("<div><dt>", term, "</dt><dd>", value, "</dd></div>");
    };
    const auto ms = [](double nanoseconds) { return fixed(nanoseconds * 1e-6, 2) + " ms"; };
    const Summary& time = c.network_time;
    add("median", ms(time.median));
    add("p10", ms(time.p10));
    add("p90", ms(time.p90));
    add("p99", ms(time.p99));
    add("runs per second", fixed(1e9 / time.median, 1));
    add("GFLOP/s", fixed(c.gflops(), 1));
    if (c.peaks) add("of the FMA peak", fixed(c.gflops() * 1e11 / c.peaks->flops, 1) + "%");
    add("noise", fixed(time.noise * 100, 1) + "%");
    return html + "</dl>\n";
}

std::string section(const CaseResult& c, const std::string& id, const std::vector<CaseResult>& cases) {
    std::string html = concat("<section aria-labelledby=\"", id, "\">\n<h2 id=\"", id, "\">",
                              html_escaped(case_title(c)), "</h2>\n", numbers(c));
    if (!c.layers.empty()) {
        html += concat("<h3>Where the time goes</h3>\n", flame_chart(c, id), html_table(groups_table(c)));
        if (const std::string chart = roofline_chart(c); !chart.empty()) {
            html += concat("<h3>Roofline</h3>\n", chart);
        }
        html +=
            concat("<h3>Layers</h3>\n<div class=\"layers\">", html_table(layers_table(c, id)), "</div>\n");
        if (const CaseResult* layerwise = find_layerwise(c, cases)) {
            html += concat("<h3>What fusing gains</h3>\n", html_table(fusion_table(c, *layerwise)));
        }
    }
    return html + "</section>\n";
}

}  // namespace

std::string bench_report(const BenchResult& result) {
    std::string body = "<main>\n<h1>FeatherFace benchmark</h1>\n<p class=\"soft\">";
    for (const std::string& line : header_lines(result)) body += html_escaped(line) + "<br>\n";
    body += "</p>\n";
    if (!result.warnings.empty()) {
        body += "<div class=\"warnings\" role=\"note\" aria-label=\"Reasons to doubt these numbers\"><ul>\n";
        for (const std::string& warning : result.warnings)
            body += concat("<li>", html_escaped(warning), "</li>\n");
        body += "</ul></div>\n";
    }
    body += html_table(cases_table(result));
    if (result.baseline)
        body += concat("<h2>Before and now</h2>\n", html_table(baseline_table(*result.baseline)));
    body += concat("<div class=\"cases", result.cases.size() > 1 ? " pair" : "", "\">\n");
    for (const CaseResult& c : result.cases) {
        body += section(c, "case" + std::to_string(&c - result.cases.data()), result.cases);
    }
    body += concat("</div>\n", kExplanation, "</main>\n");
    return html_text({.title = "FeatherFace benchmark", .style = concat(kChartStyle, kStyle), .body = body});
}

}  // namespace featherface::tools
