// The report of a made-up result, looked at in a browser too.
#include "tools/bench/report.hpp"

#include <doctest/doctest.h>

#include "support/browser.hpp"
#include "support/files.hpp"
#include "tools/bench/example.hpp"

namespace featherface::test {
namespace {

std::string write_report(const TempDir& folder) {
    tools::BenchResult result = example_result();
    result.warnings = {"the <machine> is loaded"};
    write_file(folder / "report.html", tools::bench_report(result));
    return folder / "report.html";
}

std::string in_browser(const std::string& script) {
    const TempDir folder;
    return evaluate_in_browser(write_report(folder), script);
}

TEST_CASE("bench report: everything is in the page, and nothing is fetched") {
    const std::string page = tools::bench_report(example_result());
    for (const char* reference : {"http:", "https:", "src=", "@import", "url(", "<link"}) {
        CAPTURE(reference);
        CHECK(page.find(reference) == std::string::npos);
    }
    for (const char* part :
         {"FeatherFace V1, 64x32, 1 thread, avx2, fused", "FeatherFace V1, 64x32, 1 thread, avx2, layerwise",
          "SHA-256 aaaaaaaa", "Roofline", "What fusing gains"}) {
        CAPTURE(part);
        CHECK(page.find(part) != std::string::npos);
    }
}

TEST_CASE("bench report: without peaks there is no roofline, without layers neither chart") {
    tools::BenchResult result = example_result();
    for (tools::CaseResult& c : result.cases) c.peaks.reset();
    CHECK(tools::bench_report(result).find("<svg") == std::string::npos);
    for (tools::CaseResult& c : result.cases) c.layers.clear();
    CHECK(tools::bench_report(result).find("class=\"bars\"") == std::string::npos);
}

TEST_CASE(
    "bench report: a browser shows a section per case, a dot per computing layer, warnings, and no error") {
    if (!have_browser()) return;
    CHECK(in_browser("const count = selector => document.querySelectorAll(selector).length;"
                     "return [count('section'), count('svg circle'), count('.warnings li'), "
                     "count('table')].join(' ');") == "2 2 1 6");
}

TEST_CASE("bench report: the layers sort by time, their stages fold away, and a bar leads to its line") {
    if (!have_browser()) return;
    const std::string lines =
        "const table = document.querySelector('.layers table');"
        "const names = () => [...table.tBodies].map(body => body.rows[0].cells[1].textContent).join(' ');"
        "const click = title => [...table.querySelectorAll('th button')].find(b => b.textContent === "
        "title).click();";
    CHECK(
        in_browser(lines +
                   "click('p50 us'); const down = names(); click('p50 us'); return down + ', ' + names();") ==
        "body.stage1 conf, conf body.stage1");
    CHECK(in_browser(lines + "return [...table.rows].filter(row => row.hidden).length;") == "2");
    CHECK(in_browser("return [...document.querySelectorAll('a.bar')].every(bar => "
                     "document.querySelector(bar.hash));") == "true");
}

TEST_CASE("bench report: on a phone only tables scroll sideways, in light and in dark the text stands out") {
    if (!have_browser()) return;
    CHECK(
        in_browser("document.body.style.width = '360px';"
                   "return [...document.querySelectorAll('main, section, figure, .numbers, .warnings, svg')]"
                   ".every(part => part.scrollWidth <= 360 + 1);") == "true");
    // WCAG's contrast of the text and of the lesser text against the page, in both schemes.
    CHECK(in_browser(R"js(
const rules = [...document.styleSheets[0].cssRules];
const scheme = dark => rules.flatMap(rule => dark ? (rule.conditionText?.includes('dark') ? [...rule.cssRules] : []) : [rule])
    .filter(rule => rule.selectorText === ':root').map(rule => rule.style);
const luminance = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16) / 255)
    .map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
const contrast = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
const bad = [];
for (const dark of [false, true]) {
  const value = name => scheme(dark).map(style => style.getPropertyValue(name).trim()).find(text => text);
  const check = (front, back) => {
    if (contrast(luminance(value(front)), luminance(value(back))) < 4.5) bad.push(front + ' on ' + back + dark);
  };
  for (const front of ['--ink', '--soft', '--accent']) for (const back of ['--paper', '--panel']) check(front, back);
  for (const part of ['--backbone', '--attention', '--bifpn', '--ssh', '--mix', '--heads', '--aside']) check('--on', part);
}
return 'bad: ' + bad.join(', ');)js") == "bad: ");
}

TEST_CASE(
    "bench report: what is read aloud is there: language, headings in order, captions, names of the charts") {
    if (!have_browser()) return;
    CHECK(in_browser("const levels = [...document.querySelectorAll('h1, h2, h3')].map(h => +h.tagName[1]);"
                     "return [document.documentElement.lang, levels[0],"
                     " levels.every((level, i) => i === 0 || level <= levels[i - 1] + 1),"
                     " [...document.querySelectorAll('table')].every(table => table.caption),"
                     " [...document.querySelectorAll('svg')].every(svg => svg.ariaLabel)].join(' ');") ==
          "en 1 true true true");
}

}  // namespace
}  // namespace featherface::test
