#include "tools/text/html.hpp"

#include "tools/text/text.hpp"

namespace featherface::tools {

namespace {

constexpr std::string_view kStyle = R"css(
:root {
  color-scheme: light dark;
  --ink: #1b2127; --soft: #59636e; --line: #d9dee4; --paper: #ffffff; --panel: #f3f5f8; --accent: #0b62c9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e5e9ed; --soft: #9ba6b1; --line: #343c45; --paper: #12161a; --panel: #1b2127; --accent: #74b4ff;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1.25rem clamp(1rem, 3vw, 2.5rem) 3rem; max-width: 110rem;
  font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
}
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: .5rem 0; max-width: 80ch; }
p, li { overflow-wrap: anywhere; }
.soft { color: var(--soft); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.scroll { overflow: auto; max-width: 100%; width: fit-content; border: 1px solid var(--line); border-radius: .5rem; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding: .5rem .7rem; }
th, td { padding: .3rem .7rem; text-align: right; white-space: nowrap; border-top: 1px solid var(--line); }
th { font-weight: 600; }
thead th { background: var(--panel); vertical-align: bottom; }
table:not(:has(caption)) thead th { border-top: 0; }
th.text, td.text { text-align: left; }
td.wide { white-space: normal; min-width: 18rem; overflow-wrap: anywhere; }
th button { all: unset; cursor: pointer; }
th button:hover { text-decoration: underline; }
th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
th[aria-sort=ascending] button::after { content: " \25B2"; }
th[aria-sort=descending] button::after { content: " \25BC"; }
button.fold { font: inherit; line-height: 1.2; width: 1.6em; padding: 0; margin-right: .4em; cursor: pointer;
  border: 1px solid var(--line); border-radius: .3em; background: var(--panel); color: var(--ink); }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
)css";

constexpr std::string_view kScript = R"js(
'use strict';
const make = (name, attributes) => Object.assign(document.createElement(name), {type: 'button'}, attributes);
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells];
  const key = (body, column) => {
    const cell = body.rows[0].cells[column];
    return 'value' in cell.dataset ? Number(cell.dataset.value) : cell.textContent;
  };
  const compare = (a, b) => typeof a === 'number' ? a - b : a.localeCompare(b);
  heads.forEach((head, column) => {
    const button = make('button', {textContent: head.textContent});
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const sign = head.ariaSort === 'descending' ? 1 : -1;
      for (const other of heads) other.ariaSort = null;
      head.ariaSort = sign > 0 ? 'ascending' : 'descending';
      table.append(...[...table.tBodies].sort((a, b) => sign * compare(key(a, column), key(b, column))));
    });
  });
  for (const body of table.tBodies) {
    const details = [...body.rows].slice(1);
    if (!details.length) continue;
    const button = make('button', {className: 'fold', ariaLabel: 'details'});
    const show = open => {
      button.ariaExpanded = open;
      button.textContent = open ? '\u2212' : '+';
      for (const row of details) row.hidden = !open;
    };
    button.addEventListener('click', () => show(button.ariaExpanded !== 'true'));
    body.rows[0].cells[0].prepend(button);
    show(false);
  }
}
)js";

}  // namespace

std::string html_escaped(std::string_view text) {
    std::string escaped;
    for (const char c : printable(text)) {
        switch (c) {
            case '&': escaped += "&amp;"; break;
            case '<': escaped += "&lt;"; break;
            case '>': escaped += "&gt;"; break;
            case '"': escaped += "&quot;"; break;
            default: escaped += c;
        }
    }
    return escaped;
}

std::string html_text(const HtmlPage& page) {
    return concat(html_begin(page), page.body, html_end());
}

std::string html_begin(const HtmlPage& page) {
    constexpr std::string_view kHead =
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" "
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src "
        "'unsafe-inline'\">\n<title>";
    return concat(kHead, html_escaped(page.title), "</title>\n<style>", kStyle, page.style,
                  "</style>\n</head>\n<body>\n");
}

std::string html_end(std::string_view script) {
    return concat("<script>", kScript, script, "</script>\n</body>\n</html>\n");
}

}  // namespace featherface::tools
