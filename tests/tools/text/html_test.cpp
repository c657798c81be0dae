// Pages: escaping, and in a browser the tables that sort and fold.
#include "tools/text/html.hpp"

#include <doctest/doctest.h>

#include "support/browser.hpp"
#include "support/files.hpp"

namespace featherface::tools {
namespace {

using test::evaluate_in_browser;

TEST_CASE("html: text cannot become markup, nor end an attribute") {
    CHECK(html_escaped("a<b> & \"c\"\x1b") == "a&lt;b&gt; &amp; &quot;c&quot;\\x1b");
    CHECK(html_escaped("naïve") == "naïve");
}

TEST_CASE("html: a page names no address to fetch anything from, and forbids it") {
    const std::string page =
        html_text({.title = "A <title>", .style = "b { color: red; }", .body = "<p>text</p>\n"});
    CHECK(page.starts_with("<!doctype html>"));
    CHECK(page.find("<title>A &lt;title&gt;</title>") != std::string::npos);
    CHECK(page.find("default-src 'none'") != std::string::npos);
    CHECK(page.find("b { color: red; }") != std::string::npos);
    CHECK(page.find("<p>text</p>") != std::string::npos);
    for (const char* reference : {"http:", "https:", "src=", "@import", "url("}) {
        CAPTURE(reference);
        CHECK(page.find(reference) == std::string::npos);
    }
}

// Three units, the middle one with a row of details.
std::string write_table(const test::TempDir& folder) {
    const std::string table =
        "<table class=\"sortable\"><thead><tr><th>name</th><th>size</th></tr></thead>\n"
        "<tbody><tr><td class=\"text\">pear</td><td data-value=\"9\">9</td></tr></tbody>\n"
        "<tbody><tr><td class=\"text\">apple</td><td "
        "data-value=\"10\">10</td></tr><tr><td>red</td><td></td></tr>"
        "</tbody>\n<tbody><tr><td class=\"text\">fig</td><td data-value=\"-1\"></td></tr></tbody></table>\n";
    test::write_file(folder / "page.html", html_text({.title = "table", .style = "", .body = table}));
    return folder / "page.html";
}

TEST_CASE(
    "html: a click on a column's title sorts by it, numbers as numbers, details staying with their row") {
    if (!test::have_browser()) return;
    const test::TempDir folder;
    const std::string page = write_table(folder);
    const std::string rows =
        "return [...document.querySelectorAll('tbody tr')].map(row => row.cells[0].lastChild.data).join(' ')"
        " + ' ' + [...document.querySelectorAll('th')].map(head => head.ariaSort).join(' ');";
    const std::string click = "document.querySelectorAll('th button')";
    CHECK(evaluate_in_browser(page, rows) == "pear apple red fig  ");
    CHECK(evaluate_in_browser(page, click + "[1].click();" + rows) == "apple red pear fig  descending");
    CHECK(evaluate_in_browser(page, click + "[1].click();" + click + "[1].click();" + rows) ==
          "fig pear apple red  ascending");
    CHECK(evaluate_in_browser(page, click + "[1].click();" + click + "[0].click();" + rows) ==
          "pear fig apple red descending ");
}

TEST_CASE("html: details are folded away until their button is pressed, which says so to a screen reader") {
    if (!test::have_browser()) return;
    const test::TempDir folder;
    const std::string page = write_table(folder);
    const std::string state =
        "return [button.textContent, button.ariaExpanded, button.closest('tbody').rows[1].hidden].join(' ');";
    const std::string button = "const button = document.querySelector('button.fold');";
    CHECK(evaluate_in_browser(page, button + state) == "+ false true");
    CHECK(evaluate_in_browser(page, button + "button.click();" + state) == "\u2212 true false");
    CHECK(evaluate_in_browser(page, "return document.querySelectorAll('button.fold').length;") == "1");
}

TEST_CASE("browser: what goes wrong in a page is seen by its test") {
    if (!test::have_browser()) return;
    const test::TempDir folder;
    test::write_file(folder / "page.html",
                     html_text({.title = "", .style = "", .body = "<img src=\"http://[::1]/\">"}));
    CHECK(evaluate_in_browser(folder / "page.html", "return 1;").starts_with("error: blocked"));
    test::write_file(folder / "page.html",
                     html_text({.title = "", .style = "", .body = "<script>wrong()</script>"}));
    CHECK(evaluate_in_browser(folder / "page.html", "return 1;").starts_with("error: "));
}

}  // namespace
}  // namespace featherface::tools
